"""A word that nobody knows, and the one that was probably meant by it."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 0.5
"""How much alike two words must be."""
_LONGEST = 200


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that is nearest to *word*; ``None`` where none is near."""
    import difflib  # noqa: PLC0415 - only who mistyped waits for it

    # What all options begin with makes no two alike; of two that differ in nothing else the first counts.
    lower = {name.lower().lstrip("-"): name for name in reversed(list(known))}
    near = difflib.get_close_matches(word.lower().lstrip("-")[:_LONGEST], lower, n=1, cutoff=_LIKE)
    return lower[near[0]] if near else None


def meant(word: str, known: Iterable[str]) -> str:
    """Return a hint on what was probably meant by *word*: the nearest of *known*, or all of them."""
    names = list(dict.fromkeys(known))
    near = nearest(word, names)
    return f"Name one of: {', '.join(names)}" if near is None else f"Did you mean {near}?"
