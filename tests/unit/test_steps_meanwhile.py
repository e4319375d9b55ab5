"""What is done meanwhile is waited for where its result is wanted, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Event

import pytest

from releasegate.core.errors import GateFailed
from releasegate.steps.meanwhile import meanwhile


def test_the_result_is_there_where_it_is_asked_for() -> None:
    goes_on = Event()

    def work() -> int:
        assert goes_on.wait(30)
        return 7

    with meanwhile(work) as result:
        goes_on.set()
    assert (result(), result()) == (7, 7)


def test_what_went_wrong_is_raised_where_the_result_is_asked_for() -> None:
    def work() -> int:
        raise GateFailed("no", hint="mend it")

    with meanwhile(work) as result:
        pass
    with pytest.raises(GateFailed, match="no"):
        result()


def test_where_the_block_fails_the_work_ends_first() -> None:
    ended = Event()

    def work() -> None:
        time.sleep(0.2)
        ended.set()

    with pytest.raises(GateFailed, match="the block"), meanwhile(work):
        raise GateFailed("the block", hint="mend it")
    assert ended.is_set()


def test_nobody_who_is_interrupted_waits() -> None:
    code = (
        "import time\nfrom releasegate.steps.meanwhile import meanwhile\n"
        "meanwhile(lambda: time.sleep(600))\nraise KeyboardInterrupt\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert b"KeyboardInterrupt" in done.stderr
