"""The one line of a terminal that moves while a command works: how long it has, how far it is, what it waits for."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TextIO

from releasegate.frontends.screen.terminal_text import cut, width_of

_ERASE = "\r\x1b[K"
_PAUSE = 0.2
"""Seconds between two drawings."""
_FIRST = 0.3
"""Seconds until it is first drawn: a command that has ended by then shows none."""
_FRAMES = "|/-\\"


@dataclass
class MovingLine:
    """Draws itself from a thread of its own, for as long as it is *started*; it moves no cursor that it hides.

    ``begun`` is when what it tells of began, on ``clock``; ``what`` is what it tells.
    """

    stream: TextIO
    clock: Callable[[], float] = time.monotonic
    what: str = ""
    begun: float | None = None
    _drawn: bool = False
    _frame: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _over: threading.Event = field(default_factory=threading.Event, repr=False)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Let it move."""
        if self._thread is None:
            self._over.clear()
            self.begun = self.clock() if self.begun is None else self.begun
            self._thread = threading.Thread(target=self._move, name="moving line", daemon=True)
            self._thread.start()

    def tells(self, what: str, *, anew: bool = False) -> None:
        """Tell of something else; *anew*: its time begins now."""
        with self._lock:
            self.what = what
            if anew:
                self.begun = self.clock()

    def stop(self) -> None:
        """Let nothing of it be left."""
        thread, self._thread = self._thread, None
        self._over.set()
        if thread is not None:
            thread.join()
        with self.aside():
            pass

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let something else be written where it is; it comes again below that."""
        with self._lock:
            if self._drawn:
                self._write(_ERASE)
                self._drawn = False
            yield

    def draw(self) -> None:
        """Draw it once."""
        with self._lock:
            self._frame += 1
            seconds = self.clock() - (self.begun if self.begun is not None else self.clock())
            told = f"{_FRAMES[self._frame % len(_FRAMES)]} {in_minutes(seconds)}  {self.what}".rstrip()
            width = width_of(self.stream, os.environ) or len(told) + 1
            self._write(f"{_ERASE}{cut(told, width - 1)}")
            self._drawn = True

    def _move(self) -> None:
        pause = _FIRST
        while not self._over.wait(pause):
            self.draw()
            pause = _PAUSE

    def _write(self, text: str) -> None:
        # Who cannot be shown it is not shown it.
        with suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()


def in_minutes(seconds: float) -> str:
    """Return a time as a clock shows it: ``0:07``, ``12:40``, ``1:02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
