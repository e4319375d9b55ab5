"""Which modules an installed distribution holds, which of them a check leaves out, and what their failures say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from releasegate.core.config.exemptions import Exemption

_SUFFIXES = (".py", ".so", ".pyd")
_NAMED = 3


@dataclass(frozen=True)
class Selection:
    """``kept`` is checked; ``stale`` are the exemptions that left nothing out."""

    kept: tuple[str, ...]
    stale: tuple[Exemption, ...]


def modules(installed: Iterable[str]) -> tuple[str, ...]:
    """Return the dotted names of all modules among *installed* (the paths of ``RECORD``), parents first.

    Numbered modules (``0001_initial``) are modules too: Django imports them by name. ``__main__`` is none, as to
    import it is to run the program.
    """
    names = {name for path in installed if (name := _module(PurePosixPath(path))) is not None}
    return tuple(sorted(names))


def _module(path: PurePosixPath) -> str | None:
    if path.suffix not in _SUFFIXES:
        return None
    # An extension module carries its platform between two dots: speedups.cpython-312-x86_64-linux-gnu.so
    stem = path.stem if path.suffix == ".py" else path.name.partition(".")[0]
    parts = (*path.parts[:-1], stem)
    if stem == "__main__" or not all(f"_{part}".isidentifier() for part in parts):
        return None
    return ".".join(parts[:-1] if stem == "__init__" else parts) or None


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
    return tuple(f"{_some(names)}: {error}" for error, names in by_error.items())


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, noun: str) -> str:
    """Return how many there are of something: ``1 module``, ``0 modules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
