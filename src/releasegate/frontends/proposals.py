"""The lines that are proposed, as they work where they are pasted: ``releasegate`` has every task and every session.

Messages name invoke and Nox, as the documents do; a repository without a ``tasks.py`` or a ``noxfile.py`` has neither.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from releasegate.frontends.options import GATES, TASKS

if TYPE_CHECKING:
    from releasegate.core.report.model import PackageReport, Problem, Report

_Problem = TypeVar("_Problem", "Problem", "Problem | None")
_TASK = re.compile(rf"\binvoke (?=(?:{'|'.join(TASKS)})\b)")
_SESSION = re.compile(rf"\bnox -s ({'|'.join(gate.name for gate in GATES)})\b(?: --(?= |$))?", re.MULTILINE)


def here() -> Path:
    """Return the folder that a command runs in; where it was removed meanwhile, one that has no files of a project."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.devnull)


def pasteable(text: str, folder: Path) -> str:
    """Return *text* with its lines of invoke and Nox as they work in *folder*."""
    if not _has_tasks(folder):
        text = _TASK.sub("releasegate ", text)
    return text if _has_sessions(folder) else _SESSION.sub(_command, text)


def in_report(report: Report, folder: Path) -> Report:
    """Return *report* with every line that it proposes as it works in *folder*; words of others stay as they are."""
    answer = report.answer
    if answer is not None:
        answer = replace(answer, commands=tuple(pasteable(each, folder) for each in answer.commands))
    packages = tuple(in_package(each, folder) for each in report.packages)
    return replace(report, packages=packages, answer=answer, error=_in_problem(report.error, folder))


def in_package(package: PackageReport, folder: Path) -> PackageReport:
    """Return what is told of one package with every line that it proposes as it works in *folder*."""
    return replace(
        package,
        missing=pasteable(package.missing, folder),
        command=pasteable(package.command, folder),
        look=_in_problem(package.look, folder),
        in_the_way=tuple(replace(each, problem=_in_problem(each.problem, folder)) for each in package.in_the_way),
        questions=tuple(replace(each, problem=_in_problem(each.problem, folder)) for each in package.questions),
    )


def _in_problem(problem: _Problem, folder: Path) -> _Problem:
    return problem and replace(problem, hint=pasteable(problem.hint, folder))


def _command(found: re.Match[str]) -> str:
    return f"releasegate {found[1].replace('_', '-')}"


@cache
def _has_tasks(folder: Path) -> bool:
    # As invoke looks for it: in every folder above, too.
    places = (os.path.join(each, "tasks") for each in (folder, *folder.parents))  # noqa: PTH118 - see below
    # Where nobody may look, there is none: a path of pathlib raises.
    return any(os.path.isfile(f"{each}.py") or os.path.isdir(each) for each in places)  # noqa: PTH112, PTH113


@cache
def _has_sessions(folder: Path) -> bool:
    return os.path.isfile(folder / "noxfile.py")  # noqa: PTH113
