"""Ways that a command seldom takes: what excludes each other, what is loud or quiet, what is typed while it runs."""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, cast

import nox
import pytest
from packaging.version import Version
from werkzeug.wrappers import Request

from releasegate.adapters.files import write_atomically
from releasegate.app import deliveries, gates, kept, version_gate
from releasegate.app.verify.rebuild import ServedFiles
from releasegate.app.verify.verify import PublishedTag, _untagged
from releasegate.core.config.keys import Package
from releasegate.core.config.strings import part_name
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable
from releasegate.frontends import nox as sessions
from releasegate.frontends.commands import rehearsals, single_gates, status
from releasegate.frontends.commands.releases import Wish, release
from releasegate.frontends.options import GATES
from releasegate.frontends.screen.console import Screen
from releasegate.ports import IndexFile
from releasegate.rehearsal.index.pages.provenances import Provenances
from releasegate.rehearsal.index.trusted import _claims


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_where_a_folder_takes_no_file_the_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mkstemp(**_: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / ".noxfile.py-x1y2"))

    monkeypatch.setattr("releasegate.adapters.files.tempfile.mkstemp", mkstemp)
    with pytest.raises(PermissionError) as refused:
        write_atomically(tmp_path / "noxfile.py", b"")
    assert refused.value.filename == str(tmp_path)


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
        status.hear(Screen(), cast("Any", workspace), cast("Any", package), heard)
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
    monkeypatch.setattr(single_gates, "each_package", lambda *words: words[2](None, SimpleNamespace(name="lamp")))
    for loudness, said in (("quiet", "lamp: pass\n"), ("usual", "lamp: pyproject.toml:3 states 1.0\n")):
        single_gates._versions({"tag": None}, Screen(loudness=cast("Any", loudness)))
        assert capsys.readouterr().out == said


def test_a_package_of_which_nothing_states_a_version_yet_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(version_gate, "versions", lambda *_, **__: ())
    lamp = SimpleNamespace(name="lamp", tag_prefix="lamp-v")
    monkeypatch.setattr(single_gates, "each_package", lambda *words: words[2](None, lamp))
    single_gates._versions({"tag": None}, Screen())
    assert capsys.readouterr().out == "lamp: nothing states a version yet: no tag begins with 'lamp-v'\n"


def test_a_lock_that_nobody_was_asked_of_is_told_though_the_build_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    locks = {"uv.lock": "current", "poetry.lock": "poetry is not here, so it was not asked"}
    outcomes = [SimpleNamespace(evidence={}), SimpleNamespace(evidence={"locks": locks})]
    built = SimpleNamespace(manifest=lambda: SimpleNamespace(artifacts=()))
    monkeypatch.setattr(gates, "build", lambda *_, **__: outcomes)
    monkeypatch.setattr(deliveries, "checked_out", lambda *_: built)
    monkeypatch.setattr(single_gates, "each_package", lambda *words: words[2](None, SimpleNamespace(name="lamp")))
    single_gates._build({}, Screen())
    assert capsys.readouterr().out == "lamp: poetry.lock: poetry is not here, so it was not asked\n"


def test_an_option_of_a_session_knows_its_words() -> None:
    gate, option = next((gate, option) for gate in GATES for option in gate.options if option.words)
    with pytest.raises(ConfigurationError, match=f"{option.flag} does not know {option.words[0]}x") as caught:
        sessions._parser(gate).parse_args([f"{option.flag}={option.words[0]}x"])
    assert f"Did you mean {option.words[0]}?" in caught.value.hint


@pytest.mark.parametrize(
    ("word", "problem", "hint"),
    [
        ("--record=1", "--record takes no value.", "Leave out what is behind it"),
        ("--no-such", "unrecognized arguments: --no-such.", "See nox -s e2e -- --help"),
    ],
)
def test_a_wrong_word_of_a_session_says_what_to_leave_out(word: str, problem: str, hint: str) -> None:
    gate = next(each for each in GATES if each.name == "e2e")
    with pytest.raises(ConfigurationError) as caught:
        sessions._parser(gate).parse_args([word])
    assert caught.value.problem == problem
    assert hint in caught.value.hint


def test_of_a_version_without_a_tag_a_file_that_is_damaged_contradicts() -> None:
    def damaged(file: IndexFile) -> bytes:
        raise GateFailed(f"{file.filename} is not what pypi lists.", hint="Look at it")

    index = SimpleNamespace(name="pypi", provenance=lambda _: None)
    served = cast("ServedFiles", SimpleNamespace(index=index, content=damaged))
    file = IndexFile("lamp-1.0-py3-none-any.whl", "", Version("1.0"), None)
    package = Package("lamp", PurePosixPath(), (), ("3.12",))
    found = _untagged(package, Version("1.0"), served, (file,), PublishedTag("v1.0", "", ()))
    claim = next(each for each in found.claims if each.about == file.filename)
    assert (claim.standing, claim.said) == ("contradicted", f"{file.filename} is not what pypi lists.")


def test_a_file_of_which_nothing_was_attested_has_no_provenance() -> None:
    provenances = Provenances()
    provenances.keep("lamp.whl", "", None)
    reply = provenances.serve(Request({}), "lamp", "1.0", "lamp.whl")
    assert reply.response is not None
    assert reply.response.status_code == 404


def test_an_identity_that_is_signed_and_says_nothing_is_none() -> None:
    signed = "e30.bm8"  # "no", which is no JSON
    signature = base64.urlsafe_b64encode(hmac.digest(b"key", signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
    assert _claims(f"{signed}.{signature}", b"key") is None
