"""The writer writes every entry, and each says what happened, when, in which run, and by which releasegate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeClock
from packaging.version import Version
from release_fixture import ALONE, ReleaseFixture

from releasegate.adapters.ledger.memory import MemoryLedger
from releasegate.core.release.entry import Entry
from releasegate.ledger_writer import LedgerWriter, Waiver
from releasegate.steps.audit import Audit
from releasegate.steps.source import Clean
from releasegate.steps.step import Step

VERSION = Version("1.0rc1")
WAIVER = Waiver("e2e:staging", "Ada", "the host is down")


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return Clean(ReleaseFixture(tmp_path, app=ALONE).release("1.0rc1"))


def writer(*ledgers: MemoryLedger, passed: float = 0.0) -> LedgerWriter:
    """Return the writer of one run, whose first ledger is the app's and whose second is its companion's."""
    named = dict(zip((ALONE.name, "sample-core"), ledgers, strict=False))
    return LedgerWriter(named.__getitem__, FakeClock(passed), "run7", "9.9")


def test_what_happened_to_a_step_is_written_whole(ledger: MemoryLedger, step: Step) -> None:
    writer(ledger).step(step, "failed", verdict="refused", evidence={"problem": "It is dirty."})
    assert ledger.read(VERSION) == (
        Entry(
            at="2026-01-01T00:00:00.000000+00:00",
            run="run7",
            step="clean",
            event="failed",
            subject="0" * 40,
            line="the work tree of sample-app is clean and on develop",
            kind="guard",
            verdict="refused",
            evidence={"problem": "It is dirty."},
            releasegate="9.9",
        ),
    )


def test_a_step_that_says_nothing_more_has_passed_without_evidence(ledger: MemoryLedger, step: Step) -> None:
    writer(ledger).step(step, "started")
    (entry,) = ledger.read(VERSION)
    assert (entry.verdict, entry.evidence) == ("pass", {})


def test_a_step_whose_subject_cannot_be_told_is_written_without_one(ledger: MemoryLedger, tmp_path: Path) -> None:
    # Nothing is built, so that there are no bytes that an audit would be about.
    writer(ledger).step(Audit(ReleaseFixture(tmp_path).release("1.0rc1")), "failed", verdict="refused")
    (entry,) = ledger.read(VERSION)
    assert (entry.step, entry.subject, entry.verdict) == ("audit", "", "refused")


def test_a_waiver_names_its_person_its_reason_and_no_subject(ledger: MemoryLedger) -> None:
    entry = writer(ledger).waived("sample-app", VERSION, WAIVER)
    assert ledger.read(VERSION) == (entry,)
    assert (entry.step, entry.event, entry.subject, entry.verdict) == ("e2e:staging", "waived", "", "waived")
    assert entry.line == "e2e:staging is waived by Ada: the host is down"
    assert entry.evidence == {"by": "Ada", "reason": "the host is down"}


def test_a_persons_word_against_a_proof_names_them_and_the_reason(ledger: MemoryLedger) -> None:
    entry = writer(ledger).revoked("sample-app", VERSION, by="Ada", reason="it loses rows")
    assert ledger.read(VERSION) == ledger.believed(VERSION) == (entry,)
    assert (entry.step, entry.event, entry.subject, entry.verdict) == ("revoked", "revoked", "", "revoked")
    assert entry.line == f"{VERSION} is revoked by Ada: it loses rows"
    assert entry.evidence == {"by": "Ada", "reason": "it loses rows"}


def test_what_was_found_outside_of_a_pipeline_is_done_with_its_own_verdict(ledger: MemoryLedger) -> None:
    said = {"verdict": "fail", "evidence": {"cell": "one"}}
    entry = writer(ledger).found("sample-app", VERSION, step="e2e:cell", subject="bytes", line="one: fail", **said)
    assert ledger.read(VERSION) == (entry,)
    assert (entry.step, entry.event, entry.subject, entry.line) == ("e2e:cell", "done", "bytes", "one: fail")
    assert (entry.verdict, entry.evidence) == ("fail", {"cell": "one"})


Writer = Callable[[LedgerWriter, Step], object]
WRITERS: dict[str, Writer] = {
    "step": lambda writer, step: writer.step(step, "done"),
    "waived": lambda writer, _: writer.waived("sample-app", VERSION, WAIVER),
    "revoked": lambda writer, _: writer.revoked("sample-app", VERSION, by="Ada", reason="it loses rows"),
    "found": lambda writer, _: writer.found("sample-app", VERSION, step="e2e:cell", subject="", line="one"),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_entry_names_its_run_and_the_releasegate_that_wrote_it(
    ledger: MemoryLedger, step: Step, write: Writer
) -> None:
    write(writer(ledger), step)
    (entry,) = ledger.read(VERSION)
    assert (entry.run, entry.releasegate) == ("run7", "9.9")


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_entry_follows_what_is_there_also_where_the_clock_is_behind(
    ledger: MemoryLedger, step: Step, write: Writer
) -> None:
    ahead = replace(writer(MemoryLedger()).waived("sample-app", VERSION, WAIVER), at="2026-01-01T00:05:00+00:00")
    ledger.append(VERSION, ahead)
    write(writer(ledger), step)
    write(writer(ledger, passed=600), step)
    assert [entry.at for entry in ledger.read(VERSION)[1:]] == [
        "2026-01-01T00:05:00.000001+00:00",
        "2026-01-01T00:10:00.000000+00:00",
    ]


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_entry_is_in_the_ledger_of_its_own_package_and_version(
    ledger: MemoryLedger, step: Step, write: Writer
) -> None:
    other = MemoryLedger()
    write(writer(ledger, other), step)
    assert ledger.versions() == (VERSION,)
    assert other.versions() == ()


def test_the_record_of_a_version_is_what_was_written_of_it(ledger: MemoryLedger) -> None:
    kept = writer(ledger)
    assert kept.record("sample-app", VERSION).entries == ()
    entry = kept.waived("sample-app", VERSION, WAIVER)
    assert kept.record("sample-app", VERSION).waiver("e2e:staging") == entry
    assert kept.record("sample-app", Version("1.0")).entries == ()
