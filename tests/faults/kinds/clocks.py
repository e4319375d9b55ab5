"""Clocks that are wrong, and that are set while a release is under way."""

from __future__ import annotations

import os
import signal
from functools import partial
from random import Random

from tests.faults.fault import Fault
from tests.faults.kinds.kills import keys
from tests.faults.kinds.releases import disturbed
from tests.faults.project import Project

KIND = "clocks"
SHIFTS = {
    "a year ahead": 365 * 86400.0,
    "a day ahead": 86400.0,
    "an hour behind": -3600.0,
    "two years behind": -2 * 365 * 86400.0,
    "in the year 9999": 7900 * 365 * 86400.0,
    "in 1971": -54.5 * 365 * 86400.0,
}
LAUNCH = """
import sys
from datetime import UTC, datetime, timedelta
from releasegate.adapters import clock
shift = timedelta(seconds=float(sys.argv.pop(1)))
clock.SystemClock.now = lambda self: (datetime.now(UTC) + shift).isoformat(timespec="microseconds")
from releasegate.__main__ import main
main()
"""
"""The real command on a machine whose clock is wrong."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return each wrong clock: for a run that is killed somewhere, and gone on with by the right clock."""
    return tuple(
        Fault(
            KIND,
            f"{stage}: the clock is {name} until a step is killed",
            seed,
            partial(disturbed, stage=stage, disturb=partial(wrong, shift=shift, stage=stage)),
            stage,
            whole=True,
        )
        for number, (name, shift) in enumerate(SHIFTS.items())
        for stage in (("rc", "final")[(number + seed) % 2],)
    )


def wrong(project: Project, chance: Random, *, shift: float, stage: str) -> bool:
    """Run the command by a wrong clock, to some step and no further."""
    version, step = chance.choice(keys(stage)[1:])
    with project.started(program=("-c", LAUNCH, str(shift))) as process:
        if project.until(process, lambda: any(each.step == step for each in project.entries(version))):
            os.kill(process.pid, signal.SIGKILL)
    return True
