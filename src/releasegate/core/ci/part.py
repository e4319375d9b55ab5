"""The part of a release that one job of CI does: what runs foreign code and what may publish never meet in one job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PartJob = Literal["prove", "tell", "build", "publish", "judge", "seal"]


@dataclass(frozen=True)
class Part:
    """What one job does, on the way to the index of that name.

    ``prove`` runs the candidate and the pair where nobody who is believed did, ``tell`` lets everybody know what it
    found where that is red, ``build`` makes and audits the files,
    ``publish`` tags and uploads them, ``judge`` installs and runs them, ``seal`` closes the record. ``base`` is the
    commit that was checked out, where one on top of it was taken over that states the version and does nothing else.
    """

    job: PartJob
    index: str
    base: str = ""

    @property
    def publishes(self) -> bool:
        """Whether it needs the index's identity or token."""
        return self.job == "publish"

    @property
    def judges(self) -> bool:
        """Whether it installs and runs what was built."""
        return self.job in {"prove", "judge"}

    @property
    def records(self) -> bool:
        """Whether it may write evidence, tags and releases into the repository."""
        return self.job in {"tell", "publish", "seal"}
