"""Mutants that can be planted together: each is told by a contract of its own, which no other of them may break."""

from __future__ import annotations

from collections.abc import Iterable

from tests.mutants.mutant import Mutant

Batch = list[Mutant]


def batches(mutants: Iterable[Mutant]) -> list[Batch]:
    """Return the mutants in as few batches as go; one that no contract is named for is alone.

    All the harmless ones are a batch: together they must break nothing.
    """
    made: list[Batch] = []
    for mutant in mutants:
        fitting = next((batch for batch in made if _fits(mutant, batch)), None)
        if fitting is None:
            made.append([mutant])
        else:
            fitting.append(mutant)
    return made


def _fits(mutant: Mutant, batch: Batch) -> bool:
    first = batch[0]
    if mutant.harmless or first.harmless:
        return mutant.harmless and first.harmless
    if not (mutant.by and first.by) or mutant.world != first.world:
        return False
    return not any(mutant.touches & other.touches for other in batch)
