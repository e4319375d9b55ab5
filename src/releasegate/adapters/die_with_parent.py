"""Ends what a run started once the run's own process is gone, be it by ``kill -9``.

The run holds the other end of standard input, and says there which process groups begin (``+123``) and end
(``-123``); when it closes, the groups that are left are ended. Then, where processes can be looked at (Linux), those
that left their group are: they have the run's mark in their environment.

Only the standard library is here, and little of it, since this begins with each run. It is imported, so that Python
keeps it compiled: ``main(MARK)``.
"""

from __future__ import annotations

# The module signal gives the same numbers names, for which it takes as long as all else that is needed here.
import _signal as signal  # type: ignore[import-not-found]
import os
import sys
import time
from _collections_abc import Iterable, Iterator

_LOOKS = 50
_READ = 2**16
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
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    for _ in range(_LOOKS):
        # What is ended may have begun something in the meantime.
        found = list(_marked(mark))
        if not found:
            return
        for process in found:
            try:
                os.kill(process, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        time.sleep(_PAUSE)


def _marked(mark: str) -> Iterator[int]:
    """Yield the processes of this user that were started with *mark*; none where they cannot be looked at."""
    names = os.listdir("/proc") if os.path.isdir("/proc") else []  # noqa: PTH208, PTH112 - pathlib is slow to load
    wanted, own = mark.encode(), str(os.getpid())
    for name in names:
        if name.isdigit() and name != own and wanted in _environment(name).split(b"\0"):
            yield int(name)


def _environment(process: str) -> bytes:
    """Return what a process was started with: nothing of a zombie, nor of one that is not ours."""
    try:
        opened = os.open(f"/proc/{process}/environ", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        parts = [os.read(opened, _READ)]
        while len(parts[-1]):
            parts.append(os.read(opened, _READ))
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(opened)


def main(mark: str) -> None:
    """Watch what standard input tells of, until it is closed."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    watch(sys.stdin.buffer, mark)
