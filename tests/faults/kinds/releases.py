"""What every fault of a whole release has in common: the same command is typed again, and the world is looked at."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from random import Random
from urllib.parse import quote

from tests.faults.fault import NOT_REACHED, SURVIVED, Verdict, marked, together
from tests.faults.judge import judged, leaked, refused
from tests.faults.project import TOKENS, Project
from tests.faults.stages import STAGES, Bench

USER = "__token__:"
Disturb = Callable[[Project, Random], bool]
"""Runs the stage's command with a fault in it; whether there was one."""


def disturbed(bench: Bench, chance: Random, *, stage: str, disturb: Disturb) -> Verdict:
    """Disturb the release of a *stage*, then type its command until it ends, and judge by an undisturbed one."""
    with bench.open(STAGES[stage]) as project:
        if not disturb(project, chance):
            return NOT_REACHED
        project.again()
        return together(judged(project.ran, project.seen(), bench.calm[stage]), told(project))


def burnt(bench: Bench, chance: Random, *, stage: str, disturb: Disturb) -> Verdict:
    """Disturb the release of a *stage* so that what it sends is spoilt for good: that has to be found, and said.

    The same command may go on with the next number, which is not spoilt.
    """
    with bench.open(STAGES[stage]) as project:
        before = _stored(project)
        if not disturb(project, chance):
            return NOT_REACHED
        spoilt = _stored(project) - before
        project.again(tries=2)
        proven = [version for version, files in project.seen().sealed.items() if spoilt & set(files)]
        green = marked("green", f"{', '.join(proven)} is spoilt, and sealed") if proven else SURVIVED
        return together(refused(project.ran, project.seen(), forbidden=()), green, told(project))


def _stored(project: Project) -> set[str]:
    return {name for files in project.seen().stored.values() for name in files}


def told(project: Project) -> Verdict:
    """Return whether a token was said or written down anywhere."""
    return leaked(project.texts(), {name: forms(token) for name, token in TOKENS.items()})


def forms(token: str) -> tuple[bytes, ...]:
    """Return a token in each form in which it is sent: as it is, in an address, and as a password."""
    sent = (token, quote(token, safe=""), *(b64encode(f"{who}{token}".encode()).decode() for who in ("", USER)))
    return tuple(each.encode() for each in sent)
