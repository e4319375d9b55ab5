"""The companions that a package runs with: which version of each, where it is, and what users have of it today.

Before a final they are published, and are those that the candidate was proven with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any, ClassVar

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from releasegate.core.config.companion import Companion
from releasegate.core.enumerated import joined
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import COMPANIONS, ran_beside
from releasegate.core.release.companion import Instead, PickedCompanion, pick_companion
from releasegate.core.release.entry import Evidence
from releasegate.core.release.next_command import release_line
from releasegate.core.release.versions import promoted
from releasegate.ports import Delivery
from releasegate.steps.candidate import another
from releasegate.steps.companion_versions import named, offered, proven_with, released_by, with_proof
from releasegate.steps.fetch import deliver, newest, published
from releasegate.steps.release import Release, Role
from releasegate.steps.step import ReleaseStep


@dataclass(frozen=True)
class Beside:
    """The companions that a package is run with, and who named the version of each that somebody did."""

    deliveries: tuple[Delivery, ...] = ()
    named_by: Mapping[str, str] = field(default_factory=dict)


Picker = Callable[[Release, Companion, Role], PickedCompanion]
"""Returns which version of a companion a release is run with, or raises where nobody names one."""


def picked(release: Release, companion: Companion, role: Role, *, instead: Instead | None = None) -> PickedCompanion:
    """Return which version of *companion* the release is run with.

    *instead* says what does where that cannot be had; else the release's own command is told.

    Raises:
        ConfigurationError: nobody names one.
    """
    companion_sources = release.run.companion_sources(release.package, companion.name, role)
    if role == "production":
        companion_sources = with_proof(companion_sources, release, companion)
    return pick_companion(
        companion,
        companion_sources=companion_sources,
        purpose=role,
        index=release.index_name(role),
        instead=instead or partial(offered, release, role),
    )


def held_on(release: Release, choice: PickedCompanion, role: Role) -> Role:
    """Return the role of the index that a companion comes from: the staging index only while a candidate is staged.

    Raises:
        Refused: no index that counts has that version.
    """
    roles: tuple[Role, ...] = ("staging", "production") if role == "staging" else ("production",)
    for each in roles:
        if published(release.index(each), choice.name, choice.version):
            return each
    names = " nor ".join(release.index(each).name for each in roles)
    raise Refused(
        f"{choice.name} {choice.version} (named by {choice.reason}) is not on {names}.",
        hint=f"Name another version with {choice.option}, or {choice.instead()}",
    )


def by_rule(release: Release, role: Role, *, given: Sequence[Delivery] = (), pick: Picker = picked) -> Beside:
    """Return every companion of the release as its rule picks it, fetched; those that are *given* as they are.

    *pick* is the rule.

    Raises:
        Refused: no index that counts has one of them; nothing is fetched then.
    """
    known = {each.package.name: each for each in given}
    choices = {e.name: pick(release, e, role) for e in release.package.companions if e.name not in known}
    where = {name: held_on(release, choice, role) for name, choice in choices.items()}
    for name, choice in choices.items():
        package, index = release.run.settings.package(name), release.index(where[name])
        known[name] = deliver(release.run, package, version=choice.version, index=index, option=choice.option)
    deliveries = tuple(known[each.name] for each in release.package.companions)
    return Beside(deliveries, {name: choice.reason for name, choice in choices.items()})


@dataclass(frozen=True)
class Today:
    """What users have of the companions: the ``versions`` that the package works with, and why it has no others."""

    versions: Mapping[str, Version]
    reasons: tuple[str, ...]


def today(release: Release) -> Today:
    """Return what users have today of each companion of the release."""
    versions, reasons, index = dict[str, Version](), list[str](), release.index("production")
    for each in release.package.companions:
        found = newest(index, each.name)
        if found is None:
            reasons.append(f"no {each.name} is published")
        elif not SpecifierSet(each.requires).contains(found, prereleases=True):
            reasons.append(f"{each.name} {found} is outside of requires = {each.requires!r}")
        else:
            versions[each.name] = found
    return Today(versions, tuple(reasons))


def as_today(release: Release, *, given: Sequence[Delivery] = (), pick: Picker = picked) -> Beside:
    """Return the companions that users have today, fetched; where they have none that fits, the rule's candidate.

    Those that are *given* are taken as they are; *pick* is the rule.

    Raises:
        Refused: the rule's candidate is on no index.
    """
    index, names = release.index("production"), {each.package.name for each in given}
    found = {name: version for name, version in today(release).versions.items() if name not in names}
    packages = {name: release.run.settings.package(name) for name in found}
    have = [deliver(release.run, packages[name], version=v, index=index) for name, v in found.items()]
    return by_rule(release, "staging", given=[*given, *have], pick=pick)


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
        seal = self.release.candidate_seal().evidence
        return {COMPANIONS: [self.as_proven(each, seal) for each in self.release.package.companions]}

    def as_proven(self, companion: Companion, said: Mapping[str, Any]) -> Evidence:
        """Return which version of *companion* users will get beside this final, and with which it was proven.

        *said* is what the proof says of the companions that ran; one that says nothing was waived, with a person and
        a reason, and there is nothing to compare with.

        Raises:
            Refused: it is not published, or the candidate was proven with another one, or without it.
        """
        release = self.release
        choice, proven = picked(release, companion, "production"), proven_with(said, companion.name)
        told = {"name": choice.name, "version": str(choice.version), "named by": choice.reason}
        if proven is None and ran_beside(said):
            raise Refused(
                f"{release.candidate} was proven without {choice.name}, which {release.package.name} calls.",
                hint=f"Prove another candidate, which begins with this line: {another(release)}",
            )
        index = release.index("production")
        if not published(index, choice.name, choice.version):
            raise Refused(
                f"{choice.name} {choice.version} (named by {choice.reason}) is not on {index.name}.",
                hint=self._due(choice, proven),
            )
        if proven is not None and choice.version not in {proven, promoted(proven)}:
            raise Refused(
                f"{release.candidate} was proven with {choice.name} {proven}, not with {choice.version}.",
                hint=self._due(choice, proven),
            )
        return {**told, "proven with": None if proven is None else str(proven)}

    def _due(self, choice: PickedCompanion, proven: Version | None) -> str:
        """Return what makes the companion that was *proven* the one that users get; another is proven where none can.

        A line to paste ends it.
        """
        release, index = self.release, self.release.index("production")
        if proven is None:
            said = choice.instead()
            return f"{said[0].upper()}{said[1:]}"
        due = promoted(proven)
        if published(index, choice.name, due):
            line = release_line(release.version, package=release.package.name)
            return f"Go on with the one that it was proven with: {line} {named(choice.option, due)}"
        newer = newest(index, choice.name)
        if newer is None or newer < due:
            return f"Release {choice.name} {due} first{released_by(release, choice.name)}"
        # What is passed over is never released.
        return f"Prove another candidate with {choice.name} {newer}, which begins with this line: {another(release)}"
