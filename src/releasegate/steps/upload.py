"""The upload: an index holds exactly the files that were built, whoever sent them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from releasegate.core.dists.manifest import Artifact
from releasegate.core.errors import Conflict
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.core.release.next_command import given_up
from releasegate.core.release.next_version import next_legal
from releasegate.steps.fetch import held_hashes
from releasegate.steps.forge_release import await_ci
from releasegate.steps.sending import STATUS, send_all
from releasegate.steps.step import Kind, RoleStep
from releasegate.steps.takeover import taken_over

SECOND_LOOK = 2.0
"""Seconds until an index is read again that lists other bytes than ours."""


@dataclass(frozen=True)
class Upload(RoleStep):
    """The index holds exactly the manifest's files, compared by sha256."""

    stem: ClassVar[str] = "upload"
    kind: ClassVar[Kind] = Kind.ONE_WAY
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "forge", "indexes", "consumed", "clock", "ledger"})

    def describe(self) -> str:
        files, index = f"the wheel and the sdist of {self.release.version}", self.release.index_name(self.role)
        by_ci = self.release.uploaded_by(self.role) == "CI"
        return f"wait until CI has uploaded {files} to {index}" if by_ci else f"upload {files} to {index}"

    def already(self) -> Evidence | None:
        missing = self._missing()
        return None if missing else self._evidence()

    def run(self) -> Evidence:
        if self.release.uploaded_by(self.role) == "CI":
            await_ci(self.release, lambda: not self._missing())
            return {**self._evidence(), "uploaded by": "CI"}
        index, before = self.release.index(self.role), self._refused_before()
        send_all(self.release, index, missing=self._missing, before=before)
        return self._evidence()

    def _refused_before(self) -> int | None:
        """Return the HTTP status that ended the upload the last time, if one did."""
        entries = reversed(self.release.record().entries)
        failed = next((e for e in entries if e.step == self.key and e.event in {"done", "failed"}), None)
        status = None if failed is None else failed.evidence.get(STATUS)
        return status if isinstance(status, int) else None

    def _missing(self) -> tuple[Artifact, ...]:
        """Return the files that the index does not list; raises ``Conflict`` where it lists other bytes, asked twice.

        Another machine may have uploaded the same files, packed into other bytes, while this one built: then those
        are the release.
        """
        held = held_hashes(self.release, self.role)
        if self._others(held):
            taken_over(self.release)
        if self._others(held):
            self.release.run.clock.sleep(SECOND_LOOK)
            held = held_hashes(self.release, self.role)
        if others := self._others(held):
            raise self._conflict(others[0], held[others[0].filename])
        return tuple(a for a in self.release.manifest().artifacts if a.filename not in held)

    def _others(self, held: Mapping[str, str]) -> tuple[Artifact, ...]:
        """Return the files under whose names the index lists other bytes."""
        return tuple(a for a in self.release.manifest().artifacts if held.get(a.filename, a.sha256) != a.sha256)

    def _conflict(self, ours: Artifact, theirs: str) -> Conflict:
        release = self.release
        legal = next_legal(release.version, consumed=release.run.consumed(release.package))
        return Conflict(
            f"{release.index(self.role).name} holds other bytes under {ours.filename}.",
            hint=f"The name is burnt, and {legal} is the next legal version. "
            + given_up(release.version, package=release.package.name, published=self.role == "production"),
            details=[f"ours   {ours.sha256}", f"theirs {theirs}"],
        )

    def _evidence(self) -> Evidence:
        files = {a.filename: a.sha256 for a in self.release.manifest().artifacts}
        return {"index": self.release.index(self.role).name, "files": files}
