"""What a step lets be done while it does something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


@contextmanager
def meanwhile(work: Callable[[], _Result]) -> Iterator[Callable[[], _Result]]:
    """Do *work* beside the block; what is yielded waits for its end, and returns what it returned or raises its error.

    Where the block fails, the work ends first, so that nothing goes on behind the step. Whoever is interrupted does not
    wait: what still runs ends with the process.
    """
    done: Future[_Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result has it
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        yield done.result
    except Exception:
        done.exception()
        raise
