"""What the steps need of builds: made once and kept, or tried and thrown away; and what is said of the locks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.core.config.keys import Package
    from releasegate.core.dists.manifest import Artifact, Manifest
    from releasegate.core.dists.version_text import Source
    from releasegate.ports.trials import Progress


@dataclass(frozen=True)
class TrialBuild:
    """A build that is not kept: the wheel and the sdist by file name, and the commit that they were made of."""

    files: Mapping[str, bytes]
    source: Source


@dataclass(frozen=True)
class LockAnswer:
    """What the tool of a lock file says of it: ``problem`` is empty where it is current, ``by`` where it was not asked.

    ``path`` leads to the lock from the package's folder; ``words`` are the tool's own.
    """

    path: str
    by: str
    problem: str = ""
    words: tuple[str, ...] = ()


class Builds(Protocol):
    """Makes a commit into distribution files once, and keeps them."""

    def build(self, package: Package, *, version: Version, commit: str, progress: Progress) -> Manifest:
        """Build *commit* from a clean checkout, audit what came out, and keep it with its manifest."""
        ...

    def trial(
        self,
        package: Package,
        *,
        version: Version,
        commit: str,
        files: Mapping[PurePosixPath, bytes],
        progress: Progress,
    ) -> TrialBuild:
        """Build *version*, which is *commit* with *files* changed, and keep nothing of it here."""
        ...

    def locks(self, package: Package, *, version: Version, commit: str) -> tuple[LockAnswer, ...]:
        """Return what the tools of the lock files that are tracked at *commit* say of them."""
        ...

    def find(self, package: Package, version: Version) -> Manifest | None:
        """Return the manifest whose files are all here, byte for byte, or ``None``."""
        ...

    def path(self, package: Package, version: Version, artifact: Artifact) -> Path:
        """Return where a file of a manifest lies."""
        ...

    def rebuilt(self, package: Package, version: Version) -> Mapping[str, bytes]:
        """Return the wheel that was built a second time, from the sdist, by its file name."""
        ...

    def adopt(self, manifest: Manifest, files: Mapping[str, bytes]) -> None:
        """Keep *files* (by file name) and *manifest* as the version's build, instead of what was there."""
        ...
