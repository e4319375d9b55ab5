"""The words of the bench: a command that is measured, and a row of commands that do the same work."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

AUTHOR = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")


@dataclass(frozen=True)
class Command:
    """What is measured; ``first`` is removed and ``before`` run each time; ``cannot`` is why there is nothing to run.

    A run that ends with another code than ``exits`` measures nothing.
    """

    name: str
    argv: tuple[str, ...] = ()
    cwd: Path = Path()
    first: tuple[Path, ...] = ()
    cannot: str = ""
    exits: int = 0
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One work: ours and the peers'; ``aim`` is the ratio to the first peer that is wanted.

    What no peer does has an aim of its own: ours is to end ``within`` so many seconds.
    """

    work: str
    aim: float
    ours: Command
    peers: tuple[Command, ...]
    within: float | None = None


def run(*argv: str, cwd: Path) -> None:
    """Run a command that must succeed."""
    subprocess.run(argv, cwd=cwd, check=True, capture_output=True)
