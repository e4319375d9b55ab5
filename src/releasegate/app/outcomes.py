"""Keeps how every step ended while somebody looks on: a release and a rehearsal both end with a table of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from releasegate.engine import Outcome, Watch
from releasegate.steps.step import Step

W = TypeVar("W", bound=Watch)


@dataclass(frozen=True)
class Recorder(Generic[W]):
    """Passes everything on to *watch* and keeps the outcomes."""

    watch: W
    outcomes: list[Outcome] = field(default_factory=list)

    def begins(self, step: Step) -> None:
        """Pass it on."""
        self.watch.begins(step)

    def ends(self, outcome: Outcome) -> None:
        """Keep the outcome and pass it on."""
        self.outcomes.append(outcome)
        self.watch.ends(outcome)
