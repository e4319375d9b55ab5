"""The end of a child is seen, its deadline is kept, and a stop is heard: also where the system tells of no end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer

import pytest

from releasegate.adapters.process import ended


@pytest.fixture(params=["told of", "asked for"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as the system lets us, and as it is without what Linux has for that."""

    def refused(_: int) -> int:
        raise OSError("no such call here")

    if request.param == "asked for":
        monkeypatch.setattr(os, "pidfd_open", refused, raising=False)


@contextmanager
def child(code: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", code])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_end_is_seen_with_its_exit_code() -> None:
    with child("import sys; sys.exit(3)") as process:
        assert ended(process, timeout=60)
        assert process.returncode == 3
        assert ended(process, timeout=60), "what has ended, has ended"


def test_a_deadline_is_kept() -> None:
    with child("import time; time.sleep(60)") as process:
        assert not ended(process, timeout=0.1)
        assert not ended(process, timeout=0.1, stop=Event())
        assert process.poll() is None


def test_a_stop_is_heard() -> None:
    stop = Event()
    Timer(0.1, stop.set).start()
    with child("import time; time.sleep(60)") as process, pytest.raises(KeyboardInterrupt):
        ended(process, timeout=60, stop=stop)
