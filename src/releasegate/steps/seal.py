"""Where every version ends: its record is closed, and says what was proven."""

from __future__ import annotations

from typing import ClassVar

from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import COMPANIONS, ran_beside
from releasegate.core.release.entry import SEAL, Evidence
from releasegate.steps.forge_release import attach_receipt, attach_statement
from releasegate.steps.release import Role
from releasegate.steps.step import Kind, ReleaseStep


@dataclass(frozen=True)
class Seal(ReleaseStep):
    """Every gate has passed (or was waived) on these bytes: the version's record is closed."""

    role: Role
    key: ClassVar[str] = SEAL
    kind: ClassVar[Kind] = Kind.WORK
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "ledger", "forge", "indexes"})

    def describe(self) -> str:
        return f"record {self.release.version} as {'proven' if self.role == 'staging' else 'released'}"

    def run(self) -> Evidence:
        release, manifest = self.release, self.release.manifest()
        ran = release.record().done(f"e2e:{self.role}", subject=manifest.identity)
        evidence = {
            "package": release.package.name,
            "version": str(release.version),
            "commit": manifest.commit,
            "files": {a.filename: a.sha256 for a in manifest.artifacts},
            "index": release.index_name(self.role),
            COMPANIONS: [] if ran is None else list(ran_beside(ran.evidence)),
        }
        forge, settings = release.ports.forge, release.package.forge
        if self.role == "production" and forge is not None and settings is not None and not settings.immutable:
            # What came after the release was published belongs to its receipt, too, where it still can change.
            attach_receipt(release, forge)
            attach_statement(release, forge, evidence, role="production")
        return evidence
