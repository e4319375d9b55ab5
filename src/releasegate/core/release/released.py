"""Whether a version is released: its record says so, and the production index serves the very files that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from releasegate.core.release.entry import SEAL, Entry

Served = Mapping[str, str]
"""The sha256 of every file of one version that an index serves, by file name."""


def is_served(seal: Entry, served: Served) -> bool:
    """Whether an index that serves *served* serves every file of *seal*, byte for byte."""
    files = seal.evidence.get("files")
    return isinstance(files, dict) and bool(files) and all(served.get(name) == sha256 for name, sha256 in files.items())


def without_false_seals(entries: Iterable[Entry], served: Served) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries of a final that count, and the seals that do not: the index serves other files, or none."""
    known = tuple(entries)
    false = tuple(e for e in known if e.step == SEAL and e.event == "done" and not is_served(e, served))
    return tuple(e for e in known if e not in false), false
