"""Several things in one sentence: how many there are, all of them, or the first and how many more."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str, several: str = "") -> str:
    """Return how many there are of something: ``1 module``, ``0 modules``; *several* is what many are called."""
    return f"{number} {noun if number == 1 else several or f'{noun}s'}"


def joined(names: Sequence[str]) -> str:
    """Return all *names*: ``a, b and c``; nothing where there are none."""
    *others, last = names or [""]
    return f"{', '.join(others)} and {last}" if others else last


def first_of(names: Sequence[str], most: int) -> str:
    """Return the first of *names*, and how many more than *most* there are: ``a, b and 3 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
