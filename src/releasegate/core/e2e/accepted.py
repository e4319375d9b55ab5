"""Which hosts a package says that it accepts, held against the cell before anything is started for it."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.version import Version

from releasegate.core.audit.code.host_range import HostRange, host_range
from releasegate.core.e2e.matrix import Cell
from releasegate.core.kits.kit import Kit
from releasegate.core.release.versions import parse_version


def refusal(kit: Kit, cell: Cell, sources: Mapping[str, bytes]) -> str:
    """Return why the cell's host does not load what has these *sources*, by what they say; nothing where it may.

    A host asks for it when it starts, which is after its whole database was migrated.
    """
    host = kit.host
    chosen = next((each for each in cell.choices if host is not None and each.dimension == host.dimension), None)
    if host is None or chosen is None:
        return ""
    accepted = host_range(sources, (host,))
    oldest, newest, found = parse_version(accepted.oldest), parse_version(accepted.newest), Version(chosen.bare)
    if (oldest is None or found >= oldest) and (newest is None or found <= newest):
        return ""
    return f"does not accept {host.title} {chosen.bare}: it says {_words(accepted)}"


def _words(accepted: HostRange) -> str:
    if accepted.oldest and accepted.newest:
        return f"{accepted.oldest} to {accepted.newest}"
    return f"{accepted.oldest} or newer" if accepted.oldest else f"{accepted.newest} or older"
