"""Builds of another job: kept as all are, and never made here, for a build runs foreign code."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.core.config.keys import Package
from releasegate.core.dists.manifest import Manifest
from releasegate.core.errors import Refused
from releasegate.ports import Progress


@dataclass(frozen=True)
class TakenBuilds(LocalBuilds):
    """What was handed over; nothing else is ever there."""

    def build(self, package: Package, *, version: Version, commit: str, progress: Progress) -> Manifest:  # noqa: ARG002
        """Refuse to build.

        Raises:
            Refused: always.
        """
        raise Refused(
            f"{package.name} {version} of the commit {commit[:12]} was not handed over, and is not built in this job.",
            hint="Run the job that builds again, then this one",
        )
