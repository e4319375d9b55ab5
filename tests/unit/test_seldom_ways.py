"""Ways that a command seldom takes: what excludes each other, what is loud or quiet, what is typed while it runs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import nox
import pytest

from releasegate.app import kept, version_gate
from releasegate.core.config.strings import part_name
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.frontends import nox as sessions
from releasegate.frontends import overview, rehearsals, single_gates
from releasegate.frontends.console import Screen
from releasegate.frontends.releases import Wish, release


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_part_of_a_stack_has_a_name_of_letters() -> None:
    assert part_name("mock-2") == "mock-2"
    with pytest.raises(ValueError, match="is no name"):
        part_name("2 mocks")


def test_a_proposal_is_only_looked_at() -> None:
    wish = Wish(rc=True, post=False, event=False, package="", to="", until="", proposed=True)
    with pytest.raises(ConfigurationError, match="only looks at a commit"):
        release(Screen(), wish, companions=(), plan_only=False, yes=True)


def test_a_session_that_is_interrupted_says_so_and_is_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), sessions._shown(cast("nox.Session", SimpleNamespace())):
        raise KeyboardInterrupt
    assert "->" in capsys.readouterr().err


def test_what_other_machines_tell_is_heard_once_and_what_went_wrong_is_told_each_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def pull() -> list[str]:
        raise Unavailable("The remote is away.", hint="Wait")

    ledgers = {"lamp": SimpleNamespace(pull=lambda: ["one line"]), "buoy": SimpleNamespace(pull=pull)}
    packages = [SimpleNamespace(name=name) for name in (*ledgers, "not checked out")]
    folders = dict.fromkeys(ledgers, Path.cwd()) | {"not checked out": Path.cwd() / "nowhere"}
    told: list[str] = []
    workspace = SimpleNamespace(
        project=SimpleNamespace(
            settings=SimpleNamespace(packages=packages), where=lambda package: folders[package.name]
        ),
        ledger=lambda each: ledgers[each.name],
        tell=told.append,
    )
    heard: dict[str, str] = {}
    for package in (*packages, packages[1]):
        overview._pull(Screen(), cast("Any", workspace), cast("Any", package), heard)
    assert told == ["one line"]
    assert capsys.readouterr().out.count("The remote is away.") == 2


def test_the_gates_of_a_rehearsal_are_rows_where_it_is_loud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = SimpleNamespace(records={}, stored={"a": 2}, outcomes=())
    monkeypatch.setattr(rehearsals, "rehearse_sample", lambda **_: result)
    for loudness in ("loud", "usual"):
        screen = Screen(loudness=cast("Any", loudness))
        rehearsals.rehearse(screen, "sample", (), "", contained=True, keep=True, fresh=False)
        assert ("with -v each has a row" in capsys.readouterr().out) == (loudness == "usual")


def test_what_is_kept_is_given_or_taken_and_not_both(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rehearsals, "load", lambda *_, **__: None)
    monkeypatch.setattr(kept, "give", lambda _, folder: (f"given to {folder}",))
    monkeypatch.setattr(kept, "take", lambda _, folder: (f"taken from {folder}",))
    rehearsals.cache(Screen(), clear=False, give="there")
    rehearsals.cache(Screen(), clear=False, take="there")
    assert capsys.readouterr().out == "given to there\ntaken from there\n"
    with pytest.raises(ConfigurationError, match="exclude each other"):
        rehearsals.cache(Screen(), clear=True, give="there")


def test_where_verdicts_alone_are_wanted_versions_is_one_line_a_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(version_gate, "versions", lambda *_, **__: ["pyproject.toml:3 states 1.0"])
    monkeypatch.setattr(single_gates, "_each", lambda *words: words[2](None, SimpleNamespace(name="lamp")))
    for loudness, said in (("quiet", "lamp: pass\n"), ("usual", "lamp: pyproject.toml:3 states 1.0\n")):
        single_gates._versions({"tag": None}, Screen(loudness=cast("Any", loudness)))
        assert capsys.readouterr().out == said


def test_a_package_of_which_nothing_states_a_version_yet_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(version_gate, "versions", lambda *_, **__: ())
    lamp = SimpleNamespace(name="lamp", tag_prefix="lamp-v")
    monkeypatch.setattr(single_gates, "_each", lambda *words: words[2](None, lamp))
    single_gates._versions({"tag": None}, Screen())
    assert capsys.readouterr().out == "lamp: nothing states a version yet: no tag begins with 'lamp-v'\n"
