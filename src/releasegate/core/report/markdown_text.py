"""Text as Markdown shows it, letter by letter, whoever wrote it; and tables of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&!$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_FIRST = re.compile(r"^(\d*)([-+=.)])(?= |[-=]|$)")
"""What would make a line a list, a rule or a heading, where it begins one."""
_PLAIN = re.compile(r"[A-Za-z0-9][\w.+:/=-]*(?: [\w.+:/=-]+)*", re.ASCII)
_BAR = re.compile(r"(?<!\\)\|")

_CUT = "\n\n*The rest is left out: it is too long for this place.*\n"


def escaped(text: str) -> str:
    """Return *text* so that nothing of it is markup, a link, a mention or HTML: one line for a cell of a table."""
    return _FIRST.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))


def code(text: str) -> str:
    """Return *text* as code where it is plain words, and else as it is."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else escaped(text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; its cells are Markdown, in which a bar is no end of a cell."""
    lines = ([_BAR.sub(r"\\|", cell) for cell in cells] for cells in (heads, ["---"] * len(heads), *rows))
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]


def bounded(text: str, *, size: int) -> str:
    """Return *text*, or its first whole lines and a word on the rest where it has more than *size* bytes in UTF-8."""
    if len(text.encode()) <= size:
        return text
    left = size - len(_CUT.encode())
    whole = text.encode()[:left].rpartition(b"\n")[0].decode() if left > 0 else ""
    return f"{whole}{_CUT}" if whole else ""
