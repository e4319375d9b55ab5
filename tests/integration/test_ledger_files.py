"""The ledger keeps every entry that it said it kept, whenever the run that wrote it died."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.version import Version

from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.errors import Unavailable
from releasegate.core.release.entry import Entry

APPEND_FOREVER = """
import sys
from pathlib import Path
from packaging.version import Version
from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.release.entry import Entry
ledger = FileLedger(Path(sys.argv[1]))
number = 0
while True:
    ledger.append(Version("1.0"), Entry("2026-01-01T00:00:00+00:00", "run", "step", "done", str(number), "x" * 3000))
    print(number, flush=True)
    number += 1
"""
HOLD = """
import sys, time
from pathlib import Path
from releasegate.adapters.ledger.files import FileLedger
with FileLedger(Path(sys.argv[1])).locked():
    print("locked", flush=True)
    time.sleep(60)
"""


def entry(subject: str) -> Entry:
    return Entry("2026-01-01T00:00:00Z", "run", "build", "done", subject, "built", evidence={"files": ["ä", 1]})


@contextmanager
def child(script: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger" / "harbor-api")


def test_entries_are_read_in_the_order_in_which_they_were_added(ledger: FileLedger) -> None:
    assert ledger.read(Version("1.0")) == ()
    ledger.append(Version("1.0"), entry("a"))
    ledger.append(Version("1.0"), entry("b"))
    assert ledger.read(Version("1.0")) == (entry("a"), entry("b"))


def test_one_entry_is_one_line_that_is_only_added_to(ledger: FileLedger) -> None:
    ledger.append(Version("1.0"), entry("a"))
    before = (ledger.folder / "1.0.jsonl").read_bytes()
    ledger.append(Version("1.0"), entry("two\nlines"))
    after = (ledger.folder / "1.0.jsonl").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 2


def test_versions_are_apart_and_sorted_as_versions(ledger: FileLedger) -> None:
    assert ledger.versions() == ()
    for version in ("1.10", "1.9", "1.10rc1", "1!0.1"):
        ledger.append(Version(version), entry(version))
    (ledger.folder / "notes.jsonl").write_text("not a version\n")
    assert ledger.versions() == tuple(map(Version, ("1.9", "1.10rc1", "1.10", "1!0.1")))
    assert ledger.read(Version("1.9")) == (entry("1.9"),)


def test_spellings_of_a_version_share_a_record(ledger: FileLedger) -> None:
    ledger.append(Version("V1.0-RC1"), entry("a"))
    assert ledger.versions() == (Version("1.0rc1"),)
    assert ledger.read(Version("1.0rc1")) == (entry("a"),)


@pytest.mark.parametrize("version", ["1!2.0a1.post3.dev4+lo-cal.5", " v1.0-RC_1 ", f"1.{'9' * 100}"])
def test_every_spelling_of_a_version_stays_in_the_folder(ledger: FileLedger, version: str) -> None:
    ledger.append(Version(version), entry("a"))
    (path,) = ledger.folder.iterdir()
    assert (path.parent, path.name) == (ledger.folder, f"{Version(version)}.jsonl")
    assert ledger.versions() == (Version(version),)


def test_a_line_torn_at_any_byte_costs_that_line_alone(ledger: FileLedger) -> None:
    ledger.append(Version("1.0"), entry("a"))
    path = ledger.folder / "1.0.jsonl"
    whole = path.read_bytes()
    torn = entry("ä" * 3).to_json().encode()
    for end in range(1, len(torn)):
        path.write_bytes(whole + torn[:end])
        assert ledger.read(Version("1.0")) == (entry("a"),)
        ledger.append(Version("1.0"), entry("b"))
        assert ledger.read(Version("1.0")) == (entry("a"), entry("b"))


def test_a_line_that_lost_only_its_end_counts(ledger: FileLedger) -> None:
    ledger.append(Version("1.0"), entry("a"))
    path = ledger.folder / "1.0.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    ledger.append(Version("1.0"), entry("b"))
    assert ledger.read(Version("1.0")) == (entry("a"), entry("b"))


def test_a_run_killed_before_its_first_byte_leaves_an_empty_record(ledger: FileLedger) -> None:
    ledger.folder.mkdir(parents=True)
    (ledger.folder / "1.0.jsonl").touch()
    assert ledger.read(Version("1.0")) == ()
    ledger.append(Version("1.0"), entry("a"))
    assert (ledger.folder / "1.0.jsonl").read_bytes().count(b"\n") == 1


def test_lines_that_are_no_entries_are_left_out(ledger: FileLedger) -> None:
    ledger.append(Version("1.0"), entry("a"))
    with (ledger.folder / "1.0.jsonl").open("ab") as stream:
        stream.write(b'\n[]\n{"event": "done"}\n\xff\xfe\n\0\0\0\n')
    ledger.append(Version("1.0"), entry("b"))
    assert ledger.read(Version("1.0")) == (entry("a"), entry("b"))


def test_an_odd_file_name_in_the_evidence_survives(ledger: FileLedger) -> None:
    odd = os.fsdecode(b"\xff.txt")
    ledger.append(Version("1.0"), entry(odd))
    assert ledger.read(Version("1.0")) == (entry(odd),)


def test_a_run_killed_while_it_appends_loses_nothing_that_was_kept(ledger: FileLedger) -> None:
    for _ in range(3):
        before = len(ledger.read(Version("1.0")))
        with child(APPEND_FOREVER, ledger.folder) as process:
            assert process.stdout is not None
            kept = [int(process.stdout.readline()) for _ in range(20)][-1]
            process.kill()
        found = [int(e.subject) for e in ledger.read(Version("1.0"))[before:]]
        assert found == list(range(len(found)))
        assert found[-1] >= kept
        ledger.append(Version("1.0"), entry("-1"))
        assert ledger.read(Version("1.0"))[-1] == entry("-1")


def test_a_second_run_is_refused_while_the_first_lasts(ledger: FileLedger) -> None:
    with ledger.locked(), pytest.raises(Unavailable, match=r"^Another run is releasing harbor-api\."), ledger.locked():
        pass
    with ledger.locked():
        pass


def test_packages_do_not_lock_each_other(ledger: FileLedger) -> None:
    with ledger.locked(), FileLedger(ledger.folder.with_name("harbor-plugin")).locked():
        pass


def test_the_lock_of_a_killed_run_is_free(ledger: FileLedger) -> None:
    with child(HOLD, ledger.folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(Unavailable), ledger.locked():
            pass
        process.kill()
        process.wait()
        started = time.monotonic()
        with ledger.locked():
            assert time.monotonic() - started < 5


def test_a_ledger_that_cannot_be_used_says_so(ledger: FileLedger) -> None:
    ledger.folder.parent.mkdir()
    ledger.folder.write_text("a file is in the way")
    with pytest.raises(Unavailable, match="cannot be used"):
        ledger.append(Version("1.0"), entry("a"))
    with pytest.raises(Unavailable, match="cannot be used"):
        ledger.read(Version("1.0"))
    with pytest.raises(Unavailable, match="cannot be used"), ledger.locked():
        pass
