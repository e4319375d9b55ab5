"""What a user gets wrong, call by call: the words of each, the same under ``releasegate``, invoke and Nox."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import nox
import pytest
from git_repositories import git
from invoke.program import Program
from test_wrong_calls import PACKAGE

from releasegate.frontends.invoke import ns
from releasegate.frontends.nox import _session
from releasegate.frontends.options import GATES
from releasegate.frontends.program import Releasegate

_LIST = Path(__file__).with_name("wrong_calls.txt")
CALLS = tuple(
    (line, wrong, hint)
    for line, wrong, hint in (row.split(" | ") for row in _LIST.read_text(encoding="utf-8").splitlines())
)
"""A line behind ``releasegate``, what is wrong with it, and how the hint begins."""

GATE_NAMES = {gate.command: gate for gate in GATES} | {gate.name: gate for gate in GATES}
OF_INVOKE = frozenset(ns.task_names)
PARSED = (
    "There is no command",
    "takes no -- of its own",
    "is given twice",
    "has no option",
    "does not take the word",
    "needs a value",
    "takes no value",
    "needs NAME",
    "needs VERSION",
)
"""What invoke says in words of its own, before any task is asked."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configured repository whose indexes do not answer."""
    root = tmp_path_factory.mktemp("calls")
    (root / "pyproject.toml").write_text(PACKAGE, encoding="utf-8")
    (root / "version.json").write_text('{"version": "1.0.0"}', encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=First")
    return root


@pytest.fixture(autouse=True)
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def words_of(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Return what was said to be wrong, and the hint."""
    out, err = capsys.readouterr()
    said = [line for line in f"{out}{err}".splitlines() if line.strip() and not line.startswith("       ...")]
    hints = [line.removeprefix("-> ") for line in said if line.startswith("-> ")]
    assert len(hints) == 1, said
    return said[0], hints[0]


@pytest.mark.parametrize(("line", "wrong", "hint"), CALLS)
def test_releasegate_ends_with_2_and_says_in_a_sentence_what_is_wrong(
    line: str, wrong: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        Releasegate().run(["releasegate", *shlex.split(line)])
    said = words_of(capsys)
    assert (ended.value.code, said[0]) == (2, wrong)
    assert said[1].startswith(hint)


def spoken_by_tasks() -> list[tuple[str, str, str]]:
    return [call for call in CALLS if call[0].split(" ")[0] in OF_INVOKE and not any(w in call[1] for w in PARSED)]


@pytest.mark.parametrize(("line", "wrong", "hint"), spoken_by_tasks())
def test_invoke_says_the_same_of_what_its_tasks_are_given(
    line: str, wrong: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        Program(namespace=ns).run(["invoke", *shlex.split(line)])
    said = words_of(capsys)
    assert (ended.value.code, said[0]) == (2, wrong)
    assert said[1].startswith(hint)


def of_gates() -> list[tuple[str, str, str]]:
    return [call for call in CALLS if call[0].split(" ")[0] in GATE_NAMES]


class Ended(Exception):
    """How a session ends that did not pass."""


@pytest.mark.parametrize(("line", "wrong", "hint"), of_gates())
def test_a_session_says_the_same_and_fails(
    line: str, wrong: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def error(said: str) -> None:
        raise Ended(said)

    name, *words = shlex.split(line)
    gate = GATE_NAMES[name]
    session = cast("nox.Session", SimpleNamespace(posargs=words, error=error))
    with pytest.raises(Ended, match=r"exit code 2"):
        _session(gate)(session)
    said = words_of(capsys)
    # A session is called by its own name.
    assert said[0] == wrong.replace(gate.command, gate.name) or said[0] == wrong
    assert said[1].startswith(hint)


def test_these_are_at_least_as_many_as_a_clumsy_user_made() -> None:
    assert len(CALLS) >= 65
    assert len(spoken_by_tasks()) >= 30
    assert len(of_gates()) >= 15
