"""How often the words of a long step come into a log, where no line can move."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL = 4.0
"""Seconds between two lines of progress."""
REPEAT = 60.0
"""Seconds until the same line is said again."""


@dataclass
class LogProgress:
    """When a line of progress was last said, on ``clock``, and which."""

    clock: Callable[[], float] = time.monotonic
    _last: float = 0.0
    _said: str = ""

    def begins(self) -> None:
        """A step begins: what it says at once need not be told."""
        self._last = self.clock()

    def is_due(self, line: str) -> bool:
        """Return whether *line* is to be said now; it then counts as said."""
        now = self.clock()
        if now - self._last < (REPEAT if line == self._said else INTERVAL):
            return False
        self._last, self._said = now, line
        return True
