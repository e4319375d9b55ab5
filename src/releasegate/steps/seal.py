"""The ends of a chain: a final begins at its sealed candidate, and every version ends with its own seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from packaging.version import Version

from releasegate.core.errors import Refused
from releasegate.core.release.entry import SEAL, Evidence
from releasegate.core.release.versions import promoted
from releasegate.steps.fetch import companion_choice, published
from releasegate.steps.forge_release import attach_receipt, attach_statement
from releasegate.steps.release import Role
from releasegate.steps.step import Kind, ReleaseStep


@dataclass(frozen=True)
class CandidateProven(ReleaseStep):
    """There is a candidate of this very version whose every gate passed, and its record is here."""

    key: ClassVar[str] = "candidate"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "ledger"})

    def describe(self) -> str:
        return f"{self.release.candidate} is proven, and its record is here"

    def subject(self) -> str:
        return f"{self.release.candidate}"

    def run(self) -> Evidence:
        seal = self.release.candidate_seal()
        return {"candidate": str(self.release.candidate), "commit": seal.evidence["commit"], "at": seal.at}


@dataclass(frozen=True)
class CompanionPublished(ReleaseStep):
    """The companion that this final will run with is published, and is what the candidate was proven with."""

    key: ClassVar[str] = "companion"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "ledger", "indexes", "companion_sources"})

    def describe(self) -> str:
        partner = self.release.package.companion
        if partner is None:
            return "the companion is published: it has none"
        return f"{partner.name}, as proven with {self.release.candidate}, is on {self.release.index_name('production')}"

    def subject(self) -> str:
        return f"{self.release.candidate}"

    def already(self) -> Evidence | None:
        return {"companion": None} if self.release.package.companion is None else None

    def run(self) -> Evidence:
        release = self.release
        choice = companion_choice(release, "production")
        if choice is None:
            raise AssertionError("already() answers for a package without a companion")
        index = release.index("production")
        if not published(index, choice.name, choice.version):
            raise Refused(
                f"{choice.name} {choice.version} (named by {choice.reason}) is not on {index.name}.",
                hint=f"Release it first: invoke release --package {choice.name}",
            )
        ran = release.candidate_seal().evidence.get("companion")
        if not ran:
            # The end-to-end gate was waived, with a person and a reason: there is nothing to compare with.
            return {"companion": str(choice.version), "named by": choice.reason, "proven with": None}
        proven = Version(ran["version"])
        if choice.version not in {proven, promoted(proven)}:
            raise Refused(
                f"{release.candidate} was proven with {choice.name} {proven}, not with {choice.version}.",
                hint=f"Release {choice.name} {promoted(proven)} first, or prove a candidate with {choice.version}",
            )
        return {"companion": str(choice.version), "named by": choice.reason, "proven with": str(proven)}


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
            "companion": None if ran is None else ran.evidence.get("companion"),
        }
        forge, settings = release.ports.forge, release.package.forge
        if self.role == "production" and forge is not None and settings is not None and not settings.immutable:
            # What came after the release was published belongs to its receipt, too, where it still can change.
            attach_receipt(release, forge)
            attach_statement(release, forge, evidence, role="production")
        return evidence
