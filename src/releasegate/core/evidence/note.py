"""Evidence that travels: a version's record as a note on its commit, and what of another machine's note counts.

A note is JSON lines: each is an entry of the ledger with ``package`` and ``version`` beside its own keys, or a
statement that signs entries. Notes are untrusted input: a line that is neither, or about another package, version or
commit, from the future or of a version that is out of reach, counts for nothing; what is left out is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from typing import Any

from packaging.version import Version

from releasegate.core.evidence.merge import moment
from releasegate.core.evidence.shapes import is_sound
from releasegate.core.evidence.signed_entries import Statement, statement_from
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import SEAL, Entry, entry_from
from releasegate.core.release.versions import parse_version

Records = Mapping[Version, Sequence[Entry]]
"""Entries by version, each version's oldest first."""

_REACH = 10
"""How far a number of a version may be above all that tags and version files name: whoever goes further tags first."""

_REMEMBERED = 512
"""How many lines are remembered as they were read: a run asks for the same record before and after each step."""


@dataclass(frozen=True)
class Note:
    """What a note holds of one package: entries by version, statements, and how many lines are neither."""

    records: dict[Version, list[Entry]]
    statements: tuple[Statement, ...] = ()
    malformed: int = 0


@dataclass(frozen=True)
class LeftOut:
    """What does not count of a note, in a sentence; *entries* of *version*, where it is any."""

    why: str
    version: Version | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """What counts of a note, by version, and what does not."""

    records: Records
    left_out: tuple[LeftOut, ...] = ()
    statements: Mapping[Version, Sequence[Statement]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What evidence must fit: ``tagged`` gives the commit that a version's tag names, ``versions`` are those in view.

    What is written after ``until``, a moment in ISO 8601, is from the future.
    """

    tagged: Callable[[Version], str | None]
    versions: Collection[Version]
    until: str


def note_line(package: str, version: Version, entry: Entry) -> str:
    """Return an entry as a line of a note, without the line's end."""
    return json.dumps({**vars(entry), "package": package, "version": str(version)}, sort_keys=True)


def write(package: str, records: Records, statements: Iterable[Statement] = ()) -> bytes:
    """Return *records* and *statements* as the bytes of a note."""
    lines = [note_line(package, version, entry) for version in sorted(records) for entry in records[version]]
    lines += sorted({each.to_json() for each in statements})
    return "".join(f"{line}\n" for line in lines).encode()


def parse(note: bytes, *, package: str) -> Note:
    """Return what a note holds of *package*; lines of another package are counted with those that are nothing."""
    records: dict[Version, list[Entry]] = {}
    statements: list[Statement] = []
    malformed = 0
    for line in filter(str.strip, note.decode("utf-8", "replace").split("\n")):
        said = _said(line)
        if isinstance(said, Statement) and said.package == package:
            statements.append(said)
        elif isinstance(said, tuple) and said[0] == package:
            records.setdefault(said[1], []).append(said[2])
        else:
            malformed += 1
    return Note(records, tuple(dict.fromkeys(statements)), malformed)


def read(note: bytes, *, package: str) -> dict[Version, list[Entry]]:
    """Return the entries of *package* in a note, by version."""
    return parse(note, package=package).records


def accepted(note: bytes, *, package: str, commit: str, known: Known) -> Accepted:
    """Return what counts of the note on *commit*.

    A tagged version's evidence counts on the tag's commit alone, and a seal only where it names this package, version
    and commit itself.
    """
    parsed = parse(note, package=package)
    records: dict[Version, list[Entry]] = {}
    left_out = []
    where = f"in the note on {commit[:12]}"
    if parsed.malformed:
        count = f"{parsed.malformed} lines are" if parsed.malformed > 1 else "1 line is"
        left_out.append(LeftOut(f"{count} no evidence of {package} {where}"))
    for version, entries in parsed.records.items():
        named = known.tagged(version)
        if named is not None and named != commit:
            why = f"evidence on {commit[:12]} is not about {package} {version}, which is {named[:12]}"
            left_out.append(LeftOut(why, version, tuple(entries)))
            continue
        if named is None and not within_reach(version, known.versions):
            why = f"evidence {where} is about a version of {package} that is out of reach ({str(version)[:40]})"
            left_out.append(LeftOut(why, version, tuple(entries)))
            continue
        records[version] = []
        for entry in entries:
            if moment(entry.at) > moment(known.until):
                why = f"evidence of {package} {version} {where} is from the future ({entry.at[:19]})"
            elif entry.step == SEAL and entry.event == "done" and not _seals(entry, package, version, commit):
                why = f"a seal of {package} {version} on {commit[:12]} names something else"
            else:
                records[version].append(entry)
                continue
            left_out.append(LeftOut(why, version, (entry,)))
    own = [each for each in parsed.statements if each.commit == commit]
    signed = {version: [each for each in own if each.version == str(version)] for version in records}
    return Accepted(records, tuple(left_out), signed)


def within_reach(version: Version, known: Collection[Version]) -> bool:
    """Whether no number of *version* is far above every number that stands in its place in a *known* version."""
    most = [max(place) for place in zip(*(_numbers(each, version) for each in known), strict=True)]
    numbers = _numbers(version, version)
    return all(number <= top + _REACH for number, top in zip(numbers, most or [0] * len(numbers), strict=True))


def _numbers(version: Version, like: Version) -> tuple[int, ...]:
    """Return the numbers of a version, as many of its release as *like* has."""
    count = len(like.release)
    release = (version.release + (0,) * count)[:count]
    pre = version.pre[1] if version.pre is not None else 0
    return (version.epoch, *release, pre, version.post or 0, version.dev or 0)


def _seals(entry: Entry, package: str, version: Version, commit: str) -> bool:
    said = entry.evidence
    return (said.get("package"), said.get("version"), said.get("commit")) == (package, str(version), commit)


@lru_cache(maxsize=_REMEMBERED)
def _said(line: str) -> Statement | tuple[str, Version, Entry] | None:
    """Return what a line says; ``None`` for one that is neither a statement nor an entry, or nested without end."""
    try:
        body = json.loads(line)
        return statement_from(body) or _entry(body)
    except (ValueError, RecursionError):
        return None


def _entry(body: Any) -> tuple[str, Version, Entry] | None:
    if not isinstance(body, dict):
        return None
    package, version = body.get("package"), parse_version(body.get("version"))
    entry = entry_from(body)
    sound = isinstance(package, str) and version is not None and entry is not None and is_sound(entry)
    return (package, version, entry) if sound else None  # type: ignore[return-value]
