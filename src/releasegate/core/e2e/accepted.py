"""Which hosts a package says that it accepts, held against the cell before anything is started for it."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.version import Version

from releasegate.core.audit.code.host_range import HostRange, host_range
from releasegate.core.e2e.matrix import Cell
from releasegate.core.release.versions import parse_version
from releasegate.core.stacks.host import Host
from releasegate.core.stacks.kit import Kit


def refusal(kit: Kit, cell: Cell, sources: Mapping[str, bytes]) -> str:
    """Return why the cell's host does not load what has these *sources*, by what they say; nothing where it may.

    A host asks for it when it starts, which is after its whole database was migrated.
    """
    here = _here(kit, cell)
    if here is None:
        return ""
    host, version = here
    accepted = host_range(sources, (host,))
    if accepted.holds(version):
        return ""
    return f"does not accept {host.title} {version}: it says {_words(accepted)}"


def correction(kit: Kit, cell: Cell, sources: Mapping[str, bytes], *, configured: bool = False) -> str:
    """Return what to do about a refusal: the line that would accept the cell's host, or another host.

    That is given with an option, or where the host is *configured* in the table.
    """
    here = _here(kit, cell)
    if here is None:
        return "Give the stack's dimensions other values"
    host, version = here
    newest = parse_version(host_range(sources, (host,)).newest)
    wider = newest is not None and version > newest
    line = f'{host.newest} = "{version.major}.{version.minor}.99"' if wider else f'{host.oldest} = "{version}"'
    other = f"{host.dimension} in the stack's dimensions" if configured else f"--{host.dimension}"
    return f"If it works there, write {line} where it states its range; else give {other} another value"


def _here(kit: Kit, cell: Cell) -> tuple[Host, Version] | None:
    """Return the kit's host and the version of it in the cell; ``None`` where it has none."""
    host = kit.host
    if host is None:
        return None
    return next(((host, Version(each.bare)) for each in cell.choices if each.dimension == host.dimension), None)


def accepts(kit: Kit, dimension: str, sources: Mapping[str, bytes], version: Version) -> bool:
    """Whether what has these *sources* says that it accepts a version of the host that the dimension is of."""
    if kit.host is None or kit.host.dimension != dimension:
        return True
    return host_range(sources, (kit.host,)).holds(version)


def _words(accepted: HostRange) -> str:
    if accepted.oldest and accepted.newest:
        return f"{accepted.oldest} to {accepted.newest}"
    return f"{accepted.oldest} or newer" if accepted.oldest else f"{accepted.newest} or older"
