"""The wait until an upload is seen by everybody, installers past every cache included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from releasegate.core.errors import GateFailed, NotYet
from releasegate.core.release.record import Evidence
from releasegate.steps.fetch import held_hashes
from releasegate.steps.step import RoleStep


@dataclass(frozen=True)
class Propagation(RoleStep):
    """Everybody sees the upload: the index lists our sha256, and an installer gets our bytes past every cache."""

    stem: ClassVar[str] = "propagation"
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "indexes", "clock"})

    def describe(self) -> str:
        return f"wait until {self.release.index(self.role).name} lists {self.release.version} and an installer gets it"

    def run(self) -> Evidence:
        run, index = self.release.run, self.release.index(self.role)
        started = run.clock.elapsed()
        pause = 0.5
        while True:
            waited = run.clock.elapsed() - started
            served = self._served()
            if served is not None:
                return {"index": index.name, "files": dict(served), "seconds": round(waited, 1)}
            if waited >= run.settings.propagation:
                raise NotYet(
                    f"{self.release.version} is uploaded but has not propagated on {index.name} in {waited:.0f} s.",
                    hint="Nothing is broken: run the same command again later",
                )
            run.progress(f"{index.name} does not show {self.release.version} yet ({waited:.0f} s)")
            run.clock.sleep(pause)
            pause = min(pause * 1.5, 15.0)

    def _served(self) -> Mapping[str, str] | None:
        release, index = self.release, self.release.index(self.role)
        ours = {a.filename: a.sha256 for a in release.manifest().artifacts}
        held = held_hashes(release, self.role)
        if any(held.get(name) != digest for name, digest in ours.items()):
            return None
        got = index.resolve(release.package.name, release.version)
        if not got:
            return None
        wrong = [f"{name} {digest}" for name, digest in got.items() if ours.get(name) != digest]
        if wrong:
            raise GateFailed(
                f"An installer gets other bytes of {release.version} from {index.name} than were uploaded.",
                hint="Look at the index: somebody else may have written there",
                details=wrong,
            )
        return got
