"""What a step lets be done while it does something else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


def meanwhile(work: Callable[[], _Result]) -> Callable[[], _Result]:
    """Begin *work*, and return what waits for its end and returns what it returned, or raises what it raised.

    Whoever is interrupted does not wait: what still runs ends with the process.
    """
    done: Future[_Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result has it
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return done.result
