"""Every kind of fault, and which of its faults are injected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.faults.fault import Fault
from tests.faults.kinds import (
    answers,
    archives,
    arguments,
    clocks,
    configuration,
    disks,
    forges,
    indexes,
    kills,
    ledgers,
    notes,
    tokens,
    two,
)


@dataclass(frozen=True)
class Kind:
    """A kind: ``faults`` gives those of a seed, ``short`` is how many of them the short form injects."""

    name: str
    faults: Callable[[int], tuple[Fault, ...]]
    short: int


KINDS = (
    Kind("kills", kills.faults, 2),
    Kind("index", indexes.faults, 1),
    Kind("forge", forges.faults, 1),
    Kind("disks", disks.faults, 1),
    Kind("clocks", clocks.faults, 1),
    Kind("two at once", two.faults, 1),
    Kind("notes", notes.faults, 3),
    Kind("tokens", tokens.faults, 1),
    Kind("archives", archives.faults, 60),
    Kind("configuration", configuration.faults, 80),
    Kind("arguments", arguments.faults, 40),
    Kind("ledger", ledgers.faults, 80),
    Kind("answers", answers.faults, 80),
)


def chosen(
    kinds: Iterable[Kind], seed: int, *, short: bool = False, count: int | None = None, named: str | None = None
) -> tuple[Fault, ...]:
    """Return the faults of *kinds* that are injected: the quick ones, then all kinds spread over the time that is left.

    *count* is how many of each kind at most. The short form has its own, and no post: that takes a while to come to.
    *named* is one alone, as ``KIND/NAME``.
    """
    placed: list[tuple[float, Fault]] = []
    for kind in kinds:
        faults = [fault for fault in kind.faults(seed) if named in {None, f"{fault.kind}/{fault.name}"}]
        if short and named is None:
            faults = [fault for fault in faults if fault.stage != "post"]
        most = min(filter(None, (len(faults), count, kind.short if short and named is None else None)), default=0)
        faults = sorted(faults, key=lambda fault: fault.chance().random())[:most]
        placed += [((number + 0.5) / len(faults), fault) for number, fault in enumerate(faults)]
    return tuple(fault for _, fault in sorted(placed, key=lambda pair: (bool(pair[1].stage), pair[0])))
