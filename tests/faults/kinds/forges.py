"""Every fault of a forge, once and lasting, while a final is published there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import get_args

from releasegate.rehearsal.forge.faults import Fault as ForgeFault
from releasegate.rehearsal.forge.faults import ForgeFaults, Limit
from tests.faults.fault import Fault
from tests.faults.kinds.releases import disturbed
from tests.faults.project import Project

KIND = "forge"
ALWAYS = 200
AT_MOST = 12
"""Requests that pass before the fault comes: a forge release makes more than these."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return each fault at one request, at some, and at all until it is mended."""
    found = []
    for fault in (*get_args(ForgeFault), Limit(1)):
        for times, often in ((1, "once"), (3, "three times"), (ALWAYS, "until mended")):
            disturb = partial(stumbling, fault=fault, times=times)
            inject = partial(disturbed, stage="final", disturb=disturb)
            name = f"{fault if isinstance(fault, str) else 'limit'} {often}"
            found.append(Fault(KIND, name, seed, inject, "final", whole=True))
    return tuple(found)


def stumbling(project: Project, chance: Random, *, fault: ForgeFault | Limit, times: int) -> bool:
    """Run the command while the forge has the fault, from the first request on or from a later one; then mend it."""
    assert project.forge is not None
    waiting = LateFaults(passing=chance.randrange(AT_MOST) if times < ALWAYS else 0)
    waiting.add(fault, times)
    project.forge.app.faults = waiting
    with project.started():
        pass
    happened = len(waiting.coming) < times
    waiting.coming.clear()
    return happened


@dataclass
class LateFaults(ForgeFaults):
    """Faults that come only when so many requests have passed."""

    passing: int = 0

    def take(self, method: str) -> ForgeFault | Limit | None:
        """Let a request pass, or let the next fault become of it."""
        self.passing -= 1
        return None if self.passing >= 0 else super().take(method)
