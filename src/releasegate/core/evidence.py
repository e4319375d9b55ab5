"""Evidence that travels: a version's record as a note on its commit, and what of another machine's note counts.

A note is JSON lines: each is an entry of the ledger with ``package`` and ``version`` beside its own keys. Notes are
untrusted input: a line that is no entry, or about another package, version or commit, counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from releasegate.core.record import SEAL, Entry, entry_from_json

Records = Mapping[str, Sequence[Entry]]
"""Entries by version, each version's oldest first."""


@dataclass(frozen=True)
class Accepted:
    """What counts of a note, by version; ``left_out`` says in sentences what does not."""

    records: Records
    left_out: tuple[str, ...] = ()


def merge(*records: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return every entry of every record once, in the order of time; entries of one run stay in their order.

    The result does not depend on the order of the arguments, and merging it again changes nothing.
    """
    ranked: dict[str, tuple[tuple[str, str, int], Entry]] = {}
    for one in records:
        # Within a run the clock of its machine never goes back, but entries may share a moment.
        numbers: dict[tuple[str, str], int] = {}
        for entry in one:
            moment = (_moment(entry.at), entry.run)
            numbers[moment] = numbers.get(moment, -1) + 1
            rank = (*moment, numbers[moment])
            line = entry.to_json()
            ranked[line] = min((rank, entry), ranked.get(line, (rank, entry)), key=lambda pair: pair[0])
    return tuple(entry for _, (_, entry) in sorted(ranked.items(), key=lambda item: (item[1][0], item[0])))


def latest(one: str, other: str) -> str:
    """Return the later of two moments in ISO 8601, however precisely each is given."""
    return max(one, other, key=_moment)


def write(package: str, records: Records) -> bytes:
    """Return *records* as the bytes of a note."""
    lines = [
        json.dumps({**vars(entry), "package": package, "version": version}, sort_keys=True)
        for version in sorted(records, key=Version)
        for entry in records[version]
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def read(note: bytes, *, package: str) -> dict[str, list[Entry]]:
    """Return the entries of *package* in a note, by version."""
    found: dict[str, list[Entry]] = {}
    for line in note.decode("utf-8", "replace").splitlines():
        parsed = _parsed(line)
        if parsed is not None and parsed[0] == package:
            found.setdefault(parsed[1], []).append(parsed[2])
    return found


def accepted(note: bytes, *, package: str, commit: str, tagged: Callable[[str], str | None]) -> Accepted:
    """Return what counts of the note on *commit*; *tagged* gives the commit that a version's tag names.

    A tagged version's evidence counts on the tag's commit alone, and a seal only where it names this package, version
    and commit itself.
    """
    records, left_out = {}, []
    for version, entries in read(note, package=package).items():
        named = tagged(version)
        if named is not None and named != commit:
            left_out.append(f"evidence on {commit[:12]} is not about {package} {version}, which is {named[:12]}")
            continue
        good = [e for e in entries if e.step != SEAL or e.event != "done" or _seals(e, package, version, commit)]
        if len(good) < len(entries):
            left_out.append(f"a seal of {package} {version} on {commit[:12]} names something else")
        records[version] = good
    return Accepted(records, tuple(left_out))


def _seals(entry: Entry, package: str, version: str, commit: str) -> bool:
    said = entry.evidence
    return (said.get("package"), said.get("version"), said.get("commit")) == (package, version, commit)


def _parsed(line: str) -> tuple[str, str, Entry] | None:
    try:
        body: Any = json.loads(line)
        package, version = str(body.pop("package")), str(Version(body.pop("version")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    entry = entry_from_json(json.dumps(body))
    texts = () if entry is None else (entry.at, entry.run, entry.step, entry.subject, entry.line)
    return (package, version, entry) if entry is not None and all(isinstance(t, str) for t in texts) else None


def _moment(at: str) -> str:
    """Return a moment so that text compares as time does: seconds come before the fractions that follow them."""
    seconds, _, fraction = at.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{fraction:0<6}"
