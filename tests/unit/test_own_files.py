"""What a repository's own files call releasegate's sessions and tasks; where only a run would tell it, nothing."""

from __future__ import annotations

import pytest

from releasegate.core.adopt.asked.own_files import PLACES, own_file
from releasegate.frontends.options import GATES, TASKS
from releasegate.frontends.own_files import sessions_of, tasks_of

ALL = {gate.name for gate in GATES}
NAMED = "from releasegate.frontends.invoke import ns as gates\n"
OWN = "from invoke.collection import Collection\n"
NOXFILE, TASKS_FILE = PLACES


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("from releasegate.frontends.nox import sessions\nsessions()", ""),
        ("from releasegate.frontends.nox import sessions; sessions(prefix='release-')", "release-"),
        ("from releasegate.frontends.nox import sessions as gates\ngates('r_')", "r_"),
        ("from releasegate.frontends import nox as gates\ngates.sessions()", ""),
        ("import releasegate.frontends.nox\nreleasegate.frontends.nox.sessions()", ""),
        ("import releasegate.frontends.nox as gates\ngates.sessions(prefix='x-')", "x-"),
        ("try:\n    from releasegate.frontends.nox import sessions\n    sessions()\nexcept ImportError:\n    pass", ""),
    ],
)
def test_sessions_are_told_with_their_prefix(text: str, prefix: str) -> None:
    assert sessions_of(text.encode()) == {name: f"{prefix}{name}" for name in ALL}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# releasegate: not here",
        "from releasegate.frontends.nox import sessions\nsessions(",
        "from releasegate.frontends.nox import sessions",
        "from releasegate.frontends.nox import sessions\nsessions(prefix=chosen())",
        "from releasegate.frontends.nox import sessions\nif wanted():\n    sessions()",
        "from releasegate.frontends.nox import sessions\ndef late():\n    sessions()",
        "from other import sessions  # no releasegate\nsessions()\nx().sessions()",
    ],
)
def test_where_the_text_does_not_tell_it_there_are_no_sessions(text: str) -> None:
    assert sessions_of(text.encode()) == {}


@pytest.mark.parametrize("own", ["@nox.session\ndef build(session): ...", "@nox.session(name='build')\ndef b(s): ..."])
def test_a_session_that_the_repository_has_under_that_name_is_its_own(own: str) -> None:
    text = f"import nox\nfrom releasegate.frontends.nox import sessions\nsessions()\n{own}\n"
    assert sessions_of(text.encode()).keys() == ALL - {"build"}


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("from releasegate.frontends.invoke import ns\n\n__all__ = ['ns']\n", ""),
        (f"{NAMED}namespace = gates\n", ""),
        (f"{NAMED}globals().update(gates.tasks)\n", ""),
        (f"{NAMED}{OWN}ns = Collection()\nfor each in gates.tasks.values():\n    ns.add_task(each)\n", ""),
        (f"{NAMED}{OWN}ns = Collection()\nns.add_collection(gates, name='the_gate')\n", "the-gate."),
        (f"{NAMED}{OWN}ns = Collection(mine, gate=gates)\n", "gate."),
    ],
)
def test_tasks_are_told_with_their_collection(text: str, before: str) -> None:
    assert tasks_of(text.encode()) == {name: f"{before}{name}" for name in TASKS}


@pytest.mark.parametrize(
    "text",
    [
        "def release(c): ...",
        NAMED,
        f"{NAMED}ns = made()\n",
        f"{NAMED}{OWN}ns = Collection()\nglobals().update(gates.tasks)\n",
        f"{NAMED}names = [*gates.tasks]\n",
        f"{NAMED}def late(c):\n    globals().update(gates.tasks)\n",
        f"{NAMED}{OWN}ns = Collection()\nns.add_collection(other, 'gate')\nns.add_collection(gates)\n",
        "from releasegate.frontends.invoke import ns\nfrom mine import ns\n",
    ],
)
def test_where_the_text_does_not_tell_it_there_are_no_tasks(text: str) -> None:
    assert tasks_of(text.encode()) == {}


def test_a_task_that_the_repository_has_under_that_name_is_its_own() -> None:
    own = f"{NAMED}globals().update(gates.tasks)\n@task\ndef status(c): ...\n"
    assert tasks_of(own.encode()).keys() == {*TASKS} - {"status"}
    nested = f"{NAMED}{OWN}ns = Collection(gate=gates)\n@task\ndef status(c): ...\n"
    assert tasks_of(nested.encode())["status"] == "gate.status"


def test_the_lines_that_adopt_proposes_are_understood() -> None:
    asked = own_file(NOXFILE, b"import nox\n")
    assert asked is not None
    line = asked.answers[0].removeprefix("echo '").partition("' >>")[0]
    assert sessions_of(line.encode())["e2e"] == "release-e2e"
    for content in (b"", b"from invoke import Collection\nns = Collection()\n"):
        answer = own_file(TASKS_FILE, content)
        assert answer is not None
        assert tasks_of(content + answer.answers[0].encode())["status"] == "status"
