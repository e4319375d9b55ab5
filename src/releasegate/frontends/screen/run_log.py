"""The log of one run: what the programs said that it ran, kept beside the ledger whatever was shown of it."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from releasegate.app.project import STATE

FOLDER = "log"
"""The folder's name below the one for all that is kept."""

MOST = 20
"""How many runs have a log; the oldest goes when one more begins."""

SIZE = 4 * 2**20
"""Bytes of one run's log; what comes after is left out, and that is told."""

_BEFORE = 200
"""How many lines are remembered until there is a log to write them into."""


@dataclass
class RunLog:
    """The log of the run that began in *start*; there is none before a program has said something.

    It lies in the folder of records and builds, which whatever runs a program has made. What cannot be written is left
    out: a log keeps nothing from being done.
    """

    start: Path
    path: Path | None = None
    _size: int = 0
    _before: deque[str] = field(default_factory=lambda: deque(maxlen=_BEFORE))
    _lock: Lock = field(default_factory=Lock, repr=False)

    def note(self, line: str) -> None:
        """Keep a line that was shown, once there is a log."""
        with self._lock:
            if self.path is None:
                self._before.append(line)
            else:
                self._write(f"{line}\n")

    def add(self, text: str) -> None:
        """Keep what a program said."""
        with self._lock:
            if self.path is None:
                self._begin()
            self._write(text if text.endswith("\n") else f"{text}\n")

    def _begin(self) -> None:
        kept = next((f / STATE for f in (self.start, *self.start.parents) if (f / STATE).is_dir()), None)
        if kept is None:
            return
        with suppress(OSError):
            folder = kept / FOLDER
            folder.mkdir(exist_ok=True)
            for old in sorted(folder.glob("*.log"))[: -(MOST - 1)]:
                old.unlink(missing_ok=True)
            path = folder / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.log"
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self.path = path
            self._write("".join(f"{line}\n" for line in self._before))

    def _write(self, text: str) -> None:
        if self.path is None or self._size > SIZE:
            return
        self._size += len(text)
        with suppress(OSError), self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text if self._size <= SIZE else "The rest is left out: this run said too much.\n")
