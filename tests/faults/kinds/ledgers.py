"""Records of any shape: lines that nobody wrote, torn files, entries twice and out of order."""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path
from random import Random

from packaging.version import Version

from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.evidence.merge import following, merge
from releasegate.core.release.entry import Entry, entry_from_json
from releasegate.core.release.record import record
from tests.faults.fault import SURVIVED, Fault, Verdict, marked, together
from tests.faults.kinds.bounds import understood
from tests.faults.mutation import NASTY, changed, damaged, torn
from tests.faults.stages import Bench

KIND = "ledger"
COUNT = 60
VERSION = Version("1.0.0rc1")
COMMIT = "1" * 40


def _entry(number: int, step: str, event: str, kind: str = "work", verdict: str = "pass") -> Entry:
    evidence = {"files": {"a.whl": "0" * 64}, "commit": COMMIT, "package": "tiny-api", "version": str(VERSION)}
    at = f"2026-01-01T00:00:{number:02}.000000+00:00"
    return Entry(at, "r1", step, event, COMMIT, step, kind, verdict, evidence)  # type: ignore[arg-type]


GOOD = (
    *(_entry(1, "build", "started", "guard"), _entry(2, "build", "done", "guard")),
    *(_entry(3, "tag", "started", "one-way"), _entry(4, "tag", "done", "one-way")),
    *(_entry(5, "e2e:staging", "started"), _entry(6, "e2e:staging", "done")),
    *(_entry(7, "seal", "started"), _entry(8, "seal", "done")),
)
FAILED = (*GOOD[:5], _entry(6, "e2e:staging", "failed", verdict="fail"))


def faults(seed: int) -> tuple[Fault, ...]:
    """Return lines with other values, torn lines, files that end anywhere or are damaged, and replayed entries."""
    ways = {"values": values, "text": text, "cut": cut, "damaged": bits, "replayed": replayed}
    found = [Fault(KIND, f"{name} {number}", seed, way) for name, way in ways.items() for number in range(COUNT)]
    found += [Fault(KIND, f"nasty {number}", seed, partial(nasty, number=number)) for number in range(len(NASTY))]
    return tuple(found)


def values(_: Bench, chance: Random) -> Verdict:
    """Read a line with another value somewhere."""
    return line(json.dumps(changed(json.loads(chance.choice(GOOD).to_json()), chance)))


def text(_: Bench, chance: Random) -> Verdict:
    """Read a torn line."""
    return line(torn(chance.choice(GOOD).to_json(), chance))


def nasty(_: Bench, __: Random, *, number: int) -> Verdict:
    """Read what is no line, and no file, of a ledger."""
    return together(line(NASTY[number].decode(errors="replace")), file(NASTY[number]))


def cut(_: Bench, chance: Random) -> Verdict:
    """Read a record that ends at any byte: what is whole of it counts, and nothing else."""
    data = _written(GOOD)
    data = data[: chance.randrange(len(data))]
    whole = GOOD[: data.count(b"\n")]
    read = _read(data)
    if read not in (whole, GOOD[: len(whole) + 1]):
        return marked("lost", f"of {len(whole)} whole entries {len(read)} were read")
    if record(read).seal is not None and len(read) < len(GOOD):
        return marked("green", "a torn seal counts")
    return line(data.decode(errors="replace"))


def bits(_: Bench, chance: Random) -> Verdict:
    """Read a damaged record."""
    return file(damaged(_written(chance.choice([GOOD, FAILED])), chance))


def replayed(_: Bench, chance: Random) -> Verdict:
    """Merge a record with parts of itself, in any order: it says what it said."""
    good = chance.choice([GOOD, FAILED])
    parts = [chance.sample(good, chance.randrange(len(good))) for _ in range(3)]
    merged = merge(good, *(sorted(part, key=lambda each: each.at) for part in parts))
    if merged != good:
        return marked("lost", f"a record that is merged with parts of itself is another: {len(merged)} entries")
    if (record(merged).seal is None) != (good is FAILED):
        return marked("green", "a failed record is sealed by its own past")
    return SURVIVED


def line(read: str) -> Verdict:
    """Do with a line all that is done with ledgers."""
    found = entry_from_json(read)
    if found is None:
        return SURVIVED

    def ask() -> object:
        entries = merge([found, GOOD[-1]], [GOOD[-1]])
        said = record(entries)
        found.to_json()
        last = said.last(found.step, subject=found.subject)
        return said.seal, said.failure, said.attempted, said.pushed_back, last, following(entries, GOOD[0].at)

    return understood(ask)


def file(data: bytes) -> Verdict:
    """Read a record's file, and add to it."""

    def ask() -> object:
        said = record(_read(data, GOOD[0]))
        return said.seal, said.failure, said.attempted, said.pushed_back

    return understood(ask)


def _written(entries: tuple[Entry, ...]) -> bytes:
    return "".join(f"{entry.to_json()}\n" for entry in entries).encode()


def _read(data: bytes, *more: Entry) -> tuple[Entry, ...]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{VERSION}.jsonl").write_bytes(data)
        ledger = FileLedger(Path(folder))
        for entry in more:
            ledger.append(VERSION, entry)
        return ledger.read(VERSION)
