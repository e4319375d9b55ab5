"""What was built is installed and tried here, while its number can still be used again."""

from __future__ import annotations

from typing import ClassVar

from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.ports import Delivery
from releasegate.steps.prove import cell_evidence, require_passed
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, ReleaseStep


@dataclass(frozen=True)
class Installable(ReleaseStep):
    """The wheel installs with what it says that it needs, and works: what an index would only show later.

    It is tried on the oldest and the newest of the package's Pythons that are here: most breaks at either end, and
    the install check from the index tries them all. A machine that has none of them has nothing to say.
    """

    key: ClassVar[str] = "installable"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "install_checker", "machine"})

    def describe(self) -> str:
        return f"install the wheel on Python {' and '.join(_ends(self.release.package.pythons))} and try it"

    def run(self) -> Evidence:
        release = self.release
        here = [python for python in release.package.pythons if release.run.machine.python(python) is not None]
        if not here:
            return {"cells": [], "reason": "none of its Pythons is on this machine"}
        checker = release.ports.install_checker
        cells = checker.check(_wheel(release), pythons=_ends(here), progress=release.run.progress, installer="uv")
        found = {"source": "dist", "cells": [cell_evidence(each) for each in cells]}
        what = f"{release.package.name} {release.version} as it was built"
        hint = "Mend it and commit, then run the same command again: nothing is consumed yet"
        require_passed(cells, what=what, hint=hint, evidence=found)
        return found


def _ends(pythons: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*pythons[:1], *pythons[-1:]]))


def _wheel(release: Release) -> Delivery:
    manifest = release.manifest()
    paths = [release.ports.builds.path(release.package, release.version, each) for each in manifest.artifacts]
    wheels = tuple(path for path in paths if path.suffix == ".whl")
    return Delivery(release.package, release.version, "dist", manifest.commit, wheels)
