"""The matrix of the end-to-end run: which cells there are, in words that a command line takes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from packaging.version import Version

from releasegate.core.config.stack import PATHS, Stack
from releasegate.core.e2e.spread import spread
from releasegate.core.errors import ConfigurationError
from releasegate.core.nearest import meant
from releasegate.core.release.versions import parse_version
from releasegate.core.stacks.dimensions import Chosen, chosen
from releasegate.core.stacks.stack_keys import Dimension

CELL_MEMORY = 2.0
"""GiB that one cell's containers need."""
CELL_CPUS = 1.0


@dataclass(frozen=True)
class Cell:
    """One combination: ``upgrade_from`` is empty for a fresh database and for the newest final.

    ``choices`` are the values of the stack's own dimensions, in its order.
    """

    choices: tuple[Chosen, ...]
    python: str
    source: str
    path: str
    upgrade_from: str = ""

    @property
    def ground(self) -> str:
        """What all run on, in words: the values of the dimensions that have a title."""
        return ", ".join(f"{each.title} {each.text}" for each in self.choices if each.title)

    @property
    def task(self) -> str:
        """What is done on the ground and the Python, in words: the same wherever the packages come from."""
        path = f"{self.path} from {self.upgrade_from}" if self.upgrade_from else self.path
        return ", ".join([path, *(each.text for each in self.choices if not each.title)])

    @property
    def name(self) -> str:
        """The cell in one line."""
        path, comma, rest = self.task.partition(", ")
        told = [*([self.ground] if self.ground else []), f"Python {self.python}", self.source, f"{path}{comma}{rest}"]
        return ", ".join(told)

    @property
    def slug(self) -> str:
        """The cell as the name of a folder."""
        grounds = [each.text for each in self.choices if each.title]
        others = [each.text for each in self.choices if not each.title]
        parts = [*grounds, self.python, self.source, self.path, self.upgrade_from, *others]
        return "-".join(re.sub(r"[^\w.+-]+", "-", part) for part in parts if part)

    @property
    def kept(self) -> str:
        """The name under which a forge's cache keeps what is made for the host and the Python."""
        grounds = [each.text.replace(":", "-") for each in self.choices if each.title]
        return "-".join([*grounds, "python", self.python])

    @property
    def on_ground(self) -> tuple[str, ...]:
        """The options that run every cell on the same ground and Python."""
        grounds = [word for each in self.choices if each.title for word in (f"--{each.dimension}", each.text)]
        return (*grounds, "--python", self.python)

    @property
    def options(self) -> tuple[str, ...]:
        """The options of ``nox -s e2e`` that run this cell and no other."""
        chosen = [
            *((f"--{each.dimension}", each.text) for each in self.choices if each.title),
            ("--python", self.python),
            ("--source", self.source),
            ("--path", self.path),
            *((f"--{each.dimension}", each.text) for each in self.choices if not each.title),
            ("--from", self.upgrade_from),
        ]
        return tuple(word for name, value in chosen if value for word in (name, value))

    @property
    def places(self) -> Mapping[str, str]:
        """What stands for ``{name}`` in a kit's texts."""
        return {"python": self.python, **{each.dimension: each.bare for each in self.choices}}

    @property
    def numbers(self) -> tuple[Version, ...]:
        """The versions of the hosts that all run on."""
        found = (parse_version(each.bare) for each in self.choices if each.title)
        return tuple(each for each in found if each is not None)

    @property
    def fits(self) -> Mapping[str, frozenset[str]]:
        """What a ``when`` may say of it, by dimension."""
        return {each.dimension: each.fits for each in self.choices}

    @property
    def variables(self) -> Mapping[str, str]:
        """What the Compose file is given because of the cell's values."""
        return {name: value for each in self.choices for name, value in each.variables.items()}


_NAME = re.compile(
    r"(?:(?P<ground>.+), )?Python (?P<python>\S+), (?P<source>[^\s,]+), "
    r"(?P<task>(?:fresh|upgrade(?: from [^\s,]+)?)(?:, .+)?)"
)


@dataclass(frozen=True)
class Told:
    """What a cell's name tells, of whichever stack it is."""

    ground: str
    python: str
    source: str
    task: str


def read_cell(name: str) -> Told | None:
    """Return what the name of a cell tells; ``None`` where it is none, as the cells of other runners are."""
    match = _NAME.fullmatch(name)
    return None if match is None else Told(match["ground"] or "", match["python"], match["source"], match["task"])


