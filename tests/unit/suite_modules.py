"""The modules of the end-to-end checks, which are no package: they run beside the stack, not inside of releasegate."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

E2E = Path(__file__).parents[2] / "e2e"
CHECKS = (E2E / "suite", E2E / "netbox" / "checks", E2E / "proxbox" / "checks")
MARKS = ("contract", "phases", "services", "paths", "depths", "worlds")


@contextmanager
def imported(*names: str) -> Iterator[SimpleNamespace]:
    """Import modules of the checks by name; afterwards they are no modules any more."""
    before = set(sys.modules)
    sys.path[:0] = map(str, CHECKS)
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        for folder in CHECKS:
            sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(E2E) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


@contextmanager
def checks(config: pytest.Config, *names: str) -> Iterator[SimpleNamespace]:
    """Import modules of the checks with the marks that they carry, which their suites declare where they run."""
    for mark in MARKS:
        config.addinivalue_line("markers", f"{mark}(): as the suites say")
    with imported(*names) as modules:
        yield modules


def of_the_image(name: str) -> Any:
    """Return a module of NetBox's image."""
    return script(f"netbox/images/netbox/{name}")


def script(place: str) -> Any:
    """Return a module that is copied into an image, and belongs to no package; *place* is below the stacks' folder."""
    file = E2E / f"{place}.py"
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
