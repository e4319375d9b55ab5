"""What a whole process and its children cost: processor seconds, seconds, and the most memory that one of them had."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    cpu: float
    wall: float
    memory: int
    exit_code: int
    said: str = ""


@dataclass(frozen=True)
class Spread:
    """The median of several runs, and the lowest and the highest."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end and measure it; what it says is kept for where it fails.

    Python keeps its bytecode, as it does for everybody.
    """
    env = {name: value for name, value in (env or os.environ).items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        # wait4 counts the children that were waited for, too.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        out.seek(0)
        said = out.read().decode(errors="replace")[-2000:]
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss, process.returncode, said)


def spread(values: Sequence[float]) -> Spread:
    """Return the median of *values* and their ends."""
    return Spread(statistics.median(values), min(values), max(values))


def used_here() -> tuple[float, int]:
    """Return the processor seconds of this process and its children, and the most memory that it had, in KiB."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime, mine.ru_maxrss
