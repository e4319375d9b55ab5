"""How a command loads what it needs: compiled once and for all, without looking for garbage, and late what is rare."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_LATE = {"unittest.mock": "Mock", "invoke.vendor.yaml": "safe_load"}
"""What invoke imports, and the one thing that it uses of it."""

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
def loads_later() -> Iterator[None]:
    """Load what invoke names and hardly a command uses where it is used, not where invoke is imported in the block.

    Its mocks are for tests, and its YAML is for a file of a person's settings: with all that comes with them, they take
    a third of the time in which invoke is loaded.
    """
    late = {module: name for module, name in _LATE.items() if module not in sys.modules}
    for module, name in late.items():
        sys.modules[module] = ModuleType(module)
        vars(sys.modules[module])[name] = _late(module, name)
    try:
        yield
    finally:
        for module in late:
            del sys.modules[module]


def _late(module: str, name: str) -> Callable[..., Any]:
    def call(*words: Any, **named: Any) -> Any:
        return getattr(import_module(module), name)(*words, **named)

    return call
