"""The lines that are proposed, as they work where they are pasted: ``releasegate`` has every task and every session.

Messages name invoke and Nox, as the documents do. Who typed ``releasegate`` is answered with it. Who typed another is
answered with a session or a task where the repository's own file has it, by the name that it has there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from releasegate.core.frozen import dataclass
from releasegate.frontends.options import GATES, TASKS

if TYPE_CHECKING:
    from releasegate.core.report.model import PackageReport, Problem, Report

FrontEnd = Literal["releasegate", "invoke", "nox"]
"""What is typed."""

_Problem = TypeVar("_Problem", "Problem", "Problem | None")
_END = r"(?![-\w]|\.\w)"
"""The end of a name: ``release-build`` and ``release.status`` are names of their own."""
_TASK = re.compile(rf"\binvoke ({'|'.join(TASKS)}){_END}")
_SESSION = re.compile(rf"\bnox -s ({'|'.join(gate.name for gate in GATES)}){_END}( --(?= |$))?", re.MULTILINE)
_LINE = re.compile(rf"(?:[^:]*: |\s*)(?:{_TASK.pattern}|{_SESSION.pattern})")
"""A line of details that is one to paste, alone or behind what it does; others' words have it in their sentences."""


@dataclass(frozen=True)
class Names:
    """What the sessions and the tasks are called in one folder, by what each is called here; what is not, is neither.

    ``sessions`` are by the name of their gate, ``tasks`` by their own.
    """

    sessions: Mapping[str, str]
    tasks: Mapping[str, str]


OWN_COMMAND = Names({}, {})
"""Where nothing but the command ``releasegate`` is proposed."""


def names(folder: Path, typed: FrontEnd) -> Names:
    """Return what the sessions and the tasks are called in *folder* for who *typed* that."""
    return OWN_COMMAND if typed == "releasegate" else _written(folder)


def here() -> Path:
    """Return the folder that a command runs in; where it was removed meanwhile, one that has no files of a project."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.devnull)


def pasteable(text: str, known: Names) -> str:
    """Return *text* with its lines of invoke and Nox as they work where the *known* names do."""

    def task(found: re.Match[str]) -> str:
        name = known.tasks.get(found[1])
        return f"releasegate {found[1]}" if name is None else f"invoke {name}"

    def session(found: re.Match[str]) -> str:
        name = known.sessions.get(found[1])
        return f"releasegate {found[1].replace('_', '-')}" if name is None else f"nox -s {name}{found[2] or ''}"

    return _SESSION.sub(session, _TASK.sub(task, text))


def in_detail(line: str, known: Names) -> str:
    """Return one of an error's details: with what it proposes as that works, and the words of others as they are."""
    said, arrow, hint = line.partition("-> ")
    return f"{pasteable(said, known) if _LINE.match(said) else said}{arrow}{pasteable(hint, known)}"


def in_report(report: Report, known: Names) -> Report:
    """Return *report* with every line that it proposes as that works; words of others stay as they are."""
    answer = report.answer
    if answer is not None:
        answer = replace(answer, commands=tuple(pasteable(each, known) for each in answer.commands))
    packages = tuple(in_package(each, known) for each in report.packages)
    return replace(report, packages=packages, answer=answer, error=_in_problem(report.error, known))


def in_package(package: PackageReport, known: Names) -> PackageReport:
    """Return what is told of one package with every line that it proposes as that works."""
    return replace(
        package,
        missing=pasteable(package.missing, known),
        command=pasteable(package.command, known),
        look=_in_problem(package.look, known),
        in_the_way=tuple(replace(each, problem=_in_problem(each.problem, known)) for each in package.in_the_way),
        questions=tuple(replace(each, problem=_in_problem(each.problem, known)) for each in package.questions),
    )


def _in_problem(problem: _Problem, known: Names) -> _Problem:
    if problem is None:
        return problem
    details = tuple(in_detail(each, known) for each in problem.details)
    return replace(problem, hint=pasteable(problem.hint, known), details=details)


@cache
def _written(folder: Path) -> Names:
    noxfile = _read([folder / "noxfile.py"])
    # As invoke looks for it: in every folder above, too.
    tasks = _read(each / name for each in (folder, *folder.parents) for name in ("tasks.py", "tasks/__init__.py"))
    if b"releasegate" not in noxfile + tasks:
        return OWN_COMMAND
    # Loaded where somebody has such files.
    from releasegate.frontends.own_files import sessions_of, tasks_of

    return Names(sessions_of(noxfile), tasks_of(tasks))


def _read(paths: Iterable[Path]) -> bytes:
    """Return the bytes of the first file that there is; none where nobody may read it."""
    # Where nobody may look, there is none: a path of pathlib raises.
    path = next((each for each in paths if os.path.isfile(each)), None)  # noqa: PTH113
    with suppress(OSError):
        return b"" if path is None else path.read_bytes()
    return b""
