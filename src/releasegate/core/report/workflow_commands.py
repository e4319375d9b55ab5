"""The report as workflow commands: what is wrong, beside the line that it is about, in GitHub's and Gitea's Actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.core.report.model import Problem, Report

_AT = re.compile(r"(?P<path>[^\s:'\"]+):(?P<line>[1-9]\d{0,6})\b", re.ASCII)
_A_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
"""What begins one: at the start of a line, or in the older form anywhere."""
_MOST = 10
"""How many annotations of one step the forges show."""
_MARKS = ("GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS")
"""What runners set; those of Gitea and Forgejo set the first, too, unless somebody has taken it away."""


def in_actions(environ: Mapping[str, str]) -> bool:
    """Whether a runner started this: it reads what is printed, and takes commands from it."""
    return any(environ.get(mark) == "true" for mark in _MARKS)


def lines(report: Report, *, folders: Mapping[str, str], is_file: Callable[[str], bool]) -> tuple[str, ...]:
    """Return a workflow command for each thing that is wrong.

    *folders* lead from the repository to each package, and *is_file* says whether a path leads to a file there: what
    looks like one, such as a host with its port, is none.
    """
    found: dict[str, None] = {}
    for problem, package in _problems(report):
        found |= dict.fromkeys(_commands(problem, folders.get(package, ""), is_file))
    return tuple(found)[:_MOST]


def harmless(text: str) -> str:
    """Return *text*, which may be words of others, with nothing in it that a runner takes for a command."""
    return _A_COMMAND.sub(lambda found: " ".join(found[0]), text)


def _problems(report: Report) -> Iterator[tuple[Problem, str]]:
    """Yield what is wrong with the package that it is about, the worst first."""
    named = report.packages[-1].package if report.packages else ""
    if report.error is not None:
        yield report.error, named
    for package in report.packages:
        yield from ((each.problem, package.package) for each in package.in_the_way)
        if package.look is not None:
            yield package.look, package.package


def _commands(problem: Problem, folder: str, is_file: Callable[[str], bool]) -> Iterator[str]:
    level = "warning" if problem.verdict in {"wait", "unavailable"} else "error"
    found = [(match, line) for line in (problem.problem, *problem.details) for match in _AT.finditer(line)]
    paths = ((PurePosixPath(folder, match["path"]).as_posix(), match["line"], line) for match, line in found)
    placed = [each for each in paths if is_file(each[0])]
    for path, number, line in placed:
        where = f"file={_property(path)},line={number},title={_property(problem.problem)}"
        yield f"::{level} {where}::{_message(line)}"
    if not placed:
        said = "\n".join([*problem.details, problem.hint])
        yield f"::{level} title={_property(problem.problem)}::{_message(said)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
