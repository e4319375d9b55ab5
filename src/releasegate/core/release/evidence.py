"""Evidence that travels: a version's record as a note on its commit, and what of another machine's note counts.

A note is JSON lines: each is an entry of the ledger with ``package`` and ``version`` beside its own keys. Notes are
untrusted input: a line that is no entry, or about another package, version or commit, counts for nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from releasegate.core.release.record import SEAL, Entry, entry_from_json
from releasegate.core.release.versions import parse_version

Records = Mapping[Version, Sequence[Entry]]
"""Entries by version, each version's oldest first."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", re.ASCII)


@dataclass(frozen=True)
class LeftOut:
    """What does not count of a note: *entries* of *version*, and in a sentence why not."""

    version: Version
    entries: tuple[Entry, ...]
    why: str


@dataclass(frozen=True)
class Accepted:
    """What counts of a note, by version, and what does not."""

    records: Records
    left_out: tuple[LeftOut, ...] = ()


def merge(*records: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return every entry of every record once, in the order of time; entries of one run stay in their order.

    The result does not depend on the order of the arguments, and merging it again changes nothing. Entries of one run
    that share a moment are an old record's: theirs is the order of the record that has most of the run.
    """
    ranked: dict[str, tuple[tuple[str, str, int], Entry]] = {}
    for one in records:
        newest: dict[str, tuple[str, int]] = {}
        for line, entry in {entry.to_json(): entry for entry in one}.items():
            before, number = newest.get(entry.run, ("", 0))
            # A clock that was set back does not turn its own run around.
            moment = max(_moment(entry.at), before)
            newest[entry.run] = (moment, number + 1 if moment == before else 0)
            rank = (moment, entry.run, newest[entry.run][1])
            ranked[line] = max((rank, entry), ranked.get(line, (rank, entry)), key=lambda pair: pair[0])
    return tuple(entry for _, (_, entry) in sorted(ranked.items(), key=lambda item: (item[1][0], item[0])))


def following(entries: Iterable[Entry], now: str) -> str:
    """Return *now* where it comes after all *entries*, else the first moment that does; in ISO 8601, UTC.

    What is written with a record in view sorts after it, also where the writer's clock is behind.
    """
    last = max((_moment(entry.at) for entry in entries), default="")
    if _moment(now) > last:
        return now
    seconds, _, fraction = last.partition(".")
    head = fraction.rstrip("9")
    nines = len(fraction) - len(head)
    # After .999999 comes .999999000001: more digits need no calendar.
    after = f"{head[:-1]}{int(head[-1]) + 1}{'0' * nines}" if head else f"{fraction}000001"
    return f"{seconds}.{after}+00:00"


def note_line(package: str, version: Version, entry: Entry) -> str:
    """Return an entry as a line of a note, without the line's end."""
    return json.dumps({**vars(entry), "package": package, "version": str(version)}, sort_keys=True)


def write(package: str, records: Records) -> bytes:
    """Return *records* as the bytes of a note."""
    lines = [note_line(package, version, entry) for version in sorted(records) for entry in records[version]]
    return "".join(f"{line}\n" for line in lines).encode()


def read(note: bytes, *, package: str) -> dict[Version, list[Entry]]:
    """Return the entries of *package* in a note, by version."""
    found: dict[Version, list[Entry]] = {}
    for line in note.decode("utf-8", "replace").splitlines():
        parsed = _parsed(line)
        if parsed is not None and parsed[0] == package:
            found.setdefault(parsed[1], []).append(parsed[2])
    return found


def accepted(note: bytes, *, package: str, commit: str, tagged: Callable[[Version], str | None]) -> Accepted:
    """Return what counts of the note on *commit*; *tagged* gives the commit that a version's tag names.

    A tagged version's evidence counts on the tag's commit alone, and a seal only where it names this package, version
    and commit itself.
    """
    records, left_out = {}, []
    for version, entries in read(note, package=package).items():
        named = tagged(version)
        if named is not None and named != commit:
            why = f"evidence on {commit[:12]} is not about {package} {version}, which is {named[:12]}"
            left_out.append(LeftOut(version, tuple(entries), why))
            continue
        bad = [e for e in entries if e.step == SEAL and e.event == "done" and not _seals(e, package, version, commit)]
        if bad:
            why = f"a seal of {package} {version} on {commit[:12]} names something else"
            left_out.append(LeftOut(version, tuple(bad), why))
        records[version] = [e for e in entries if e not in bad]
    return Accepted(records, tuple(left_out))


def _seals(entry: Entry, package: str, version: Version, commit: str) -> bool:
    said = entry.evidence
    return (said.get("package"), said.get("version"), said.get("commit")) == (package, str(version), commit)


def _parsed(line: str) -> tuple[str, Version, Entry] | None:
    try:
        body: Any = json.loads(line)
        package, version = str(body.pop("package")), parse_version(body.pop("version"))
        entry = entry_from_json(json.dumps(body))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (package, version, entry) if version is not None and entry is not None and _sound(entry) else None


def _sound(entry: Entry) -> bool:
    texts = (entry.at, entry.run, entry.step, entry.subject, entry.line, entry.kind, entry.verdict, entry.releasegate)
    return all(isinstance(text, str) for text in texts) and _MOMENT.fullmatch(entry.at) is not None


def _moment(at: str) -> str:
    """Return a moment so that text compares as time does: seconds come before the fractions that follow them."""
    seconds, _, fraction = at.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{fraction:0<6}"
