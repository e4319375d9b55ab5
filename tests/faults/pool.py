"""Injects faults side by side, within a time, in processes that leave nothing behind."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

from releasegate.adapters.index import second_look
from releasegate.core.errors import ReleasegateError
from tests.faults.fault import Fault, Injected, Verdict, marked
from tests.faults.project import LIBC, PR_SET_PDEATHSIG
from tests.faults.stages import Bench

QUICK = 60
"""Seconds that a fault may take that starts no process: all of them take less than one."""
MEMORY = 3 * 2**30
"""Bytes that such a fault may use of the address space."""
PR_SET_CHILD_SUBREAPER = 36


class Endless(BaseException):
    """It does not end; no product code catches it as an error of its own."""


def injected(
    faults: Iterable[Fault], bench: Bench, *, processes: int, seconds: float, tell: Callable[[Injected], None]
) -> tuple[Injected, ...]:
    """Inject *faults*, *processes* of them at a time, until *seconds* are over; *tell* hears of each as it ends."""
    deadline = time.monotonic() + seconds
    coming, done = iter(faults), list[Injected]()
    while time.monotonic() < deadline and (ended := _pooled(coming, bench, processes, deadline, tell)):
        done += ended
    return tuple(done)


def _pooled(
    coming: Iterator[Fault], bench: Bench, processes: int, deadline: float, tell: Callable[[Injected], None]
) -> list[Injected]:
    """Inject faults until they or the time are over, or one of them takes its process along."""
    done: list[Injected] = []
    running: dict[Future[Injected], Fault] = {}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin) as pool:
        while True:
            free = processes - len(running) if time.monotonic() < deadline else 0
            for fault in islice(coming, free):
                running[pool.submit(inject, fault, bench)] = fault
            if not running:
                return done
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            broken = False
            for future in ended:
                fault = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    broken = True
                    result = Injected(fault, marked("traceback", "the whole process died of it, or of the other"), 0.0)
                done.append(result)
                tell(result)
            if broken:
                return done


def inject(fault: Fault, bench: Bench) -> Injected:
    """Inject one fault; whatever comes out of it that is no verdict is one."""
    started = time.monotonic()
    verdict: Verdict
    try:
        if fault.stage:
            verdict = fault.inject(bench, fault.chance())
        else:
            with _bounded():
                verdict = fault.inject(bench, fault.chance())
    except Endless:
        verdict = marked("lost", f"it did not end within {QUICK} s")
    except ReleasegateError as error:
        verdict = marked("traceback", f"raised out of the bench: {error}")
    except Exception as error:  # noqa: BLE001 - whatever comes out is the finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        verdict = marked("traceback", f"{type(error).__name__} at {place}: {str(error)[:200]!r}")
    finally:
        _reap()
    return Injected(fault, verdict, time.monotonic() - started)


@contextmanager
def _bounded() -> Iterator[None]:
    """Bound what happens in this process: its seconds, and its memory."""
    import resource  # noqa: PLC0415 - not on every system that the bench is read on

    def endless(_: int, __: FrameType | None) -> None:
        raise Endless

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    signal.signal(signal.SIGALRM, endless)
    signal.alarm(QUICK)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    try:
        yield
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _begin() -> None:
    """End when the bench does, be the parent of all that a killed run leaves, and pause for nothing in between."""
    second_look.PAUSES = (0.0, 0.0)
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def _reap() -> None:
    """End and wait for every child of this process that is left."""
    children = Path("/proc/self/task") / str(os.getpid()) / "children"
    for _ in range(100):
        left = [int(word) for word in children.read_text().split()] if children.exists() else []
        left = [pid for pid in left if not _is_multiprocessing(pid)]
        if not left:
            return
        for pid in left:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _is_multiprocessing(pid: int) -> bool:
    """Whether a child is Python's own (its resource tracker)."""
    with suppress(OSError):
        return b"multiprocessing" in (Path("/proc") / str(pid) / "cmdline").read_bytes()
    return False
