"""The process groups that this run has started: none of them outlives it, however it ends.

One watcher a run, started with its first child, holds a pipe to this process (``die_with_parent.py``). Where a kernel
could end a child by itself (``prctl``), it would end neither what that child started nor anything on macOS.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from threading import Lock

from releasegate.adapters.package_data import script

MARK = "RUN_OF_RELEASEGATE"
"""The variable by which what left its group is found."""

_BEGIN = "import sys; sys.path.append(sys.argv[1]); import die_with_parent; die_with_parent.main(sys.argv[2])"
"""What starts the watcher; a script would be compiled each time."""


class _Watcher:
    """The watcher of this process: told of every group, and started again if somebody ended it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._groups: set[int] = set()
        self._pipe: int | None = None
        self._owner = 0
        self.mark = ""
        self._begin()

    def _begin(self) -> None:
        """Be a watcher of nothing yet, of the process that this is."""
        if self._pipe is not None:
            # A fork's: the run that it belongs to ends when its own copy is closed.
            os.close(self._pipe)
        self._groups, self._pipe, self._owner = set(), None, os.getpid()
        self.mark = os.urandom(16).hex()

    def own(self) -> _Watcher:
        """Return the watcher, which no fork shares with the process that it was forked from."""
        with self._lock:
            if self._owner != os.getpid():
                self._begin()
        return self

    def tell(self, sign: str, group: int) -> None:
        """Say that a group begins (``+``) or ends (``-``)."""
        with self._lock:
            self._groups = self._groups | {group} if sign == "+" else self._groups - {group}
            try:
                if self._pipe is not None:
                    os.write(self._pipe, f"{sign}{group}\n".encode())
                    return
            except BrokenPipeError:
                os.close(self._pipe)  # type: ignore[arg-type]
            self._pipe = self._started()
            os.write(self._pipe, "".join(f"+{each}\n" for each in self._groups).encode())

    def _started(self) -> int:
        """Start the watcher, which has nothing of this process but the pipe; return the pipe's end."""
        reading, writing = os.pipe()
        folder = script("releasegate.adapters", "die_with_parent.py").parent
        words = [sys.executable, "-I", "-S", "-c", _BEGIN, str(folder)]
        quiet = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_WRONLY, 0) for each in (1, 2)]
        actions = [(os.POSIX_SPAWN_DUP2, reading, 0), *quiet]
        try:
            os.posix_spawn(words[0], [*words, f"{MARK}={self.mark}"], {}, file_actions=actions, setpgroup=0)
        finally:
            os.close(reading)
        return writing


_WATCHER = _Watcher()


def mark() -> dict[str, str]:
    """Return what a child's environment gets, so that it is found wherever it goes."""
    return {MARK: _WATCHER.own().mark}


def begun(group: int) -> None:
    """Let *group* end with this process."""
    _tell("+", group)


def ended(group: int) -> None:
    """Forget *group*: told before its id is free for others."""
    _tell("-", group)


def _tell(sign: str, group: int) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError):
        _WATCHER.own().tell(sign, group)
