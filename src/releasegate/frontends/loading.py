"""How a command loads what it needs: compiled once and for all, without looking for garbage, and nothing for tests."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_MOCKS = "unittest.mock"

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


@contextmanager
def without_mocks() -> Iterator[None]:
    """Load no ``unittest.mock`` for what is imported in the block and only names its ``Mock``.

    invoke does, for a context that tests pretend with: what comes with it is a fifth of all that invoke loads. Who
    calls it gets one.
    """
    if _MOCKS in sys.modules:
        yield
        return
    sys.modules[_MOCKS] = named = ModuleType(_MOCKS)
    vars(named)["Mock"] = _mock
    try:
        yield
    finally:
        del sys.modules[_MOCKS]


def _mock(**given: Any) -> Any:
    from unittest.mock import Mock

    return Mock(**given)
