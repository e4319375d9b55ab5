"""Versions by PEP 440: what one leads to, which form it has, and every one that was ever consumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.version import Version

from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.frozen import dataclass


def parse_version(text: object) -> Version | None:
    """Return the version that *text* is by PEP 440, or ``None``: also for what is no text at all.

    White space around a version is no part of it, as PEP 440 has it.
    """
    if not isinstance(text, str):
        return None
    try:
        return Version(text)
    except ValueError:  # not InvalidVersion: int() itself refuses a number of thousands of digits
        return None


@dataclass(frozen=True)
class Consumed:
    """Every version that was ever used, and where each was seen (``pypi``, ``tag``, ``ledger``).

    ``binding`` are the places that count for a final: everything but the staging index, where a final never goes.
    ``apart`` are the versions that HEAD does not descend from, as far as tags tell: those of other lines.
    """

    seen: Mapping[Version, tuple[str, ...]]
    binding: frozenset[str] = frozenset({"tag", "ledger"})
    apart: frozenset[Version] = frozenset()

    def where(self, version: Version) -> tuple[str, ...]:
        """Return where *version* was seen; nothing where it is free."""
        return self.seen.get(version, ())

    def counted(self, version: Version) -> tuple[str, ...]:
        """Return the places where *version* was seen and counts as used: the staging index holds no final."""
        return tuple(p for p in self.where(version) if version.is_prerelease or p in self.binding)

    def finals(self) -> tuple[Version, ...]:
        """Return the finals and posts that count, oldest first."""
        return tuple(sorted(v for v in self.seen if not v.is_prerelease and self.counted(v)))


def consumed(
    places: Mapping[str, Iterable[str | Version]], *, production: str, apart: Iterable[Version] = ()
) -> Consumed:
    """Merge what each place holds (name of the place -> version texts); texts that are no versions are left out."""
    seen: dict[Version, list[str]] = {}
    longest: dict[Version, Version] = {}
    for place, texts in places.items():
        for text in texts:
            version = text if isinstance(text, Version) else parse_version(text)
            if version is None:
                continue
            where = seen.setdefault(version, [])
            if place not in where:
                where.append(place)
            longest[version] = max(longest.get(version, version), version, key=lambda each: len(each.release))
    # A tag v1.4 that moves with every v1.4.N, and a spelling of v1.4.0, is the latter: it says which numbers there are.
    merged = {longest[version]: tuple(where) for version, where in seen.items()}
    return Consumed(merged, binding=frozenset({"tag", "ledger", production}), apart=frozenset(apart))


def base(version: Version) -> Version:
    """Return the final that *version* leads to or repairs: ``X.Y.Z`` of ``X.Y.ZrcN`` and ``X.Y.Z.postN``."""
    return Version(version.base_version)


def names(text: str, version: Version) -> bool:
    """Whether *text* is a spelling of *version*; what is no version at all names none."""
    return parse_version(text) == version


def by_version(named: Mapping[str, str]) -> Mapping[Version, str]:
    """Return what is *named* by the version that each text is; of two spellings of one version the first counts."""
    read = ((parse_version(text), value) for text, value in reversed([*named.items()]))
    return {version: value for version, value in read if version is not None}


def promoted(candidate: Version) -> Version:
    """Return what a proven candidate becomes: ``1.0`` of ``1.0rc2``, ``1.0.post1`` of ``1.0.post1.dev3``."""
    if candidate.pre is None and candidate.post is not None and candidate.dev is not None:
        return Version(f"{candidate.base_version}.post{candidate.post}")
    return base(candidate)


def is_candidate(version: Version) -> bool:
    """Whether *version* has a form that is proven on the staging index: ``X.Y.ZrcN`` or ``X.Y.Z.postN.devM``."""
    rc = version.pre is not None and version.pre[0] == "rc" and version.dev is None and version.post is None
    return rc or (version.pre is None and version.post is not None and version.dev is not None)


def parse_target(text: str) -> Version:
    """Parse what ``--to`` was given: a final ``X.Y.Z`` and nothing else.

    Raises:
        ConfigurationError: it is no version, or has a pre, post or dev part.
        Refused: it has a local part.
    """
    version = parse_version(text)
    if version is None:
        raise ConfigurationError(f"{text!r} is not a version.", hint="Name the final to release, such as --to 1.2.0")
    if version.local is not None:
        raise Refused(f"{text} is a local version: no index takes it.", hint=f"Leave out +{version.local}")
    if version != base(version):
        raise ConfigurationError(
            f"{text} is not a final of the form X.Y.Z.",
            hint=f"Say --to {version.base_version}; the rc and post numbers are chosen for you",
        )
    return version
