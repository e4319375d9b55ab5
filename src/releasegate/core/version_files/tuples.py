"""Versions as tuples: ``(1, 4, 0)``, ``(1, 4, 1, "rc1")``, or five parts as in ``sys.version_info`` and Django.

The parts of the first two, joined by dots, are a version by PEP 440; the five parts have no form for a post.
"""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import Version

TuplePart = int | str

_LEVELS = {"alpha": "a", "beta": "b", "candidate": "rc", "rc": "rc", "final": ""}
_NUMBERS = 3


def version_of(parts: Sequence[TuplePart]) -> str | None:
    """Return the version that *parts* mean, in canonical form; ``None`` where they mean none."""
    mark = _LEVELS[str(parts[_NUMBERS])] if _levelled(parts) else None
    try:
        joined = ".".join(map(str, parts if mark is None else parts[:_NUMBERS]))
        return str(Version(f"{joined}{mark}{parts[-1]}" if mark else joined)) if isinstance(parts[0], int) else None
    except (ValueError, IndexError):  # not InvalidVersion: str() itself refuses a number of thousands of digits
        return None


def parts_of(version: Version, *, like: Sequence[TuplePart]) -> tuple[TuplePart, ...] | None:
    """Return the parts that mean *version*, in the form of *like*; ``None`` where it has none there."""
    if version.epoch or version.local is not None:
        return None
    pre, post, dev = version.pre, version.post, version.dev
    if not _levelled(like):
        marks = [f"{pre[0]}{pre[1]}"] if pre is not None else []
        marks += [f"post{post}"] if post is not None else []
        marks += [f"dev{dev}"] if dev is not None else []
        return (*version.release, *marks)
    if post is not None or dev is not None or len(version.release) != _NUMBERS:
        return None
    level, serial = pre if pre is not None else ("", 0)
    # sys.version_info says candidate where Django says rc.
    words = {"a": "alpha", "b": "beta", "rc": "candidate" if "candidate" in like else "rc", "": "final"}
    return (*version.release, words[level], serial)


def _levelled(parts: Sequence[TuplePart]) -> bool:
    """Whether the parts are three numbers, a release level and a serial number."""
    numbers = all(isinstance(part, int) for part in (*parts[:_NUMBERS], *parts[_NUMBERS + 1 :]))
    return len(parts) == _NUMBERS + 2 and numbers and parts[_NUMBERS] in _LEVELS
