"""What others wrote, fit to be shown: without colours, control characters and marks that turn the reading direction."""

from __future__ import annotations

import re

_END = r"(?:\x07|\x1b\\|\x9c)"
ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # a control sequence: a colour, a move of the cursor
    rf"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\n\x90\x98\x9c-\x9f]*{_END}"  # a string: a title, a link
    r"|\x1b[ -/]*[0-~]"  # any other
)
"""An escape sequence (ECMA-48, 5.3 to 5.6): rich writes them even where ``NO_COLOR`` is set."""


def printable(text: str) -> str:
    """Return *text* line by line, each character that cannot be seen as a space; a tab stays.

    That are control characters, those that write from right to left or nothing at all, and halves of characters,
    which no encoding can write.
    """
    return "\n".join(_line(line) for line in ESCAPE.sub("", text).splitlines())


def _line(line: str) -> str:
    if line.isprintable():
        return line.rstrip()
    return "".join(c if c.isprintable() or c == "\t" else " " for c in line).rstrip()