@dataclass(frozen=True)
class Wanted:
    """What a person asked for, a dimension at a time; what is empty is as configured."""

    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pythons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    upgrade_from: tuple[str, ...] = ()


def matrix(stack: Stack, wanted: Wanted, *, every_value: bool = True) -> tuple[Cell, ...]:
    """Return the cells that *wanted* leaves of the configured matrix, fresh databases first.

    Without *every_value* there is none for the sake of a value that only one cell has.

    Raises:
        ConfigurationError: something is asked for that cannot be.
    """
    dimensions = {each.name: each for each in stack.every_dimension}
    for name in wanted.dimensions:
        if name not in dimensions:
            raise ConfigurationError(
                f"The stack {stack.kit_name} has no dimension {name}.",
                hint=f"Name one of: {', '.join(dimensions) or 'none, for it has none'}",
            )
    paths = _known(wanted.paths, PATHS, "path") or stack.paths
    if wanted.upgrade_from and "upgrade" not in paths:
        raise ConfigurationError("--from says what to upgrade from, but no upgrade is run.", hint="Add --path upgrade")
    origins = wanted.upgrade_from or stack.upgrade_from or ("",)
    ways = [(path, origin) for path in sorted(paths) for origin in (origins if path == "upgrade" else ("",))]
    choices = {name: values(each, wanted.dimensions.get(name) or (), stack) for name, each in dimensions.items()}
    few = {name for name, each in dimensions.items() if each.spread and not wanted.dimensions.get(name)}
    further = [value for name in dimensions if name in few for value in choices[name][1:]]
    held = {name: found[:1] if name in few else found for name, found in choices.items()}
    places = list(product(*(held[name] for name, each in dimensions.items() if each.title)))
    others = list(product(*(held[name] for name, each in dimensions.items() if not each.title)))
    cells = [
        Cell((*place, *other), python, source, *way)
        for way, place, python, source, other in product(
            ways, places, wanted.pythons or stack.pythons, wanted.sources or stack.sources, others
        )
    ]
    return spread(cells, further if every_value else ())


def newest(cells: Sequence[Cell]) -> Cell | None:
    """Return the cell on the newest host and Python, with an empty database; ``None`` where there is none."""
    fresh = [each for each in cells if each.path == PATHS[0]] or cells
    return max(fresh, key=lambda each: (each.numbers, Version(each.python)), default=None)


def on_newest(cell: Cell, stack: Stack, known: Callable[[str], Iterable[Version]]) -> Cell:
    """Return *cell* on the newest final of its host, where that is newer than its own.

    *known* tells the versions of a project on the index that hosts come from.
    """
    hosts = {each.name: each for each in stack.every_dimension if each.project}
    return replace(cell, choices=tuple(_newest(each, hosts.get(each.dimension), known) for each in cell.choices))


def _newest(choice: Chosen, host: Dimension | None, known: Callable[[str], Iterable[Version]]) -> Chosen:
    if host is None:
        return choice
    found = max((each for each in known(host.project) if not each.is_prerelease), default=None)
    if found is None or (not choice.is_alias and found <= Version(choice.bare)):
        return choice
    try:
        return chosen(host, str(found))
    except ValueError:  # a number that no host of this kind has
        return choice


def only(cell: Cell) -> Wanted:
    """Return what asks for this cell and no other."""
    origin = (cell.upgrade_from,) if cell.upgrade_from else ()
    dimensions = {each.dimension: (each.text,) for each in cell.choices}
    return Wanted(dimensions, (cell.python,), (cell.source,), (cell.path,), origin)


def side_by_side(cells: int, *, memory: float, cpus: float) -> int:
    """Return how many of *cells* fit into so many GiB and CPUs at once; one always does."""
    return max(1, min(cells, int(memory // CELL_MEMORY), int(cpus // CELL_CPUS)))


def values(dimension: Dimension, given: Sequence[str], stack: Stack) -> tuple[Chosen, ...]:
    """Return the values that were *given* for a dimension, else those that are configured.

    Raises:
        ConfigurationError: one that is given is none.
    """
    try:
        asked = tuple(chosen(dimension, text) for text in given)
    except ValueError as error:
        raise ConfigurationError(f"--{dimension.name}: {error}.", hint=f"Give {dimension.meaning}") from None
    return asked or tuple(chosen(dimension, text) for text in stack.dimensions.get(dimension.name) or dimension.default)


def _known(given: Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    for each in given:
        if each not in known:
            raise ConfigurationError(f"There is no {what} {each}.", hint=meant(each, known))
    return tuple(given)
