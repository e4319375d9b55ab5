"""What was seen of a cell, read out of its containers and its report."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.tar import unpacked
from releasegate.core.e2e.contracts import Judged
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.core.install.installed_from import InstalledFrom
from releasegate.core.install.pip_report import installed_from
from releasegate.ports import Origin

_LOG_LINES = 12
_LONGEST = 300
_TELLING = ("error", "exception", "traceback", "critical", "refus", "denied", "failed")


@dataclass
class Observed:
    """What was seen of a cell so far; ``seconds`` by phase, ``error`` what kept it from being judged.

    ``contracts`` are those that were judged; ``left_up`` says how a stack that was left is reached, and taken down.
    """

    contracts: list[Judged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    objects: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    error: ReleasegateError | None = None
    left_up: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong: each contract that broke, and below it what was seen."""
        return tuple(line for each in self.contracts if each.verdict == "fail" for line in each.lines)

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the block's seconds to *phase*."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - started


def arrived(stack: ComposeProject, service: str) -> list[InstalledFrom]:
    """Return where everything came from that is installed in a container, as pip said when it was made.

    Raises:
        Unavailable: the container does not say it.
    """
    container = stack.container(service)
    if container is None:
        raise Unavailable(f"{service} is not there to say where it came from.", hint="Run the same command again")
    # Read as a file: that works where the container has ended, too.
    chunks, _ = container.get_archive("/opt/releasegate/origins.json")
    return [each for report in json.loads(unpacked(chunks)) for each in installed_from(json.dumps(report))]


def objects(path: Path) -> Mapping[str, Any]:
    """Return the synced objects that the checks wrote down; none where they did not come to it."""
    try:
        told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told


def telling(stack: ComposeProject, services: Iterable[str]) -> list[str]:
    """Return the lines of the log of each of *services* that say what went wrong."""
    found: list[str] = []
    for service in services:
        lines = [line for line in stack.log(service, count=400) if any(word in line.lower() for word in _TELLING)]
        found += [f"{service}: {line[:_LONGEST]}" for line in lines[-_LOG_LINES:]]
    return found
