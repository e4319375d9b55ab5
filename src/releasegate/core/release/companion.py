"""Which version of its companion a package is run with, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from packaging.version import Version

from releasegate.core.config.companion import Companion
from releasegate.core.errors import ConfigurationError
from releasegate.core.release.versions import parse_version

Purpose = Literal["staging", "production"]


@dataclass(frozen=True)
class PickedCompanion:
    """A companion's version and the reason for it (``--companion``, a variable's name, ``the configuration``).

    ``order`` is everybody who was asked, in that order, with what each says.
    """

    name: str
    version: Version
    reason: str
    order: tuple[str, ...] = field(default=(), compare=False)


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

    ``several`` says that the package has others beside it, so that a person's word must name it.
    """

    by_hand: str | None = None
    environ: Mapping[str, str] | None = None
    of_pair: str | None = None
    several: bool = False


def pick_companion(
    companion: Companion, *, companion_sources: CompanionSources, purpose: Purpose, index: str
) -> PickedCompanion:
    """Return the companion's version and who named it.

    By hand, else the stage's variable, else the release variable, else the version that is released with it, else
    the configuration's default.

    Raises:
        ConfigurationError: nobody names a version, or what is named is none.
    """
    environ = companion_sources.environ or {}
    named = [("--companion", companion_sources.by_hand)]
    names = variables(companion.name, purpose=purpose, index=index)
    named += [(name, environ.get(name)) for name in names]
    named += [(f"{companion.name}'s own release", companion_sources.of_pair), ("the configuration", companion.default)]
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
        return PickedCompanion(companion.name, version, reason, order)
    named_by_hand = f"{companion.name}=VERSION" if companion_sources.several else "VERSION"
    raise ConfigurationError(
        f"Nothing says which version of {companion.name} to run with.",
        hint=f"Give --companion {named_by_hand}, set {names[0]}, or set companion.default in the configuration",
    )
