"""What the words `newest` and `next` of a host stand for: found out once a candidate, and kept with its cells.

`newest` is the newest final of the host that a package accepts, by what it says itself; `next` the newest there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from packaging.version import Version

from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Wanted, values
from releasegate.core.enumerated import counted
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.dimensions import NEWEST, Chosen, chosen
from releasegate.core.stacks.stack_keys import Dimension

ALIASES = "aliases"
"""The key of a cell's evidence that says what the words stood for when it ran."""

Meant = Mapping[str, str]
"""What each word stands for, both as a cell's name tells them: ``{"TITLE newest": "TITLE pypi:4.7.3"}``."""


@dataclass(frozen=True)
class Alias:
    """A word of a dimension whose values are versions of a project."""

    dimension: Dimension
    word: str

    @property
    def ground(self) -> str:
        """The word as the name of a cell would tell it."""
        return f"{self.dimension.title} {self.word}".lstrip()

    def recalled(self, meant: Meant) -> str:
        """Return the value that the word stood for; nothing where that is not told, or can be none."""
        told = meant.get(self.ground, "").removeprefix(self.dimension.title).lstrip()
        return told if any(each.text == told for each in _known(self.dimension, told)) else ""

    def found(self, versions: Iterable[Version], accepts: Callable[[Version], bool]) -> Chosen:
        """Return the value that the word stands for, of those *versions* that the index has.

        Raises:
            ConfigurationError: there is none.
        """
        finals = [each for each in versions if not each.is_prerelease]
        fitting = [each for each in finals if self.word != NEWEST or accepts(each)]
        there = [value for each in sorted(fitting) for value in _known(self.dimension, str(each))]
        if not there:
            what = f"{self.dimension.title or self.dimension.name} that is accepted"
            raise ConfigurationError(
                f"The index has no {what}, so {self.word!r} stands for none (it has {counted(len(finals), 'final')}).",
                hint=f"Name one in place of {self.word}: --{self.dimension.name} takes {self.dimension.meaning}",
            )
        return there[-1]


def aliases(stack: Stack, wanted: Wanted) -> tuple[Alias, ...]:
    """Return the words that the matrix names a host by."""
    return tuple(
        Alias(dimension, value.text)
        for dimension in stack.every_dimension
        for value in values(dimension, wanted.dimensions.get(dimension.name) or (), stack)
        if value.is_alias
    )


def told(rows: Sequence[Mapping[str, Any]]) -> Meant:
    """Return what *rows*, summaries of earlier cells, say of the words; of two that differ what was said first.

    The rows may come from another machine: what has not the form that it should have says nothing.
    """
    found: dict[str, str] = {}
    for row in rows:
        said = row.get(ALIASES)
        for word, meant in said.items() if isinstance(said, Mapping) else ():
            if isinstance(word, str) and isinstance(meant, str):
                found.setdefault(word, meant)
    return found


def called(ground: str, meant: Meant) -> Iterator[str]:
    """Yield every name of what a cell ran on: the one that it has, and those in which words stand for parts of it."""
    parts = [(part, *(word for word, stood in meant.items() if stood == part)) for part in ground.split(", ")]
    yield from (", ".join(named) for named in product(*parts))


def settled(stack: Stack, wanted: Wanted, meant: Meant) -> Wanted:
    """Return what is asked for with each word replaced by what it stands for, each value once."""
    found = dict(wanted.dimensions)
    for alias in aliases(stack, wanted):
        name = alias.dimension.name
        given = found.get(name) or tuple(each.text for each in values(alias.dimension, (), stack))
        found[name] = tuple(alias.recalled(meant) if each == alias.word else each for each in given)
    for dimension in stack.every_dimension:
        if dimension.name in found:
            texts = (each.text for each in values(dimension, found[dimension.name], stack))
            found[dimension.name] = tuple(dict.fromkeys(texts))
    return replace(wanted, dimensions=found)


def _known(dimension: Dimension, text: str) -> Iterator[Chosen]:
    """Yield the value that is written so; nothing where there is none of that kind."""
    try:
        value = chosen(dimension, text)
    except ValueError:
        return
    if not value.is_alias:
        yield value
