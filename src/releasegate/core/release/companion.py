"""Which version of its companion a package is run with, who said so, and what a person says of several."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from functools import partial
from typing import Literal

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import Package
from releasegate.core.enumerated import joined
from releasegate.core.errors import ConfigurationError
from releasegate.core.frozen import dataclass
from releasegate.core.nearest import meant
from releasegate.core.release.versions import parse_version

Purpose = Literal["staging", "production"]
Instead = Callable[[str, str], str]
"""Says of a companion, by its name, what works in place of a choice that cannot be had; it is asked only then.

The second text is the option that takes a version of it, with ``VERSION`` where that stands.
"""


@dataclass(frozen=True)
class PickedCompanion:
    """A companion's version and the reason for it (``--companion``, a variable's name, ``the configuration``).

    ``order`` is everybody who was asked, in that order, with what each says; ``option`` is what names another, and
    ``instead`` says what does where this one cannot be had.
    """

    name: str
    version: Version
    reason: str
    order: tuple[str, ...] = field(default=(), compare=False)
    option: str = field(default="--companion VERSION", compare=False)
    instead: Callable[[], str] = field(default=lambda: "", compare=False)


def variables(name: str, *, purpose: Purpose, index: str) -> tuple[str, ...]:
    """Return the variables that are read for *name*, the first wins: ``MY_BACKEND_TESTPYPI_VERSION`` and so on.

    The stage's variable carries the index's own name; for the aliases that is TESTPYPI and PYPI.
    """
    stem = name.upper().replace("-", "_").replace(".", "_")
    alias = {"staging": "TESTPYPI", "production": "PYPI"}[purpose]
    own = index.upper().replace("-", "_").replace(".", "_")
    stages = dict.fromkeys((f"{stem}_{own}_VERSION", f"{stem}_{alias}_VERSION"))
    return (*stages, f"{stem}_RELEASE_VERSION")


@dataclass(frozen=True)
class CompanionSources:
    """All that may say which companion it is: a person's word, the environment, and the pair's own candidate.

    ``told_by`` is who tells of the pair's version, where that is not the companion's own release; ``several`` says
    that the package has others beside it, so that a person's word must name it, and ``option`` is where the command
    that runs takes that word.
    """

    by_hand: str | None = None
    environ: Mapping[str, str] | None = None
    of_pair: str | None = None
    told_by: str = ""
    several: bool = False
    option: str = "--companion"

    def option_of(self, companion: str) -> str:
        """Return what names a version of *companion* by hand, with ``VERSION`` where that stands."""
        return f"{self.option} {f'{companion}=' if self.several else ''}VERSION"


def pick_companion(
    companion: Companion, *, companion_sources: CompanionSources, purpose: Purpose, index: str, instead: Instead
) -> PickedCompanion:
    """Return the companion's version and who named it.

    By hand, else the stage's variable, else the release variable, else the version that is released with it, else
    the configuration's default. What can be done where nobody does says *instead*.

    Raises:
        ConfigurationError: nobody names a version, or what is named is none.
    """
    environ = companion_sources.environ or {}
    named = [(companion_sources.option, companion_sources.by_hand)]
    names = variables(companion.name, purpose=purpose, index=index)
    named += [(name, environ.get(name)) for name in names]
    of_pair = companion_sources.told_by or f"{companion.name}'s own release"
    named += [(of_pair, companion_sources.of_pair), ("the configuration", companion.default)]
    option = companion_sources.option_of(companion.name)
    for reason, text in named:
        if not text:
            continue
        version = parse_version(text)
        if version is None:
            raise ConfigurationError(
                f"{reason} names {text!r} as the version of {companion.name}, which is no version.",
                hint="Write a version such as 1.2.0rc1",
            )
        order = tuple(f"{who}: {said or 'nothing'}" for who, said in named)
        return PickedCompanion(companion.name, version, reason, order, option, partial(instead, companion.name, option))
    raise ConfigurationError(
        f"Nothing says which version of {companion.name} to run with.",
        hint=f"Give {option}, set {names[0]}, set companion.default in the configuration, "
        f"or {instead(companion.name, option)}",
    )


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
    # As a requirement is written, it says the same.
    typed, equals, value = word.replace("==", "=", 1).partition("=")
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


def for_whom(told: ByHand, packages: Collection[Package], *, option: str) -> None:
    """Raise where it cannot be told of whose companion something was said, or none of *packages* has that companion.

    Raises:
        ConfigurationError: it is so: what was said would be passed over in silence.
    """
    called = {companion.name for each in packages for companion in each.companions}
    names = joined(sorted(each.name for each in packages))
    for name, word in told.items():
        if not called or (name and name not in called):
            said = f"{name}={word}" if name else word
            raise ConfigurationError(
                f"{option} {said[:_LONGEST]} is of no companion of {names}.",
                hint=f"Name one of: {', '.join(sorted(called))}" if called else "Leave it out: there is none",
            )
    for each in packages:
        _require_names(told, each, option=option)


def _require_names(told: ByHand, package: Package, *, option: str) -> None:
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
