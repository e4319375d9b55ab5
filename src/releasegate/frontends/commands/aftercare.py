"""What ``invoke watch`` shows: whether what is published is still what was proven, and still does its job."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from releasegate.app.reports import answers_of, questions_of
from releasegate.app.watch import SERVED, Watched
from releasegate.app.watch import watch as watched
from releasegate.app.workspace import RunOptions, open_workspace
from releasegate.core.errors import ConfigurationError
from releasegate.core.report import terminal
from releasegate.core.report.model import PackageReport, Report
from releasegate.frontends.commands import cells
from releasegate.frontends.screen.console import Screen
from releasegate.steps.preflight.preflight import exit_code
from releasegate.steps.preflight.question import Answer

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
    everything: list[Answer] = []
    for each in workspace.project.select(package or None):
        screen.tell(f"{each.name}:")
        answers: list[Answer] = []
        for finding in watched(workspace, each, wanted):
            answers.append(finding)
            told = PackageReport(each.name, questions=questions_of([finding]))
            screen.lines(terminal.questions(screen.proposes(told).questions))
        found.append(_report(each.name, answers))
        everything += answers
        screen.report = Report("watch", tuple(found), exit_code=exit_code(everything))
    return exit_code(everything)


def _report(name: str, found: Sequence[Answer]) -> PackageReport:
    wrong, compared = answers_of(found), any(each.key == SERVED and not each.caution for each in found)
    state = "as it was released" if compared else "there is nothing to compare it with"
    state = f"{len(wrong)} of {len(found)} answers are bad" if wrong else state
    return PackageReport(name, state, in_the_way=wrong, questions=questions_of(found))
