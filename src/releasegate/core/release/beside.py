"""What evidence says of the companions that ran beside a package; it may come from another machine, or an older run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMPANIONS = "companions"
"""The key below which an end-to-end run and a seal name every companion that ran, with its bytes."""

_ONE = "companion"
"""The key of older entries, which knew of one companion at most."""


def tells_of_companions(said: Mapping[str, Any]) -> bool:
    """Whether *said* is about a run with companions, be it with none."""
    return COMPANIONS in said or _ONE in said


def ran_beside(said: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return what *said* tells of each companion; what has not the form that it should have tells nothing."""
    listed = said.get(COMPANIONS, [said.get(_ONE)])
    return tuple(each for each in listed if isinstance(each, Mapping)) if isinstance(listed, list | tuple) else ()


def ran_as(said: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return what *said* tells of the companion *name*, ``None`` where that did not run."""
    return next((each for each in ran_beside(said) if each.get("name") == name), None)
