"""A version as it stands in a file: its characters, and the sentences for what is wrong with them."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Span:
    """The characters ``text[start:end]`` that state a version, and the line (from 1) that they stand on."""

    start: int
    end: int
    version: str
    line: int


def stated(text: str, literal: str, *, start: int, value: str) -> Span | None:
    """Return where *value* stands in the quoted *literal* that begins at *start* of *text*.

    ``None`` if the literal does not show the value as it is: it has escapes, or is several literals in a row.
    """
    opening = len(literal) - len(literal.lstrip(string.ascii_letters))
    width = 3 if literal.startswith(('"""', "'''"), opening) else 1
    body = literal[opening + width : -width]
    skipped = opening + width
    if body != value and width > 1:
        # TOML drops the line end that follows an opening triple quote; Python keeps it, and then the value has it too.
        shorter = body.removeprefix("\r").removeprefix("\n")
        skipped += len(body) - len(shorter)
        body = shorter
    if body != value:
        return None
    begin = start + skipped
    return Span(begin, begin + len(value), value, line=len(_LINE_END.findall(text, 0, begin)) + 1)
