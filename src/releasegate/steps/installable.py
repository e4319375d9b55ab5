"""What was built is installed and tried here, while its number can still be used again."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from releasegate.core.dists.archive import read_wheel
from releasegate.core.dists.wheel import sources
from releasegate.core.e2e.accepted import correction, refusal
from releasegate.core.e2e.matrix import Wanted, matrix
from releasegate.core.errors import GateFailed
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.ports import Delivery
from releasegate.steps.prove import cell_evidence, require_passed
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, ReleaseStep

_AGAIN = "run the same command again: nothing is consumed yet"


@dataclass(frozen=True)
class Installable(ReleaseStep):
    """The wheel installs with what it says that it needs, and works: what an index would only show later.

    It is tried on the oldest and the newest of the package's Pythons that are here: most breaks at either end, and
    the install check from the index tries them all. A machine that has none of them has nothing to say. The hosts that
    judge it later would load it, by what it says itself.
    """

    key: ClassVar[str] = "installable"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "ledger", "install_checker", "machine"})

    def describe(self) -> str:
        return f"install the wheel on Python {' and '.join(_ends(self.release.package.pythons))} and try it"

    def run(self) -> Evidence:
        release = self.release
        _require_accepted_hosts(release)
        here = [python for python in release.package.pythons if release.run.machine.python(python) is not None]
        if not here:
            return {"cells": [], "reason": "none of its Pythons is on this machine"}
        checker = release.ports.install_checker
        cells = checker.check(_wheel(release), pythons=_ends(here), progress=release.run.progress, installer="uv")
        found = {"source": "dist", "cells": [cell_evidence(each) for each in cells]}
        what = f"{release.package.name} {release.version} as it was built"
        require_passed(cells, what=what, hint=f"Mend it and commit, then {_AGAIN}", evidence=found)
        return found


def _ends(pythons: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*pythons[:1], *pythons[-1:]]))


def _wheel(release: Release) -> Delivery:
    manifest = release.manifest()
    paths = [release.ports.builds.path(release.package, release.version, each) for each in manifest.artifacts]
    wheels = tuple(path for path in paths if path.suffix == ".whl")
    return Delivery(release.package, release.version, "dist", manifest.commit, wheels)


def _require_accepted_hosts(release: Release) -> None:
    """Raise where a host of the stack would not load the package, unless what is run there is waived.

    Raises:
        GateFailed: its own files keep that host out.
    """
    waived, stack = release.record().waiver("e2e:staging") is not None, release.run.settings.stack
    if waived or stack is None or not release.run.settings.in_stack(release.package.name):
        return
    (wheel,) = _wheel(release).files
    code = sources(read_wheel(wheel.name, wheel.read_bytes()))
    for cell in matrix(replace(stack, sources=("",)), Wanted()):
        # What a word such as newest stands for is found out when it is run.
        if any(choice.is_alias for choice in cell.choices):
            continue
        if said := refusal(stack.kit, cell, code):
            raise GateFailed(
                f"{release.package.name} {release.version} {said}, and it is to be judged there.",
                hint=f"{correction(stack.kit, cell, code, configured=True)}; then {_AGAIN}",
            )
