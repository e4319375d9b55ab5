"""A line that is proposed works where it is pasted, whatever files the repository has."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from releasegate.core.report.model import (
    AnswerReport,
    Commit,
    CommitsReport,
    PackageReport,
    PairAnswer,
    Problem,
    QuestionReport,
    Report,
    VersionReport,
)
from releasegate.frontends.invoke import ns
from releasegate.frontends.options import TASKS
from releasegate.frontends.proposals import FrontEnd, here, in_detail, in_report, names
from releasegate.frontends.proposals import pasteable as fitted

SAID = "-> Prove it: invoke release --rc --package a, then nox -s install_check -- --source pypi"
OWN = "-> Prove it: releasegate release --rc --package a, then releasegate install-check --source pypi"


def test_all_tasks_are_known_by_name() -> None:
    assert sorted(TASKS) == sorted(ns.task_names)


OURS = "from releasegate.frontends.nox import sessions\n\nsessions()\n"
OUR_TASKS = "from releasegate.frontends.invoke import ns\n"


def pasteable(text: str, folder: Path, typed: FrontEnd = "invoke") -> str:
    return fitted(text, names(folder, typed))


def test_where_a_repository_has_neither_file_the_command_itself_is_proposed(tmp_path: Path) -> None:
    assert pasteable(SAID, tmp_path) == OWN
    assert pasteable("run nox -s versions", tmp_path) == "run releasegate versions"
    assert pasteable("nox -s build --\nmore", tmp_path) == "releasegate build\nmore"


@pytest.mark.parametrize("typed", ["invoke", "nox"])
def test_where_its_files_have_them_they_are_proposed(typed: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(OUR_TASKS)
    (tmp_path / "noxfile.py").write_text(OURS)
    assert pasteable(SAID, tmp_path, typed) == SAID


def test_who_typed_releasegate_is_answered_with_releasegate(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(OUR_TASKS)
    (tmp_path / "noxfile.py").write_text(OURS)
    assert pasteable(SAID, tmp_path, "releasegate") == OWN


def test_a_session_and_a_task_are_proposed_by_the_name_that_they_have_there(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(
        "from invoke.collection import Collection\nfrom releasegate.frontends.invoke import ns as gates\n"
        "ns = Collection()\nns.add_collection(gates, 'gate')\n"
    )
    (tmp_path / "noxfile.py").write_text(OURS.replace("sessions()", "sessions(prefix='release-')"))
    assert pasteable("invoke status", tmp_path) == "invoke gate.status"
    assert pasteable("nox -s install_check -- --source dist", tmp_path) == (
        "nox -s release-install_check -- --source dist"
    )


def test_a_line_that_works_already_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(
        "from invoke.collection import Collection\nfrom releasegate.frontends.invoke import ns as gates\n"
        "ns = Collection(release=gates)\n"
    )
    (tmp_path / "noxfile.py").write_text(OURS.replace("sessions()", "sessions('build-')"))
    once = pasteable("Take it on with invoke waive. Or: nox -s build -- --package a", tmp_path)
    assert once == "Take it on with invoke release.waive. Or: nox -s build-build -- --package a"
    assert pasteable(once, tmp_path) == once


@pytest.mark.parametrize("typed", ["releasegate", "invoke", "nox"])
def test_tasks_and_sessions_of_the_repository_itself_are_not_proposed(typed: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text("from invoke.tasks import task\n\n@task\ndef status(c): ...\n")
    (tmp_path / "noxfile.py").write_text("import nox\n\n@nox.session\ndef build(session): ...\n")
    assert pasteable(SAID, tmp_path, typed) == OWN
    assert pasteable("nox -s build -- --package a", tmp_path, typed) == "releasegate build --package a"


def test_invoke_looks_in_the_folders_above_and_nox_does_not(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(OUR_TASKS)
    (tmp_path / "noxfile.py").write_text(OURS)
    below = tmp_path / "below"
    below.mkdir()
    assert pasteable("invoke status", below) == "invoke status"
    assert pasteable("nox -s e2e -- --plan", below) == "releasegate e2e --plan"


def test_of_all_files_above_invoke_loads_the_first_and_a_folder_called_tasks_is_none(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(OUR_TASKS)
    below = tmp_path / "below"
    (below / "tasks").mkdir(parents=True)
    assert pasteable("invoke status", below) == "invoke status"
    lower = below / "lower"
    lower.mkdir()
    (below / "tasks" / "__init__.py").write_text("release = None\n")
    assert pasteable("invoke status", lower) == "releasegate status"


def test_an_errors_details_propose_what_works_and_quote_others_as_they_spoke() -> None:
    known = names(Path(os.devnull), "invoke")
    assert in_detail("nox -s e2e -- --package a --record", known) == "releasegate e2e --package a --record"
    assert in_detail("  nox -s e2e -- --record", known) == "  releasegate e2e --record"
    assert in_detail("  release it first: invoke release --package a", known) == (
        "  release it first: releasegate release --package a"
    )
    assert in_detail("tags: they differ -> Tag it, then run nox -s versions", known) == (
        "tags: they differ -> Tag it, then run releasegate versions"
    )
    quoted = "ERROR: this project is built with nox -s build alone"
    assert in_detail(quoted, known) == quoted


def test_a_report_proposes_what_is_here_and_the_words_of_others_stay_as_they_are(tmp_path: Path) -> None:
    wrong = Problem(
        "invoke release was refused.", "Ask: invoke doctor", details=("invoke release", "they type invoke release")
    )
    commits = CommitsReport("", 1, (Commit("a" * 40, "invoke release is documented"),))
    package = PackageReport(
        "demo",
        "it stands",
        "invoke status",
        "invoke release --rc",
        look=wrong,
        in_the_way=(AnswerReport("work tree", wrong),),
        questions=(QuestionReport("work tree", "ok"), QuestionReport("plan", "refused", problem=wrong)),
        versions=(VersionReport("demo", "1.0", "sealed", commits=commits),),
    )
    answer = PairAnswer("demo", "1.0", "unknown", ("nox -s e2e -- --source pypi",))
    told = in_report(Report("status", (package,), answer=answer, error=wrong), names(tmp_path, "invoke"))
    (mine,) = told.packages
    assert (mine.missing, mine.command) == ("releasegate status", "releasegate release --rc")
    assert told.answer is not None
    assert told.answer.commands == ("releasegate e2e --source pypi",)
    problems = (told.error, mine.look, mine.in_the_way[0].problem, mine.questions[1].problem)
    assert {each.hint for each in problems if each is not None} == {"Ask: releasegate doctor"}
    assert all(
        each is not None and each.details == ("releasegate release", "they type invoke release") for each in problems
    )
    assert mine.versions == package.versions
    assert in_report(Report("run"), names(tmp_path, "invoke")) == Report("run")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
def test_a_folder_that_was_removed_or_that_nobody_may_read_has_no_such_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> object:
        raise PermissionError

    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert pasteable("invoke status", here()) == "releasegate status"
    monkeypatch.setattr(os, "stat", refused)
    assert pasteable(SAID, tmp_path / "unread") == OWN


def test_a_file_that_cannot_be_read_has_no_such_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object) -> bytes:
        raise PermissionError

    (tmp_path / "tasks.py").write_text(OUR_TASKS)
    monkeypatch.setattr(Path, "read_bytes", refused)
    assert pasteable(SAID, tmp_path) == OWN


@pytest.mark.parametrize("said", ["invoke's --dry", "invoke tasks", "nox -s tests", "nox -s buildings", "uninvoke x"])
def test_what_is_no_command_of_its_own_is_left_as_it_is(said: str, tmp_path: Path) -> None:
    assert pasteable(said, tmp_path) == said
