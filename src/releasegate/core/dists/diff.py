"""How two contents of a file differ, in a few lines that a terminal can show."""

from __future__ import annotations

import difflib
import hashlib
from itertools import islice

LINES = 40
"""Lines shown of one difference."""

_LARGEST = 256 * 1024


def lines_between(before: bytes, after: bytes, *, names: tuple[str, str] = ("candidate", "final")) -> tuple[str, ...]:
    """Return a unified difference of at most ``LINES`` lines; of binary or large files only sizes and hashes.

    *names* are what the two contents are called in its first lines.
    """
    old, new = _text(before), _text(after)
    if old is None or new is None:
        return tuple(
            f"{sign} {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}"
            for sign, content in (("-", before), ("+", after))
        )
    found = difflib.unified_diff(old, new, *names, n=1, lineterm="")
    lines = [_shown(line) for line in islice(found, LINES + 1)]
    return (*lines[:LINES], "...") if len(lines) > LINES else tuple(lines)


def _text(content: bytes) -> list[str] | None:
    """Return the lines of a text, ends kept so that a changed line end shows; ``None`` for anything else."""
    if len(content) > _LARGEST or b"\0" in content:
        return None
    try:
        return content.decode().split("\n")
    except UnicodeDecodeError:
        return None


def _shown(line: str) -> str:
    """Spell out what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in line)
