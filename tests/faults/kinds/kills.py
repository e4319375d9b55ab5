"""A release that is killed in each of its steps, and inside its uploads."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Self, cast

from releasegate.pipelines import FINAL, RC, Pipeline, bind
from releasegate.rehearsal.index import Slow
from releasegate.steps.release import Release
from tests.faults.fault import Fault
from tests.faults.kinds.releases import disturbed
from tests.faults.project import Project
from tests.faults.stages import STAGES

KIND = "kills"
LATEST = 0.4
"""Seconds after a step's begin at which the kill comes at the latest."""
SIGNALS = (*("SIGKILL",) * 4, "SIGTERM", "SIGINT")
"""What the kill is drawn from."""
SENDING = 2.0
"""Seconds that an upload takes that is to be killed within."""


def keys(stage: str) -> tuple[tuple[str, str], ...]:
    """Return every version that a stage makes, with every step of it."""
    versions = STAGES[stage].versions
    pipelines = {"rc": (RC,), "post": (RC, FINAL[1:])}.get(stage, (FINAL,))
    return tuple((v, key) for v, pipeline in zip(versions, pipelines, strict=True) for key in steps(pipeline))


def steps(pipeline: Pipeline) -> tuple[str, ...]:
    """Return the keys of a pipeline's steps, of no release in particular."""
    return tuple(step.key for step in bind(pipeline, cast("Release", _Unbound())))


@dataclass(frozen=True)
class _Unbound:
    """Stands for a release: a step's key says nothing of it."""

    strict: bool = False

    def given(self, _: object) -> Self:
        """Be what each step is given of it."""
        return self


def faults(seed: int) -> tuple[Fault, ...]:
    """Return a kill in each step of each stage, and two inside each upload."""
    found = [
        Fault(KIND, f"{stage}: {version} {key}", seed, partial(disturbed, stage=stage, disturb=at), stage, whole=True)
        for stage in STAGES
        for version, key in keys(stage)
        for at in [partial(in_step, version=version, step=key)]
    ]
    for stage in STAGES:
        for ending in ("*.whl", "*.tar.gz"):
            for name, at in (
                (f"{stage}: while {ending} is sent", partial(while_sending, ending=ending)),
                (f"{stage}: when {ending} is stored", partial(when_stored, ending=ending)),
            ):
                found.append(Fault(KIND, name, seed, partial(disturbed, stage=stage, disturb=at), stage, whole=True))
    return tuple(found)


def in_step(project: Project, chance: Random, *, version: str, step: str) -> bool:
    """Kill a little after the step was begun."""
    with project.started() as process:
        begun = project.until(process, lambda: any(each.step == step for each in project.entries(version)))
        time.sleep(chance.random() * LATEST)
        return _end(process.pid, chance) if begun and process.poll() is None else False


def while_sending(project: Project, chance: Random, *, ending: str) -> bool:
    """Kill while the index has the bytes of a file and has not stored it."""
    last = project.indexes["staging" if project.words[1] == "--rc" else "production"]
    last.faults.add(Slow(SENDING, target=ending))
    with project.started() as process:
        sending = project.until(process, lambda: bool(last.faults.happened))
        time.sleep(chance.random() * SENDING)
        killed = _end(process.pid, chance) if sending and process.poll() is None else False
    time.sleep(SENDING)  # the index goes on with what it was sent
    last.faults.clear()
    return killed


def when_stored(project: Project, chance: Random, *, ending: str) -> bool:
    """Kill when a file is stored, and the answer is on its way."""
    last = project.indexes["staging" if project.words[1] == "--rc" else "production"]
    before = set(last.stored)
    with project.started() as process:
        if not project.until(process, lambda: any(n.endswith(ending[1:]) for n in set(last.stored) - before)):
            return False
        time.sleep(chance.random() * 0.05)
        return _end(process.pid, chance) if process.poll() is None else False


def _end(pid: int, chance: Random) -> bool:
    """Send one of the signals, to the command alone or to all that it started."""
    number = getattr(signal, chance.choice(SIGNALS))
    if chance.random() < 0.5:
        os.killpg(pid, number)
    else:
        os.kill(pid, number)
    return True
