"""Waits for the end of a child: at once where the system tells of it, by asking again and again elsewhere."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

_SLICE = 0.05
"""Seconds between two looks at whether it is to be stopped."""


def ended(process: subprocess.Popen[bytes], *, timeout: float, stop: Event | None = None) -> bool:
    """Wait for the end of *process*; ``False`` where *timeout* (seconds) is over before.

    Raises:
        KeyboardInterrupt: *stop* was set, by the thread that was interrupted.
    """
    deadline = time.monotonic() + timeout
    with _waiter(process) as wait:
        while process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            wait(left if stop is None else min(left, _SLICE))
            if stop is not None and stop.is_set():
                raise KeyboardInterrupt
    return True


@contextmanager
def _waiter(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], object]]:
    """Give what waits for the end for some seconds at most; it may return before."""
    opened = _opened(process.pid)
    if opened is None:
        yield _asks_again()
        return
    try:
        told = select.poll()
        told.register(opened, select.POLLIN)
        # A poll of more milliseconds than an int holds is refused.
        yield lambda seconds: told.poll(min(seconds, 3600.0) * 1000)
    finally:
        os.close(opened)


def _opened(pid: int) -> int | None:
    """Return what Linux tells of the end of the process by; ``None`` where it cannot be had."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _asks_again() -> Callable[[float], None]:
    """Return a pause that grows from call to call."""
    pauses = iter((0.001, 0.002, 0.004, 0.008, 0.016, 0.032))
    return lambda seconds: time.sleep(min(seconds, next(pauses, _SLICE)))
