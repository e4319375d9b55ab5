"""The companions that a package runs with: which version of each, where it is, and what users have of it today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from releasegate.core.config.companion import Companion
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.companion import PickedCompanion, pick_companion
from releasegate.ports import Delivery
from releasegate.steps.fetch import deliver, newest, published
from releasegate.steps.release import Release, Role


@dataclass(frozen=True)
class Beside:
    """The companions that a package is run with, and who named the version of each that somebody did."""

    deliveries: tuple[Delivery, ...] = ()
    named_by: Mapping[str, str] = field(default_factory=dict)


def picked(release: Release, companion: Companion, role: Role) -> PickedCompanion:
    """Return which version of *companion* the release is run with.

    Raises:
        ConfigurationError: nobody names one.
    """
    companion_sources = release.run.companion_sources(release.package, companion.name, role)
    return pick_companion(companion, companion_sources=companion_sources, purpose=role, index=release.index_name(role))


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
        hint=f"Release {choice.name} first, or name another version with {choice.option}",
    )


def by_rule(release: Release, role: Role, *, given: Sequence[Delivery] = ()) -> Beside:
    """Return every companion of the release as its rule picks it, fetched; those that are *given* as they are.

    Raises:
        Refused: no index that counts has one of them; nothing is fetched then.
    """
    known = {each.package.name: each for each in given}
    choices = {e.name: picked(release, e, role) for e in release.package.companions if e.name not in known}
    where = {name: held_on(release, choice, role) for name, choice in choices.items()}
    for name, choice in choices.items():
        package, index = release.run.settings.package(name), release.index(where[name])
        known[name] = deliver(release.run, package, version=choice.version, index=index)
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


def as_today(release: Release, *, given: Sequence[Delivery] = ()) -> Beside:
    """Return the companions that users have today, fetched; where they have none that fits, the rule's candidate.

    Those that are *given* are taken as they are.

    Raises:
        Refused: the rule's candidate is on no index.
    """
    index, names = release.index("production"), {each.package.name for each in given}
    found = {name: version for name, version in today(release).versions.items() if name not in names}
    packages = {name: release.run.settings.package(name) for name in found}
    have = [deliver(release.run, packages[name], version=v, index=index) for name, v in found.items()]
    return by_rule(release, "staging", given=[*given, *have])
