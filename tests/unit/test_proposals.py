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
from releasegate.frontends.proposals import here, in_report, pasteable

SAID = "-> Prove it: invoke release --rc --package a, then nox -s install_check -- --source pypi"
OWN = "-> Prove it: releasegate release --rc --package a, then releasegate install-check --source pypi"


def test_all_tasks_are_known_by_name() -> None:
    assert sorted(TASKS) == sorted(ns.task_names)


def test_where_a_repository_has_neither_file_the_command_itself_is_proposed(tmp_path: Path) -> None:
    assert pasteable(SAID, tmp_path) == OWN
    assert pasteable("run nox -s versions", tmp_path) == "run releasegate versions"
    assert pasteable("nox -s build --\nmore", tmp_path) == "releasegate build\nmore"


def test_where_it_has_them_they_are_proposed(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").touch()
    (tmp_path / "noxfile.py").touch()
    assert pasteable(SAID, tmp_path) == SAID


def test_invoke_looks_in_the_folders_above_and_nox_does_not(tmp_path: Path) -> None:
    for name in ("tasks.py", "noxfile.py"):
        (tmp_path / name).touch()
    below = tmp_path / "below"
    below.mkdir()
    assert pasteable("invoke status", below) == "invoke status"
    assert pasteable("nox -s e2e -- --plan", below) == "releasegate e2e --plan"


def test_a_report_proposes_what_is_here_and_the_words_of_others_stay_as_they_are(tmp_path: Path) -> None:
    wrong = Problem("invoke release was refused.", "Ask: invoke doctor", details=("invoke release",))
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
    told = in_report(Report("status", (package,), answer=answer, error=wrong), tmp_path)
    (mine,) = told.packages
    assert (mine.missing, mine.command) == ("releasegate status", "releasegate release --rc")
    assert told.answer is not None
    assert told.answer.commands == ("releasegate e2e --source pypi",)
    problems = (told.error, mine.look, mine.in_the_way[0].problem, mine.questions[1].problem)
    assert {each.hint for each in problems if each is not None} == {"Ask: releasegate doctor"}
    assert all(each is not None and each.details == ("invoke release",) for each in problems)
    assert mine.versions == package.versions
    assert in_report(Report("run"), tmp_path) == Report("run")


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


@pytest.mark.parametrize("said", ["invoke's --dry", "invoke tasks", "nox -s tests", "nox -s buildings", "uninvoke x"])
def test_what_is_no_command_of_its_own_is_left_as_it_is(said: str, tmp_path: Path) -> None:
    assert pasteable(said, tmp_path) == said
