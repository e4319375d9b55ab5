"""What a person says of companions: ``VALUE`` for the one that a package has, ``NAME=VALUE`` for one of several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from releasegate.core.errors import ConfigurationError
from releasegate.core.nearest import meant

if TYPE_CHECKING:
    from releasegate.core.config.model import Package

ByHand = Mapping[str, str]
"""What was said, by the companion's name; below ``""`` what was said without one."""

_LONGEST = 80


def by_hand(words: Iterable[str], *, option: str, known: Collection[str]) -> ByHand:
    """Return what *words* say, each given with *option*, of the companions *known*; an empty word says nothing.

    Raises:
        ConfigurationError: one names no companion, or no value, or says again what another has said.
    """
    told: dict[str, str] = {}
    for word in filter(None, words):
        name, value = _parts(word, option=option, known=known)
        if name in told:
            whose = f" of {name}" if name else ""
            raise ConfigurationError(f"{option} is given twice{whose}.", hint="Give it once for each companion")
        told[name] = value
    return told


def _parts(word: str, *, option: str, known: Collection[str]) -> tuple[str, str]:
    typed, equals, value = word.partition("=")
    if not equals:
        return "", word
    name, shown = canonicalize_name(typed.strip()), f"{option} {word[:_LONGEST]}"
    if name not in known:
        hint = meant(name, sorted(known)) if known else "Leave it out: no package has a companion"
        raise ConfigurationError(f"{shown} names no companion.", hint=hint)
    if not value.strip():
        raise ConfigurationError(f"{shown} says nothing of {name}.", hint=f"Write {option} {name}=VALUE")
    return name, value.strip()


def said_of(told: ByHand, companion: str) -> str | None:
    """Return what was said of one companion: by its name, else what was said of all."""
    return told.get(companion) or told.get("")


def require_names(told: ByHand, package: Package, *, option: str) -> None:
    """Raise where what was said is one companion's and *package* has several, so that nobody knows whose it is.

    Raises:
        ConfigurationError: it is so.
    """
    if "" in told and len(package.companions) > 1:
        names = [each.name for each in package.companions]
        lines = " ".join(f"{option} {name}=VALUE" for name in names)
        raise ConfigurationError(
            f"{option} {told[''][:_LONGEST]} names no companion, and {package.name} has {len(names)}.",
            hint=f"Say which: {lines}",
        )
