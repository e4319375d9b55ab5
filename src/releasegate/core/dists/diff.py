"""How two contents of a file differ, in a few lines that a terminal can show."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable
from itertools import islice, takewhile

from releasegate.core.enumerated import counted

LINES = 40
"""Lines shown of one difference."""

_LARGEST = 256 * 1024
_COMPARED = 1_000_000
"""How many pairs of lines are compared at most: a difference of hostile files takes time that grows with these."""
_CONTEXT = 1
_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


def lines_between(before: bytes, after: bytes, *, names: tuple[str, str] = ("candidate", "final")) -> tuple[str, ...]:
    """Return a unified difference of at most ``LINES`` lines; of binary or large files only sizes and hashes.

    *names* are what the two contents are called in its first lines.
    """
    old, new = _text(before), _text(after)
    if old is None or new is None:
        return _sizes(before, after)
    head = _alike(zip(old, new, strict=False))
    tail = min(_alike(zip(reversed(old), reversed(new), strict=False)), min(len(old), len(new)) - head)
    start, end = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) * len(new) > _COMPARED:
        return _sizes(before, after)
    found = difflib.unified_diff(old, new, *names, n=_CONTEXT, lineterm="")
    lines = [spelt_out(_counted(line, start)) for line in islice(found, LINES + 1)]
    return (*lines[:LINES], "...") if len(lines) > LINES else tuple(lines)


def _sizes(before: bytes, after: bytes) -> tuple[str, ...]:
    return tuple(
        f"{sign} {counted(len(content), 'byte')}, sha256 {hashlib.sha256(content).hexdigest()}"
        for sign, content in (("-", before), ("+", after))
    )


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """Return how many of the first pairs are of equal lines."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _counted(line: str, before: int) -> str:
    """Return a line of a difference; where it tells line numbers, with the lines *before* what was compared."""
    found = _HUNK.fullmatch(line)
    if found is None:
        return line
    return f"@@ -{int(found[1]) + before}{found[2] or ''} +{int(found[3]) + before}{found[4] or ''} @@"


def _text(content: bytes) -> list[str] | None:
    """Return the lines of a text, ends kept so that a changed line end shows; ``None`` for anything else."""
    if len(content) > _LARGEST or b"\0" in content:
        return None
    try:
        return content.decode().split("\n")
    except UnicodeDecodeError:
        return None


def spelt_out(line: str) -> str:
    """Spell out what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in line)
