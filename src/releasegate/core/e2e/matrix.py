"""The matrix of the end-to-end run: which cells there are, in words that a command line takes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from packaging.version import Version

from releasegate.core.config.stack import PATHS, SERVICES, NetBox, Stack, netbox
from releasegate.core.errors import ConfigurationError
from releasegate.core.nearest import meant

CELL_MEMORY = 2.0
"""GiB that one cell's containers need."""
CELL_CPUS = 1.0


@dataclass(frozen=True)
class Cell:
    """One combination: ``upgrade_from`` is empty for a fresh database and for the newest final."""

    netbox: NetBox
    python: str
    source: str
    path: str
    service: str
    upgrade_from: str = ""

    @property
    def name(self) -> str:
        """The cell in one line."""
        path = f"{self.path} from {self.upgrade_from}" if self.upgrade_from else self.path
        return f"NetBox {self.netbox}, Python {self.python}, {self.source}, {path}, {self.service}"

    @property
    def task(self) -> str:
        """What is done on the host and the Python, in words: the same wherever the plugin comes from."""
        path = f"{self.path} from {self.upgrade_from}" if self.upgrade_from else self.path
        return f"{path}, {self.service}"

    @property
    def slug(self) -> str:
        """The cell as the name of a folder."""
        parts = (str(self.netbox), self.python, self.source, self.path, self.upgrade_from, self.service)
        return "-".join(part.replace(":", "-") for part in parts if part)

    @property
    def kept(self) -> str:
        """The name under which a forge's cache keeps what is made for the host and the Python."""
        return f"{str(self.netbox).replace(':', '-')}-python-{self.python}"

    @property
    def options(self) -> tuple[str, ...]:
        """The options of ``nox -s e2e`` that run this cell and no other."""
        chosen = {
            "--netbox": str(self.netbox),
            "--python": self.python,
            "--source": self.source,
            "--path": self.path,
            "--service": self.service,
            "--from": self.upgrade_from,
        }
        return tuple(word for name, value in chosen.items() if value for word in (name, value))


_NAME = re.compile(r"NetBox (\S+), Python (\S+), (\S+), (\w+)(?: from (\S+))?, (\w+)", re.ASCII)


def read_cell(name: str) -> Cell | None:
    """Return the cell of that name; ``None`` where it names none, as the cells of other runners do."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    host, python, source, path, origin, service = match.groups()
    try:
        return Cell(netbox(host), python, source, path, service, origin or "")
    except ValueError:
        return None


@dataclass(frozen=True)
class Wanted:
    """What a person asked for, a dimension at a time; what is empty is as configured."""

    netbox: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    upgrade_from: tuple[str, ...] = field(default=())


def matrix(stack: Stack, wanted: Wanted) -> tuple[Cell, ...]:
    """Return the cells that *wanted* leaves of the configured matrix, fresh databases first.

    Raises:
        ConfigurationError: something is asked for that cannot be.
    """
    hosts = tuple(_netbox(text) for text in wanted.netbox) or stack.netbox
    paths = _known(wanted.paths, PATHS, "path") or stack.paths
    services = _known(wanted.services, SERVICES, "service") or stack.services
    origins = wanted.upgrade_from or stack.upgrade_from or ("",)
    if wanted.upgrade_from and "upgrade" not in paths:
        raise ConfigurationError("--from says what to upgrade from, but no upgrade is run.", hint="Add --path upgrade")
    ways = [(path, origin) for path in sorted(paths) for origin in (origins if path == "upgrade" else ("",))]
    pythons, sources = wanted.pythons or stack.pythons, wanted.sources or stack.sources
    return tuple(
        Cell(host, python, source, path, service, origin)
        for (path, origin), host, python, source, service in product(ways, hosts, pythons, sources, services)
    )


def newest(cells: Sequence[Cell]) -> Cell | None:
    """Return the cell on the newest host and Python, with an empty database; ``None`` where there is none."""
    number = {each: Version(each.netbox.version) for each in cells}
    fresh = [each for each in cells if each.path == PATHS[0]] or cells
    return max(fresh, key=lambda each: (number[each], Version(each.python)), default=None)


def on_newest(cell: Cell, known: Iterable[Version]) -> Cell:
    """Return *cell* on the newest final of its host among *known*, where that is newer than its own."""
    found = max((each for each in known if not each.is_prerelease), default=None)
    if found is None or found <= Version(cell.netbox.version):
        return cell
    try:
        return replace(cell, netbox=netbox(str(found)))
    except ValueError:  # a number that no host of this kind has
        return cell


def only(cell: Cell) -> Wanted:
    """Return what asks for this cell and no other."""
    origin = (cell.upgrade_from,) if cell.upgrade_from else ()
    return Wanted((str(cell.netbox),), (cell.python,), (cell.source,), (cell.path,), (cell.service,), origin)


def side_by_side(cells: int, *, memory: float, cpus: float) -> int:
    """Return how many of *cells* fit into so many GiB and CPUs at once; one always does."""
    return max(1, min(cells, int(memory // CELL_MEMORY), int(cpus // CELL_CPUS)))


def _netbox(text: str) -> NetBox:
    try:
        return netbox(text)
    except ValueError as error:
        raise ConfigurationError(f"--netbox: {error}.", hint="Give a version of NetBox, X.Y.Z") from None


def _known(given: Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    for each in given:
        if each not in known:
            raise ConfigurationError(f"There is no {what} {each}.", hint=meant(each, known))
    return tuple(given)
