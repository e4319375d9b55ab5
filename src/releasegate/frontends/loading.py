"""How a command loads what it needs: compiled once and for all, and without looking for garbage meanwhile."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ALLOCATIONS = 50_000
"""After how many new objects Python looks for those that only hold each other: by itself, after 700."""


@contextmanager
def loads_quickly() -> Iterator[None]:
    """Keep compiled what is imported in the block, unless Python was told to keep nothing.

    invoke tells Python so in every process, so that nothing lies beside a ``tasks.py``: each command would compile
    anew whatever the installer has left uncompiled. What is loaded stays: a look for garbage finds none of it. At its
    end, Python looks for garbage several times, which takes a small command as long as a fifth of all that it does:
    there, everything is left to the system, but for what nothing holds any more.
    """
    told = sys.dont_write_bytecode
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        sys.dont_write_bytecode = told
