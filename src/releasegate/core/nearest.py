"""A word that nobody knows, and the one that was probably meant by it."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 0.65
"""How much alike two words must be."""
_LONGEST = 200


def meant(word: str, known: Iterable[str]) -> str:
    """Return what was probably meant by *word*: the nearest of *known*, or all of them where none is near."""
    names = list(dict.fromkeys(known))
    begun = [name for name in names if _plain(word) and _plain(name).startswith(_plain(word))]
    near = begun[0] if len(begun) == 1 else "" if begun else nearest(word, names)
    return f"Did you mean {near}?" if near else f"Name one of: {', '.join(begun or names)}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the one of *known* that is most like *word*; empty where none is near."""
    import difflib  # noqa: PLC0415 - only who mistyped waits for it

    # What all options begin with makes no two alike.
    lower = {_plain(name): name for name in reversed(list(known))}
    near = difflib.get_close_matches(_plain(word)[:_LONGEST], lower, n=1, cutoff=_LIKE)
    return lower[near[0]] if near else ""


def _plain(word: str) -> str:
    return word.lower().lstrip("-")
