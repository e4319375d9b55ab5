"""The wait until an upload is seen by everybody, installers past every cache included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from releasegate.core.dists.archive import read_wheel
from releasegate.core.dists.wheel import metadata_differences, wheel_metadata
from releasegate.core.errors import GateFailed, NotYet, ReleasegateError, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.ports import Index, IndexFile
from releasegate.steps.fetch import held_hashes, published
from releasegate.steps.step import RoleStep

SECOND_LOOK = 5.0
"""Seconds at least before what is said against the files is looked at again."""


@dataclass(frozen=True)
class _Look:
    """What one look at the index came to: what an installer gets, or why it does not get our bytes (yet)."""

    served: Mapping[str, str] | None = None
    trouble: GateFailed | Unavailable | None = None

    @property
    def finding(self) -> tuple[str, ...] | None:
        """What is said against the index, to be compared with the next look; nothing where it may still come."""
        error = self.trouble
        return (error.problem, *error.details) if isinstance(error, GateFailed) else None


@dataclass(frozen=True)
class Propagation(RoleStep):
    """Everybody sees the upload: the index lists our sha256, and an installer gets our bytes past every cache."""

    stem: ClassVar[str] = "propagation"
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "indexes", "clock"})

    def describe(self) -> str:
        return f"wait until {self.release.index(self.role).name} lists {self.release.version} and an installer gets it"

    def run(self) -> Evidence:
        run, index = self.release.run, self.release.index(self.role)
        started, before = run.clock.elapsed(), _Look()
        pause = 0.5
        while True:
            waited = run.clock.elapsed() - started
            look = self._look(within=run.settings.propagation - waited)
            if look.served is not None:
                return {"index": index.name, "files": dict(look.served), "seconds": round(waited, 1)}
            # What is said against the files is said when a second look agrees, and that one is always taken.
            if look.trouble is not None and look.finding is not None and look.finding == before.finding:
                raise look.trouble
            if waited >= run.settings.propagation and (look.finding is None or before.finding is not None):
                raise self._late(waited, look)
            run.progress(f"{index.name} does not show {self.release.version} yet ({waited:.0f} s)")
            run.clock.sleep(pause if look.finding is None else max(pause, SECOND_LOOK))
            pause, before = min(pause * 1.5, 15.0), look

    def _late(self, waited: float, look: _Look) -> ReleasegateError:
        if isinstance(look.trouble, Unavailable):
            return look.trouble
        return NotYet(
            f"{self.release.version} is uploaded but has not propagated on {self.release.index(self.role).name} "
            f"in {waited:.0f} s.",
            hint="Nothing is broken: run the same command again later",
        )

    def _look(self, *, within: float) -> _Look:
        """Look once; what cannot be read now may be readable before the time is over."""
        try:
            return _Look(self._served(within))
        except (GateFailed, Unavailable) as trouble:
            return _Look(trouble=trouble)

    def _served(self, within: float) -> Mapping[str, str] | None:
        """Return what an installer gets if it is ours, and nothing while it gets nothing.

        Raises:
            GateFailed: it gets something else, or would be told something else of it.
            Unavailable: that cannot be read now.
        """
        release, index = self.release, self.release.index(self.role)
        ours = {a.filename: a.sha256 for a in release.manifest().artifacts}
        held = held_hashes(release, self.role)
        if any(held.get(name) != digest for name, digest in ours.items()):
            return None
        self._require_own_metadata()
        got = index.resolve(release.package.name, release.version, within=within)
        wrong = [f"{name} {digest}" for name, digest in got.items() if ours.get(name) != digest]
        if wrong:
            raise GateFailed(
                f"An installer gets other bytes of {release.version} from {index.name} than were uploaded.",
                hint="Look at the index: somebody else may have written there; invoke status names what goes on",
                details=wrong,
            )
        return got or None

    def _require_own_metadata(self) -> None:
        """Raise where the core metadata beside the wheel (PEP 658) is not the wheel's: an installer would not take it.

        Raises:
            GateFailed: it says something else.
            Unavailable: it is listed, and not served yet, or served damaged.
        """
        release, index = self.release, self.release.index(self.role)
        wheels = {a.filename: a for a in release.manifest().artifacts if a.kind == "wheel"}
        for file in published(index, release.package.name, release.version):
            if file.filename not in wheels or (beside := _beside(index, file)) is None:
                continue
            path = release.ports.builds.path(release.package, release.version, wheels[file.filename])
            own = wheel_metadata(read_wheel(file.filename, path.read_bytes()))
            if differing := metadata_differences(own, beside):
                raise GateFailed(
                    f"The core metadata that {index.name} serves beside {file.filename} is not the wheel's.",
                    hint="Installers believe it, or refuse the wheel: tell the index's owners; "
                    "invoke status names what goes on",
                    details=differing,
                )


def _beside(index: Index, file: IndexFile) -> bytes | None:
    """Return the core metadata that the index serves beside a wheel, ``None`` where it lists none.

    Raises:
        Unavailable: it is not what the index itself lists of it: that says nothing of what was sent, and may be mended.
    """
    try:
        return index.metadata(file)
    except GateFailed as error:
        raise Unavailable(
            error.problem,
            hint="Run the same command again a little later; if that lasts, tell the index's owners",
            details=error.details,
        ) from error
