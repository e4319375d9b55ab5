"""Which modules of an installed distribution a check leaves out, and what the failures of the others say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from releasegate.core.config.exemptions import Exemption
from releasegate.core.enumerated import first_of

_NAMED = 3


@dataclass(frozen=True)
class Selection:
    """``kept`` is checked; ``stale`` are the exemptions that left nothing out."""

    kept: tuple[str, ...]
    stale: tuple[Exemption, ...]


def select(names: Sequence[str], exemptions: Iterable[Exemption]) -> Selection:
    """Leave out every name that an exemption's pattern matches."""
    exempted: set[str] = set()
    stale = []
    for exemption in exemptions:
        matched = [name for name in names if fnmatchcase(name, exemption.pattern)]
        exempted.update(matched)
        if not matched:
            stale.append(exemption)
    return Selection(tuple(name for name in names if name not in exempted), tuple(stale))


def failures(errors: Mapping[str, str]) -> tuple[str, ...]:
    """Return one line for each different error (by module), naming the first few modules that it stopped."""
    by_error: dict[str, list[str]] = {}
    for name, error in errors.items():
        by_error.setdefault(error, []).append(name)
    return tuple(f"{first_of(names, _NAMED)}: {error}" for error, names in by_error.items())
