"""A version as it stands in a file: its characters, and the sentences for what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Stated:
    """The characters ``text[start:end]`` that state a version, and the line (from 1) that they stand on."""

    start: int
    end: int
    version: str
    line: int


def stated(text: str, literal: str, *, start: int, value: str) -> Stated | None:
    """Return where *value* stands in the quoted *literal* that begins at *start* of *text*.

    ``None`` if the literal does not show the value as it is: it has escapes, or is several literals in a row.
    """
    quotes = re.match(r"[A-Za-z]*(\"\"\"|'''|\"|')", literal)
    if quotes is None:
        return None
    body = literal[quotes.end() : -len(quotes[1])]
    # TOML drops the line end that follows an opening triple quote; Python keeps it, and then the value has it too.
    left_out = re.match(r"\r?\n", body) if body != value and len(quotes[1]) > 1 else None
    skipped = quotes.end() + (left_out.end() if left_out else 0)
    if literal[skipped : -len(quotes[1])] != value:
        return None
    begin = start + skipped
    return Stated(begin, begin + len(value), value, line=len(_LINE_END.findall(text, 0, begin)) + 1)
