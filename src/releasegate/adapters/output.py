"""A tool's own words, fit to be shown: without tracebacks and without noise."""

from __future__ import annotations

import re

from releasegate.adapters.process import last_lines
from releasegate.core.printable import printable

TRACEBACK = "Traceback (most recent call last):"


def meaningful(text: str, *, noise: re.Pattern[str]) -> tuple[str, ...]:
    """Return the last lines of a tool's output: of a traceback only its last line, and none that *noise* matches."""
    lines = _without_traceback(printable(text).splitlines())
    return last_lines("\n".join(line.strip() for line in lines if not noise.search(line.strip())))


def without_frames(text: str) -> str:
    """Return a program's output without the frames of its tracebacks: what was raised stands behind them."""
    kept, inside = [], False
    for line in text.splitlines():
        inside = line.strip() == TRACEBACK or (inside and (not line.strip() or line[0].isspace()))
        kept += [] if inside else [line]
    return "\n".join(kept)


def _without_traceback(lines: list[str]) -> list[str]:
    start = next((number for number, line in enumerate(lines) if line.strip() == TRACEBACK), None)
    if start is None:
        return lines
    # Whatever stands at the margin of a chain of tracebacks is its exceptions; the last one is what it came to.
    raised = [line for line in lines[start + 1 :] if line.strip() and not line[0].isspace()]
    return [*lines[:start], *raised[-1:]]
