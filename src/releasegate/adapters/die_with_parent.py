"""Ends what a run started once the run's own process is gone, be it by ``kill -9``.

The run holds the other end of standard input, and says there which process groups begin (``+123``) and end
(``-123``); when it closes, the groups that are left are ended. Then, where processes can be looked at (Linux), those
that left their group are: they have the run's mark in their environment. Run as a script:
``python -I -S die_with_parent.py MARK``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

_LOOKS = 50
_PAUSE = 0.05


def watch(lines: Iterable[bytes], mark: str) -> None:
    """Follow *lines* to their end, then end the groups that are left and whatever carries *mark*."""
    groups: set[int] = set()
    for line in lines:
        # A line that was torn names another group.
        if line.endswith(b"\n"):
            sign, group = line[:1], int(line[1:])
            groups.add(group) if sign == b"+" else groups.discard(group)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    for _ in range(_LOOKS):
        # What is ended may have begun something in the meantime.
        found = list(_marked(mark))
        if not found:
            return
        for process in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(_PAUSE)


def _marked(mark: str) -> Iterator[int]:
    """Yield the processes of this user that were started with *mark*; none where they cannot be looked at."""
    names = os.listdir("/proc") if os.path.isdir("/proc") else []  # noqa: PTH208, PTH112 - pathlib is slow to load
    for name in names:
        # A zombie has no environment, and one that is not ours cannot be read.
        with suppress(OSError, ValueError):
            process = int(name)
            with open(f"/proc/{process}/environ", "rb") as environ:  # noqa: PTH123 - as above
                if mark.encode() in environ.read().split(b"\0") and process != os.getpid():
                    yield process


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    watch(sys.stdin.buffer, sys.argv[1])
