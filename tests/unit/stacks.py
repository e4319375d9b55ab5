"""Stacks for tests: made from the kits that come with releasegate, or from a small one of their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from releasegate.adapters.kit_folders import KitFolders, kit_folders
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Cell
from releasegate.core.stacks.dimensions import chosen
from releasegate.core.stacks.kit import Kit

PLAIN = {"world": ("small",), "user": ("superuser",), "depth": ("usual",)}
"""One value of each dimension of the pair's that is spread over the cells."""


@cache
def folders(name: str = "proxbox") -> KitFolders:
    """Return the folders of a kit that comes with releasegate."""
    return kit_folders(name, beside=Path())


def kit(name: str = "proxbox") -> Kit:
    """Return a kit that comes with releasegate."""
    return folders(name).kit


def pair_stack(app: str, core: str, **changes: Any) -> Stack:
    """Return the stack of a plugin and its backend, with what is spread over cells left out."""
    told: dict[str, Any] = {
        "kit_name": "proxbox",
        "pythons": ("3.13",),
        "packages": {"plugin": (app,), "backend": (core,)},
        "kit": kit(),
    }
    dimensions = {**PLAIN, **changes.pop("dimensions", {})}
    return Stack(**{**told, **changes}, dimensions=dimensions)


def hosts(*versions: str) -> dict[str, tuple[str, ...]]:
    """Return the values of a stack's dimensions in which the host has these versions."""
    return {**PLAIN, "netbox": versions}


def cell(netbox: str = "4.7.3", source: str = "testpypi", path: str = "fresh", service: str = "pve") -> Cell:
    """Return a cell of the pair's stack."""
    given = {"netbox": netbox, "service": service, "world": "small", "user": "superuser", "depth": "usual"}
    return Cell(tuple(chosen(each, given[each.name]) for each in kit().dimensions), "3.13", source, path)
