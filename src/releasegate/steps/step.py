"""What a step is."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Protocol

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.release.entry import Evidence
    from releasegate.steps.release import Release, Role


class Kind(Enum):
    """How a step is treated when a run is resumed."""

    GUARD = "guard"
    """Asked again every time."""
    WORK = "work"
    """May be repeated; what it proved is remembered for its subject."""
    ONE_WAY = "one-way"
    """Cannot be taken back: confirmed first, and from its start the version is consumed."""


class Step(Protocol):
    """One verb of a release; ``parts`` are its checks that may be waived one by one, such as ``audit:tree``."""

    kind: ClassVar[Kind]
    waivable: ClassVar[bool]
    parts: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> str:
        """The name under which the ledger knows the step; it never changes."""
        ...

    @property
    def release(self) -> Release:
        """The release that the step belongs to."""
        ...

    def describe(self) -> str:
        """Return one line that the plan, the run and the record print."""
        ...

    def subject(self) -> str:
        """Return what the evidence is about: a commit, or the bytes of a build."""
        ...

    def already(self) -> Evidence | None:
        """Return evidence that the world is so, or ``None``."""
        ...

    def run(self) -> Evidence:
        """Make it so and return the evidence; raises a ``ReleasegateError`` where it cannot be."""
        ...


@dataclass(frozen=True)
class ReleaseStep:
    """What most steps share: a guard that cannot be waived, is about the build, and finds nothing there already.

    ``uses`` names the ports that the step is given.
    """

    release: Release
    kind: ClassVar[Kind] = Kind.GUARD
    waivable: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        """Keep of the release's ports those that the step names."""
        object.__setattr__(self, "release", self.release.given(self.uses))

    def subject(self) -> str:
        return self.release.manifest().identity

    def already(self) -> Evidence | None:
        return None


@dataclass(frozen=True)
class RoleStep(ReleaseStep):
    """A step that is made for the staging and for the production index; the role is part of its key."""

    role: Role
    stem: ClassVar[str]

    @property
    def key(self) -> str:
        return f"{self.stem}:{self.role}"
