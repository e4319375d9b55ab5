"""The ends of a chain: a final begins at its sealed candidate, and every version ends with its own seal."""

from __future__ import annotations

from typing import ClassVar

from releasegate.core.config.companion import Companion
from releasegate.core.enumerated import joined
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import COMPANIONS, ran_as, ran_beside
from releasegate.core.release.entry import SEAL, Evidence
from releasegate.core.release.versions import parse_version, promoted
from releasegate.steps.companions import picked
from releasegate.steps.fetch import published
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
    """The companions that this final will run with are published, and are what the candidate was proven with."""

    key: ClassVar[str] = "companion"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "ledger", "indexes", "companion_sources"})

    def describe(self) -> str:
        release, names = self.release, joined([each.name for each in self.release.package.companions])
        if not names:
            return "the companion is published: it has none"
        are = "are" if len(release.package.companions) > 1 else "is"
        return f"{names}, as proven with {release.candidate}, {are} on {release.index_name('production')}"

    def subject(self) -> str:
        return f"{self.release.candidate}"

    def already(self) -> Evidence | None:
        return None if self.release.package.companions else {COMPANIONS: []}

    def run(self) -> Evidence:
        return {COMPANIONS: [self.as_proven(each) for each in self.release.package.companions]}

    def as_proven(self, companion: Companion) -> Evidence:
        """Return which version of *companion* users will get beside this final, and with which it was proven.

        Raises:
            Refused: it is not published, or the candidate was proven with another one, or without it.
        """
        release, index = self.release, self.release.index("production")
        choice = picked(release, companion, "production")
        if not published(index, choice.name, choice.version):
            raise Refused(
                f"{choice.name} {choice.version} (named by {choice.reason}) is not on {index.name}.",
                hint=f"Release it first: invoke release --package {choice.name}",
            )
        told = {"name": choice.name, "version": str(choice.version), "named by": choice.reason}
        seal = release.candidate_seal().evidence
        if not ran_beside(seal):
            # The end-to-end gate was waived, with a person and a reason: there is nothing to compare with.
            return {**told, "proven with": None}
        ran = ran_as(seal, choice.name)
        proven = parse_version(ran.get("version")) if ran is not None else None
        if proven is None:
            raise Refused(
                f"{release.candidate} was proven without {choice.name}, which {release.package.name} calls.",
                hint=f"Prove another candidate: invoke release --rc --package {release.package.name}",
            )
        if choice.version not in {proven, promoted(proven)}:
            raise Refused(
                f"{release.candidate} was proven with {choice.name} {proven}, not with {choice.version}.",
                hint=f"Release {choice.name} {promoted(proven)} first, or prove a candidate with {choice.version}",
            )
        return {**told, "proven with": str(proven)}


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
