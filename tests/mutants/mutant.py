"""A defect: a change of one file of the plugin or of the backend, as it is installed in a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["plugin", "backend"]
KINDS = {
    "page": "a page, tab, form or route that fails",
    "lost": "a button, route or field that is lost",
    "value": "a relation, flag or status that is wrong",
    "permission": "a permission that is not asked for",
    "pages": "all but the first page of results lost",
    "renamed": "a route that only one side calls so",
    "later": "an update, a deletion or a second synchronisation that goes wrong",
    "migration": "a migration that is missing, edited or irreversible",
    "files": "a data file that is lost",
    "slow": "a slow answer",
}
"""What those that are written down do to a user."""


@dataclass(frozen=True)
class Mutant:
    """One defect: in *file* (below the package's folder) the first *old* becomes *new*, or it is *removed*.

    *by* names the contract that is due to tell of it, *disturbs* others that may; *world* the datacenter that shows it.
    """

    name: str
    side: Side
    file: str
    old: str = ""
    new: str = ""
    kind: str = ""
    harmless: bool = False
    removed: bool = False
    by: str = ""
    disturbs: tuple[str, ...] = ()
    world: str = "small"

    def planted(self, source: str) -> str | None:
        """Return the file with the defect in it; nothing where there is no place for it."""
        return source.replace(self.old, self.new, 1) if self.removed or self.old in source else None

    @property
    def touches(self) -> frozenset[str]:
        """The contracts that it may break."""
        return frozenset((self.by, *self.disturbs))

    @property
    def of_a_migration(self) -> bool:
        """Whether it shows where the database is migrated, and not on one that is."""
        return "migrations/" in self.file


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

    @property
    def told(self) -> str:
        """Return what told of it."""
        return self.how or ", ".join(self.contracts) or "no contract"


NO_PLACE = "no place"
NOT_STARTED = "does not start"
