"""The program that uv is can be asked for by all cells of a check at once."""

from __future__ import annotations

import subprocess
import sys

_ASKS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from releasegate.adapters.venvs.interpreters import uv
sys.setswitchinterval(1e-6)
together = Barrier(8)
def ask(_):
    together.wait()
    return uv()
with ThreadPoolExecutor(8) as pool:
    print(len(set(pool.map(ask, range(8)))))
"""


def test_threads_that_ask_first_and_at_once_get_the_same_answer() -> None:
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", _ASKS], capture_output=True, text=True, timeout=60, check=False)
        assert (done.stdout.strip(), done.stderr) == ("1", "")
