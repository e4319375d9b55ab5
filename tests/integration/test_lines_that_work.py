"""A repository with sessions and tasks of its own is told lines that reach releasegate, and not what it has itself."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from test_doctor import Folder, folder
from typed import Typed, typed

from releasegate.core.errors import Refused
from releasegate.frontends.commands import status

__all__ = ["folder", "typed"]

OWN = {
    "noxfile.py": "import nox\n\n\n@nox.session\ndef build(session): ...\n",
    "tasks.py": "from invoke.tasks import task\n\n\n@task\ndef status(c): ...\n",
}
PREFIXED = {
    "noxfile.py": 'from releasegate.frontends.nox import sessions; sessions(prefix="release-")\n',
    "tasks.py": OWN["tasks.py"],
}
CALLS = (("status", "--package", "tiny-api"), ("waive",), ("release", "--post", "--package", "tiny-api", "--yes"))
GATES = (("install-check", "--source", "dist"), ("versions", "--tag", "v9.9.9"))
ELSEWHERE = re.compile(r"\binvoke \w|\bnox -s\b")


@pytest.fixture(params=[OWN, PREFIXED], ids=["own", "prefixed"])
def beside(request: pytest.FixtureRequest, folder: Folder) -> Folder:
    for name, text in request.param.items():
        (folder.pair.root / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("words", [*CALLS, *GATES], ids=" ".join)
def test_who_types_releasegate_is_told_no_line_of_another_program(
    words: tuple[str, ...], beside: Folder, typed: Typed
) -> None:
    assert beside.pair.root.exists()
    _, out, err = typed("releasegate", *words)
    assert "releasegate " in out + err
    assert ELSEWHERE.findall(out + err) == []


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_who_types_invoke_is_told_no_task_that_is_the_repositorys_own(
    words: tuple[str, ...], beside: Folder, typed: Typed
) -> None:
    assert beside.pair.root.exists()
    _, out, err = typed("invoke", *words)
    assert "releasegate " in out + err
    assert ELSEWHERE.findall(out + err) == []


def test_the_next_line_that_status_prints_works_where_it_is_pasted(beside: Folder, typed: Typed) -> None:
    _, out, _ = typed("releasegate", "status", "--package", "tiny-api")
    (line,) = re.findall(r"^  next +(.*)$", out, re.MULTILINE)
    code, output = beside.type(*shlex.split(line), "--plan")
    assert code == 0, output
    assert "tiny-api 1.0.0rc1 (rc)" in output


def test_lines_in_the_details_of_an_error_work_too_in_words_and_as_json(
    folder: Folder, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise Refused("Not all was run.", hint="Run these lines", details=["nox -s e2e -- --package tiny-api --record"])

    monkeypatch.setattr(status, "status", refused)
    line = "releasegate e2e --package tiny-api --record"
    assert not (folder.pair.root / "noxfile.py").exists()
    for tool in ("releasegate", "invoke"):
        code, out, err = typed(tool, "status", "--json")
        assert (code, json.loads(out)["error"]["details"]) == (3, [line])
        assert f"  {line}\n" in err
