"""The companions of a run in processes: in which order they start, and what others are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.adapters.processes.service import Running
    from releasegate.ports import Delivery

_PREFIX = "RELEASEGATE_COMPANION_"


def called_first(companions: Sequence[Delivery]) -> tuple[Delivery, ...]:
    """Return the companions in the order in which they start: one that calls another of them comes after it."""
    known = {each.package.name: each for each in companions}
    calls = {n: [o.name for o in each.package.companions if o.name in known] for n, each in known.items()}
    return tuple(known[name] for name in TopologicalSorter(calls).static_order())


def companion_variables(companions: Sequence[Delivery], running: Mapping[str, Running]) -> dict[str, str]:
    """Return what is told of *companions*, of which each runs: by name, and of the first without one, too."""
    if not companions:
        return {}
    first, names = companions[0], [each.package.name for each in companions]
    told = {"RELEASEGATE_COMPANIONS": " ".join(names), f"{_PREFIX}NAME": first.package.name}
    told |= _reached(_PREFIX, first, running)
    for each in companions:
        told |= _reached(f"{_PREFIX}{each.package.name.upper().replace('-', '_')}_", each, running)
    return told


def delivered(prefix: str, delivery: Delivery) -> dict[str, str]:
    """Return the version and the source of a delivery as variables."""
    return {f"{prefix}VERSION": str(delivery.version), f"{prefix}SOURCE": delivery.source}


def _reached(prefix: str, each: Delivery, running: Mapping[str, Running]) -> dict[str, str]:
    return {**delivered(prefix, each), f"{prefix}URL": running[each.package.name].url}
