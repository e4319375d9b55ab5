"""A fault and what became of it, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from shlex import quote
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.faults.stages import Bench

Mark = Literal["lost", "twice", "green", "traceback", "token"]
MARKS: dict[Mark, str] = {
    "lost": "lost",
    "twice": "sent twice",
    "green": "wrongly green",
    "traceback": "tracebacks",
    "token": "tokens seen",
}
"""What must never become of a fault, each with its column in the table.

``lost``: the same command does not come to the end that an undisturbed run comes to. ``twice``: a number was used
again. ``green``: something is called proven or released, or is believed, that is not so. ``traceback``: it ended
as nobody foresaw, be it with a sentence. ``token``: a planted token was seen where it may not be.
"""


@dataclass(frozen=True)
class Verdict:
    """What became of a fault: nothing bad without *marks*; *words* say what was seen.

    A fault that found nothing to disturb (a step that this machine does not have) was not ``injected``.
    """

    marks: frozenset[Mark] = frozenset()
    words: tuple[str, ...] = ()
    injected: bool = True

    @property
    def survived(self) -> bool:
        """Whether the fault was there and did no harm."""
        return self.injected and not self.marks


Inject = Callable[["Bench", Random], Verdict]
"""Does the harm, lets the same command be run again, and judges; all chance comes from what it is handed."""


@dataclass(frozen=True)
class Fault:
    """One fault of a *kind*, in a release of *stage* where it needs one.

    *whole* ones are runs of the real command in a process of its own.
    """

    kind: str
    name: str
    seed: int
    inject: Inject
    stage: str = ""
    whole: bool = False

    @property
    def line(self) -> str:
        """The command that injects this one fault again."""
        return f"nox -s faults -- --fault {quote(f'{self.kind}/{self.name}')} --seed {self.seed}"

    def chance(self) -> Random:
        """Return the fault's own source of chance: what is drawn depends on nothing else that runs."""
        return Random(f"{self.kind}/{self.name}/{self.seed}")  # noqa: S311 - to be had again, not to be kept secret


@dataclass(frozen=True)
class Injected:
    """A fault, its verdict, and the seconds that it took."""

    fault: Fault
    verdict: Verdict
    seconds: float


SURVIVED = Verdict()
NOT_REACHED = Verdict(injected=False, words=("there was nothing to disturb",))


def marked(mark: Mark, *words: str) -> Verdict:
    """Return the verdict for one thing that must never be."""
    return Verdict(frozenset({mark}), words)


def together(*verdicts: Verdict) -> Verdict:
    """Return what several verdicts on one fault say: it was injected where one of them says so."""
    return Verdict(
        frozenset[Mark]().union(*(each.marks for each in verdicts)),
        tuple(word for each in verdicts for word in each.words),
        any(each.injected for each in verdicts),
    )
