"""Values that are run in one cell each, not in every cell: they cost minutes, or hardly depend on the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from releasegate.core.stacks.dimensions import Chosen

if TYPE_CHECKING:
    from releasegate.core.e2e.matrix import Cell


def spread(cells: Sequence[Cell], further: Sequence[Chosen]) -> tuple[Cell, ...]:
    """Return *cells*, fresh databases first, with each of the *further* values in one cell of each source.

    Each goes to the next cell, so that a red one tells most; the first stays as it is, and where there is no other it
    is run once more.
    """
    sources = dict.fromkeys(cell.source for cell in cells)
    found = [_spread([cell for cell in cells if cell.source == source], further) for source in sources]
    return tuple(sorted((cell for of_one in found for cell in of_one), key=lambda cell: cell.path))


def _spread(cells: Sequence[Cell], further: Sequence[Chosen]) -> list[Cell]:
    placed, after = list(cells), 1
    taken: set[tuple[int, str]] = set()
    for value in further:
        places = [*range(after, len(placed)), *range(1, after)]
        at = next((each for each in places if (each, value.dimension) not in taken), len(placed))
        if at == len(placed):
            placed.append(cells[0])
        placed[at] = replace(placed[at], choices=tuple(_exchanged(placed[at], value)))
        taken.add((at, value.dimension))
        after = at + 1
    return placed


def _exchanged(cell: Cell, value: Chosen) -> Iterator[Chosen]:
    yield from (value if each.dimension == value.dimension else each for each in cell.choices)
