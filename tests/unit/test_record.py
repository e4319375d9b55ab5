"""What the replay of a version's entries says."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from releasegate.core.release.entry import Entry, EntryEvent, entry_from_json
from releasegate.core.release.record import Record, record


def entry(step: str, event: EntryEvent, *, subject: str = "one", kind: str = "work", verdict: str = "pass") -> Entry:
    """Return an entry."""
    return Entry("2026-11-01T00:00:00+00:00", "run", step, event, subject, step, kind=kind, verdict=verdict)


def failed(step: str, *, subject: str = "one", verdict: str = "fail") -> Entry:
    """Return a failure."""
    return entry(step, "failed", subject=subject, verdict=verdict)


def test_an_entry_is_one_line_that_reads_back_as_itself() -> None:
    written = Entry(
        "2026-01-01T00:00:00+00:00", "r1", "tag", "done", "über", "a\nb", kind="one-way", evidence={"tag": "v1", "n": 1}
    )
    line = written.to_json()
    assert "\n" not in line
    assert entry_from_json(line) == written


WHOLE: Mapping[str, object] = json.loads(entry("tag", "done").to_json())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        "[" * 100_000,
        json.dumps({**WHOLE, "event": "finished"}),
        json.dumps({**WHOLE, "evidence": []}),
        json.dumps({key: value for key, value in WHOLE.items() if key != "subject"}),
        entry("tag", "done").to_json()[:-1],
    ],
)
def test_a_torn_or_strange_line_is_no_entry(line: str) -> None:
    assert entry_from_json(line) is None


def test_a_key_that_is_not_known_is_left_out() -> None:
    assert entry_from_json(json.dumps({**WHOLE, "added later": 1})) == entry("tag", "done")


def test_an_entry_that_does_not_name_its_writer_counts_all_the_same() -> None:
    without = {key: value for key, value in WHOLE.items() if key != "releasegate"}
    assert entry_from_json(json.dumps(without)) == entry("tag", "done")


def test_an_empty_record_knows_nothing() -> None:
    empty = Record(())
    assert (empty.last("a"), empty.done("a", subject="one"), empty.waiver("a")) == (None, None, None)
    assert (empty.seal, empty.attempted, empty.failure) == (None, False, None)


def test_the_newest_entry_of_a_step_is_its_last() -> None:
    first, second = entry("a", "started"), entry("a", "done")
    assert record([first, second, entry("b", "done")]).last("a") is second


def test_a_waiver_is_not_the_last_entry_of_a_step() -> None:
    done = entry("a", "done")
    assert record([done, entry("a", "waived")]).last("a") is done


def test_a_proof_counts_only_for_its_subject() -> None:
    known = record([entry("a", "done", subject="one")])
    assert known.done("a", subject="one") is not None
    assert known.done("a", subject="two") is None


@pytest.mark.parametrize("event", ["started", "failed"])
def test_a_later_entry_takes_a_proof_back(event: EntryEvent) -> None:
    assert record([entry("a", "done"), entry("a", event)]).done("a", subject="one") is None


def test_a_proof_on_another_subject_takes_nothing_back() -> None:
    done = entry("a", "done")
    assert record([done, entry("a", "failed", subject="two")]).done("a", subject="one") is done


def test_the_newest_waiver_of_a_step_counts() -> None:
    newest = entry("a", "waived")
    assert record([entry("a", "waived"), newest, entry("b", "waived")]).waiver("a") is newest


def test_a_step_that_nobody_waived_has_no_waiver() -> None:
    assert record([entry("a", "waived"), entry("b", "done")]).waiver("b") is None


def test_a_version_is_sealed_by_its_seal_alone() -> None:
    seal = entry("seal", "done")
    assert record([entry("seal", "started"), entry("e2e", "done")]).seal is None
    assert record([seal]).seal is seal


@pytest.mark.parametrize(
    ("kind", "event", "so"),
    [
        ("one-way", "started", True),
        ("one-way", "done", False),
        ("one-way", "failed", False),
        ("work", "started", False),
    ],
)
def test_a_version_is_attempted_from_the_start_of_a_one_way_step(kind: str, event: EntryEvent, so: bool) -> None:  # noqa: FBT001 - a table
    assert record([entry("tag", event, kind=kind)]).attempted is so


def pushed(*outcomes: tuple[EntryEvent, str]) -> Record:
    """Return a record whose tag was begun, and came to this each time."""
    tries = (
        (entry("tag", "started", kind="one-way"), entry("tag", event, kind="one-way", verdict=verdict))
        for event, verdict in outcomes
    )
    return record([one for pair in tries for one in pair])


def test_what_the_remote_refused_as_a_whole_was_not_attempted() -> None:
    refused = pushed(("failed", "refused"))
    assert (refused.attempted, refused.pushed_back, refused.failure) == (False, True, None)
    unknown = pushed(("failed", "refused"), ("failed", "unavailable"))
    assert (unknown.attempted, unknown.pushed_back) == (True, False)
    gone_on = pushed(("failed", "refused"), ("done", "pass"))
    assert (gone_on.attempted, gone_on.pushed_back) == (True, False)
    # What was begun by another step stays so.
    uploading = entry("upload:staging", "started", kind="one-way")
    assert record([*pushed(("done", "pass")).entries, uploading, failed("upload:staging", verdict="refused")]).attempted
    assert (record([]).attempted, record([]).pushed_back) == (False, False)


def test_a_bad_verdict_is_a_failure() -> None:
    bad = failed("e2e")
    assert record([entry("e2e", "started"), bad, entry("clean", "failed", verdict="refused")]).failure is bad


@pytest.mark.parametrize("verdict", ["wait", "unavailable", "refused"])
def test_a_step_that_was_not_judged_is_no_failure(verdict: str) -> None:
    assert record([failed("e2e", verdict=verdict)]).failure is None


@pytest.mark.parametrize("subject", ["one", "two"])
def test_a_failure_is_over_once_its_step_has_passed_on_the_same_or_a_mended_subject(subject: str) -> None:
    assert record([failed("audit"), entry("audit", "done", subject=subject)]).failure is None


def test_a_failure_is_over_once_a_person_has_waived_its_step() -> None:
    assert record([failed("e2e"), entry("e2e", "waived")]).failure is None


def test_a_failure_after_a_pass_or_a_waiver_counts() -> None:
    bad = failed("e2e")
    assert record([entry("e2e", "waived"), entry("e2e", "done"), bad]).failure is bad


def test_an_older_failure_stays_though_a_newer_one_is_over() -> None:
    bad = failed("audit")
    assert record([bad, failed("e2e"), entry("e2e", "done")]).failure is bad


def test_a_new_start_does_not_end_a_failure() -> None:
    bad = failed("e2e")
    assert record([bad, entry("e2e", "started")]).failure is bad
