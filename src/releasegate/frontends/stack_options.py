"""The options that a project's own stack adds to the end-to-end gate: one for each dimension of its matrix."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.frontends.options import E2E, SPEAKING, Gate, Given, Option

if TYPE_CHECKING:
    from releasegate.core.config.stack import Stack
    from releasegate.core.errors import ConfigurationError
    from releasegate.core.stacks.stack_keys import Dimension

_AFTER = "backend_version"


def here(gate: Gate, start: Path) -> Gate:
    """Return *gate* with the options of the stack that is configured in *start* or above it.

    What is wrong with the configuration is told by who runs the gate, or misses an option.
    """
    if gate.name != E2E.name:
        return gate
    from releasegate.core.errors import ReleasegateError

    try:
        stack = _stack(start)
    except (ReleasegateError, OSError):
        return gate
    return gate if stack is None else replace(gate, options=tuple(_options(gate, stack.every_dimension)))


def why_missing(start: Path) -> ConfigurationError | None:
    """Return what is wrong with the configuration in *start* or above it, for which no stack's options are known."""
    from releasegate.core.errors import ConfigurationError, ReleasegateError

    try:
        _stack(start)
    except ConfigurationError as error:
        return error
    except (ReleasegateError, OSError):
        pass
    return None


def _stack(start: Path) -> Stack | None:
    from releasegate.app.project import load

    return load(start, environ=os.environ).settings.stack


def of_any_stack() -> frozenset[str]:
    """Return the options that any of the stacks adds which come with releasegate."""
    from releasegate.adapters.kit_folders import kit_folders, shipped

    kits = (kit_folders(name, beside=Path()).kit for name in shipped())
    return frozenset(f"--{each.name}" for kit in kits for each in kit.dimensions)


def _options(gate: Gate, dimensions: tuple[Dimension, ...]) -> Iterator[Option]:
    for option in gate.options:
        yield option
        if option.name == _AFTER:
            for each in dimensions:
                yield Option(f"--{each.name}", each.meaning, takes="many", value=each.name.upper())


def dimensions(given: Given) -> dict[str, tuple[str, ...]]:
    """Return the values that are asked for of the stack's dimensions, by the dimension's name."""
    known = {option.name for option in (*E2E.options, *SPEAKING)}
    return {name.replace("_", "-"): tuple(values) for name, values in given.items() if name not in known and values}
