"""A word that nobody knows, and the one that was probably meant by it."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 0.5
"""How much alike two words must be."""


def meant(word: str, known: Iterable[str]) -> str:
    """Return what was probably meant by *word*: the nearest of *known*, or all of them where none is near."""
    import difflib  # noqa: PLC0415 - only who mistyped waits for it

    names = list(dict.fromkeys(known))
    # What all options begin with makes no two alike.
    lower = {name.lower().lstrip("-"): name for name in reversed(names)}
    near = difflib.get_close_matches(word.lower().lstrip("-")[:200], lower, n=1, cutoff=_LIKE)
    return f"Did you mean {lower[near[0]]}?" if near else f"Name one of: {', '.join(names)}"
