"""A read that ends: it is given up where less arrives than the time that passed should have brought.

A socket's own timeout starts anew with every byte: a server that sends one each second would be read for ever.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from releasegate.core.frozen import dataclass

T = TypeVar("T")

SECONDS = 60.0
"""How long an answer may take that brings nothing."""

RATE = 32 * 1024
"""How many bytes give it a second more."""


class TooSlowError(OSError):
    """An answer did not come, or not fast enough."""


@dataclasses.dataclass
class Arrived:
    """How many bytes of an answer came so far, and whether nobody waits for more."""

    count: int = 0
    given_up: bool = False


@dataclass(frozen=True)
class _Outcome(Generic[T]):
    value: T | None
    error: BaseException | None = None


def in_time(read: Callable[[Arrived], T]) -> T:
    """Return what *read* returns, or raise what it raises; it counts what arrives, and stops once it is given up.

    It runs in a thread of its own, which nobody waits for: names are looked up, and headers read, without a deadline.

    Raises:
        TooSlowError: it is given up.
    """
    arrived, came = Arrived(), SimpleQueue[_Outcome[T]]()

    def reading() -> None:
        try:
            came.put(_Outcome(read(arrived)))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            came.put(_Outcome(None, error))

    started = time.monotonic()
    Thread(target=reading, daemon=True).start()
    try:
        outcome = _awaited(came, arrived, started)
    finally:
        arrived.given_up = True
    if outcome.error is not None:
        raise outcome.error
    return outcome.value  # type: ignore[return-value]


def _awaited(came: SimpleQueue[_Outcome[T]], arrived: Arrived, started: float) -> _Outcome[T]:
    while True:
        left = started + SECONDS + arrived.count / RATE - time.monotonic()
        if left <= 0:
            raise TooSlowError(f"{arrived.count} bytes came in {time.monotonic() - started:.0f} s")
        try:
            return came.get(timeout=left)
        except Empty:
            continue
