"""What the steps need from a forge."""

from __future__ import annotations

from typing import Literal, Protocol

from releasegate.core.evidence.belief import CiOutcome
from releasegate.core.frozen import dataclass


@dataclass(frozen=True)
class ForgeRelease:
    """A release on a forge: its tag, the commit the tag names, and whether it is still a draft.

    ``notes`` are the text that it is drafted with; a forge is not asked for them.
    """

    tag: str
    commit: str
    branch: str
    draft: bool
    prerelease: bool
    assets: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True)
class CiRun:
    """A run of the forge's CI that a tag or its release started."""

    state: Literal["waiting", "running", "passed", "failed"]
    url: str


BranchTakes = Literal["pushes", "pull requests"]
"""What a branch takes from whoever asks: pushes, or pull requests alone."""


class Forge(Protocol):
    """Where a repository's releases are published. Every answer is untrusted input."""

    def credential(self) -> str:
        """Return in words where the token comes from; a person who is to be asked for it is asked now.

        Raises:
            Refused: nothing was typed; Unavailable: there is none, and nobody can be asked.
        """
        ...

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``; ``commit`` is the one that the tag names there."""
        ...

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft."""
        ...

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file to the release, in place of one of the same name."""
        ...

    def asset(self, tag: str, *, name: str) -> bytes | None:
        """Return the bytes of an attached file, or ``None``."""
        ...

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft; on an immutable forge neither it nor its tag can change from then on."""
        ...

    def ci_run(self, tag: str) -> CiRun | None:
        """Return the newest CI run that *tag*, or the release of it, started; ``None`` where there is none."""
        ...

    def waiting(self) -> tuple[CiRun, ...]:
        """Return the CI runs that wait until a person lets them go on."""
        ...

    def outcome(self, run: int) -> CiOutcome | None:
        """Return how the CI run of that number ended; ``None`` where the forge knows of none."""
        ...

    def takes(self, branch: str) -> BranchTakes | None:
        """Return what the release branch takes, asked without a token where none is exported; ``None``: it is not told.

        Raises:
            Unavailable: the forge does not answer, or not as it should.
        """
        ...
