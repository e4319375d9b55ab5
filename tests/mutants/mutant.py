"""A defect: a change of one file of the plugin or of the backend, as it is installed in a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["plugin", "backend"]


@dataclass(frozen=True)
class Mutant:
    """One defect: in *file* (below the package's folder) the first *old* becomes *new*."""

    name: str
    side: Side
    file: str
    old: str
    new: str
    harmless: bool = False

    def planted(self, source: str) -> str | None:
        """Return the file with the defect in it; nothing where there is no place for it."""
        return source.replace(self.old, self.new, 1) if self.old in source else None


@dataclass(frozen=True)
class Caught:
    """What became of a mutant: the contracts that tell of it; ``seconds`` until then.

    One that found no place, or that kept the stack from starting, says so in *how*.
    """

    mutant: Mutant
    contracts: tuple[str, ...] = ()
    how: str = ""
    seconds: float = 0.0

    @property
    def word(self) -> str:
        """Return what it is counted as."""
        if self.how == NO_PLACE:
            return NO_PLACE
        if self.mutant.harmless:
            return "falsely red" if self.contracts or self.how else "rightly green"
        return "caught" if self.contracts or self.how else "missed"


NO_PLACE = "no place"
NOT_STARTED = "does not start"
