"""Two people who type the same command at once: in one clone, and each in a clone of their own."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from random import Random

from git_repositories import git

from releasegate.adapters.ledger.files import FileLedger
from tests.faults.fault import Fault, Verdict, marked, together
from tests.faults.judge import sent_twice, spoken, wrongly_green
from tests.faults.kinds.releases import disturbed, told
from tests.faults.project import NAME, Project, sealed
from tests.faults.stages import STAGES, Bench

KIND = "two at once"
APART = 3.0
"""Seconds by which the second one comes later at most."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return both ways, some times each: when the second comes is drawn."""
    found = []
    for number in range(3):
        for stage in ("rc", "final"):
            inject = partial(disturbed, stage=stage, disturb=in_one_clone)
            found.append(Fault(KIND, f"{stage}: in one clone, {number}", seed, inject, stage, whole=True))
        found.append(Fault(KIND, f"rc: in two clones, {number}", seed, in_two_clones, "rc", whole=True))
    return tuple(found)


def in_one_clone(project: Project, chance: Random) -> bool:
    """Type the command twice in the same folder."""
    with project.started():
        time.sleep(chance.random() * APART)
        with project.started():
            pass
    return True


def in_two_clones(bench: Bench, chance: Random) -> Verdict:
    """Type the command in two folders: one of them releases, and the other is told why not."""
    with bench.open(STAGES["rc"]) as project, ExitStack() as stack:
        other = project.root / "other"
        git(project.root, "clone", "--quiet", str(project.remote), str(other / NAME))
        shutil.copy(project.root / "pyproject.toml", other)
        stack.enter_context(project.started())
        time.sleep(chance.random() * APART)
        # Another person: two commits of one person in one second would be the same commit.
        stack.enter_context(project.started(cwd=other, more={"GIT_AUTHOR_NAME": "Grace"}))
        stack.close()
        seen = project.seen()
        seals = sealed(FileLedger(other / ".releasegate" / "ledger" / NAME))
        both = seals.keys() & seen.sealed.keys()
        seen = replace(seen, sealed={**seals, **seen.sealed})
        verdicts = [
            *map(spoken, project.ran),
            sent_twice(seen),
            wrongly_green((), seen, seen, frozenset()),
            told(project),
        ]
        verdicts += [marked("twice", f"both have sealed {version}") for version in both]
        if not seals and not seen.sealed:
            verdicts.append(marked("lost", *(f"{ran.code}: {ran.output[-300:]}" for ran in project.ran)))
        return together(*verdicts)
