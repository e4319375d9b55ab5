"""What ``invoke watch`` shows: whether what is published is still what was proven, and still does its job."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from releasegate.app.reports import problem_of
from releasegate.app.watch import WatchAnswer, Watched
from releasegate.app.watch import watch as watched
from releasegate.app.workspace import RunOptions, open_workspace
from releasegate.core.errors import ConfigurationError, ReleasegateError, worst
from releasegate.core.report import terminal
from releasegate.core.report.model import AnswerReport, PackageReport, Report
from releasegate.frontends.commands import cells
from releasegate.frontends.screen.console import Screen

NEWEST = 3
"""How many released versions are fetched and hashed, where nobody says."""


def watch(screen: Screen, *, package: str, last: str, end_to_end: bool) -> int:
    """Ask every question about each package, show the answers, and return the exit code of the worst.

    Raises:
        ConfigurationError: there is no such package, or *last* is no number.
    """
    if last and not (last.isascii() and last.isdecimal()):
        raise ConfigurationError(
            f"--last {last[:40]!r} is no number.", hint=f"Write a whole number, e.g. --last {NEWEST}"
        )
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions())
    screen.folders = workspace.project.folders
    wanted = Watched(int(last or NEWEST), end_to_end, partial(cells.show_report, screen))
    found: list[PackageReport] = []
    code = 0
    for each in workspace.project.select(package or None):
        try:
            workspace.pull(each)
        except ReleasegateError as error:
            screen.tell(f"Other machines' evidence is not known: {error.problem}")
        screen.tell(f"{each.name}:")
        answers: list[WatchAnswer] = []
        for finding in watched(workspace, each, wanted):
            answers.append(finding)
            if finding.error is None:
                screen.tell(f"  {'ok':<11} {finding.question}: {finding.said}")
            else:
                told = PackageReport(each.name, in_the_way=(_answer(finding.question, finding.error),))
                screen.lines(terminal.answers(screen.proposes(told).in_the_way))
        found.append(_report(each.name, answers))
        code = _exit_code(code, answers)
        screen.report = Report("watch", tuple(found), exit_code=code)
    return code


def _report(name: str, found: Sequence[WatchAnswer]) -> PackageReport:
    wrong = [_answer(each.question, each.error) for each in found if each.error is not None]
    state = f"{len(wrong)} of {len(found)} answers are bad" if wrong else "as it was released"
    notes = tuple(f"{each.question}: {each.said}" for each in found if each.error is None)
    return PackageReport(name, state, notes=notes, in_the_way=tuple(wrong))


def _answer(question: str, error: ReleasegateError) -> AnswerReport:
    return AnswerReport(question, problem_of(error))


def _exit_code(before: int, found: Sequence[WatchAnswer]) -> int:
    """Return the lowest code of what is bad: what is certain goes before what may pass when it is run again."""
    told = worst(each.error for each in found if each.error is not None)
    return min((code for code in (before, told.exit_code if told is not None else 0) if code), default=0)
