"""What ``invoke status`` and ``invoke doctor`` show."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from releasegate.app.examine import examine
from releasegate.app.status import status as status_of
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.errors import ReleasegateError
from releasegate.frontends.console import Screen
from releasegate.steps.preflight import exit_code
from releasegate.steps.question import Answer

_NEWEST = 8
"""How many versions of a place are shown."""


def _looking(screen: Screen) -> Workspace:
    """Return the workspace of a command that changes nothing, and asks Git for each thing once."""
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions())
    return replace(workspace, asked={}, tells=screen.say)


def status(screen: Screen, *, package: str) -> None:
    """Show where every package stands, and the one next command."""
    workspace = _looking(screen)
    for each in workspace.project.select(package or None):
        try:
            workspace.pull(each)
        except ReleasegateError as error:
            screen.say(f"Other machines' evidence is not known: {error.problem}")
        found = status_of(workspace, each)
        screen.say(f"{found.package}: {found.state}")
        for version_file in found.version_files:
            screen.say(f"  version file     {version_file}")
        for line in found.lines:
            screen.say(f"  line      {line}")
        for where, versions in found.consumed.items():
            newest = ", ".join(versions[-_NEWEST:])
            more = f"(and {len(versions) - _NEWEST} older) " if len(versions) > _NEWEST else ""
            screen.say(f"  consumed  {where}: {more}{newest or 'nothing'}")
        if found.half:
            screen.say(f"  stored    {found.half}")
        screen.say(f"  missing   {found.missing}")
        screen.say(f"  next      {found.command}")
        screen.answers(found.in_the_way)


def doctor(screen: Screen, *, package: str) -> int:
    """Print every answer about the next release of each package; return the exit code of the worst one."""
    workspace = _looking(screen)
    found: list[Answer] = []
    for each in workspace.project.select(package or None):
        screen.say(f"{each.name}:")
        answers = examine(workspace, each).answers
        screen.answers(answers)
        found += answers
    return exit_code(found)
