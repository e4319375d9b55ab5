"""Evidence of another machine is believed for a reason: the forge's own word on the run that wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from releasegate.core.evidence.belief import CiOutcome, ci_run, condemned, must_be_believed, run_name, vouched
from releasegate.core.release.entry import SEAL, Entry, EntryEvent
from releasegate.core.release.taken_back import CELL, REVOKED

COMMIT, TAG, WORKFLOW = "a" * 40, "v1.0rc1", ".github/workflows/release.yml"
BEGAN, ENDED = "2026-01-01T10:00:00+00:00", "2026-01-01T11:00:00+00:00"
PASSED = CiOutcome("passed", COMMIT, WORKFLOW, "push", TAG, BEGAN, ENDED)
FAILED = replace(PASSED, verdict="failed")


def entry(
    step: str = SEAL, event: EntryEvent = "done", *, at: str = "2026-01-01T10:30:00.5Z", verdict: str = "pass"
) -> Entry:
    return Entry(at, "ci-7-ab12", step, event, "", step, verdict=verdict)


def believed(entry: Entry, outcome: CiOutcome) -> bool:
    return vouched(entry, outcome, commit=COMMIT, tag=TAG, workflow=WORKFLOW)


@pytest.mark.parametrize("at", ["2026-01-01T10:00:00.000001Z", "2026-01-01T11:00:00.999999+00:00"])
def test_what_a_run_of_the_tag_proved_while_it_ran_is_believed_where_it_passed(at: str) -> None:
    assert believed(entry(at=at), PASSED)
    assert believed(entry("e2e:staging"), replace(PASSED, event="release"))
    assert believed(entry(), replace(PASSED, workflow=f"{WORKFLOW}@refs/tags/{TAG}"))
    assert believed(entry(), replace(PASSED, workflow=f"release.yml@refs/tags/{TAG}"))


def test_what_condemns_is_believed_of_a_run_that_failed() -> None:
    assert believed(entry("e2e:staging", "failed", verdict="fail"), FAILED)
    assert believed(entry(CELL, verdict="fail"), FAILED)
    assert not believed(entry("e2e:staging", "failed", verdict="fail"), PASSED)
    assert not believed(entry("e2e:staging", "failed", verdict="unavailable"), FAILED)


@pytest.mark.parametrize(
    "other",
    [
        FAILED,
        replace(PASSED, verdict="none"),
        replace(PASSED, commit="b" * 40),
        replace(PASSED, commit=""),
        replace(PASSED, workflow=".github/workflows/other.yml"),
        replace(PASSED, workflow="elsewhere/release.yml"),
        replace(PASSED, workflow=""),
        replace(PASSED, tag="v1.0rc2"),
        replace(PASSED, event="workflow_dispatch"),
        replace(PASSED, event="schedule"),
        replace(PASSED, began="", ended=""),
        replace(PASSED, ended="2026-01-01T10:29:59+00:00"),
        replace(PASSED, began="2026-01-01T10:30:01+00:00"),
    ],
)
def test_a_seal_is_not_believed_of_any_other_run(other: CiOutcome) -> None:
    assert not believed(entry(), other)


RED = entry("e2e:staging", "failed", verdict="fail")
OF_FINAL = replace(FAILED, commit="b" * 40, tag="v1.0", event="release")
BY_PERSON = replace(FAILED, commit="b" * 40, tag="develop", event="workflow_dispatch")


def condemning(entry: Entry, outcome: CiOutcome) -> bool:
    tags = {"v1.0": "b" * 40}
    return condemned(entry, outcome, tags=tags, branch="develop".__eq__, workflow=WORKFLOW)


def test_what_a_finals_run_found_of_its_candidate_condemns_it_and_proves_nothing() -> None:
    for outcome in (OF_FINAL, replace(OF_FINAL, event="push"), BY_PERSON, replace(BY_PERSON, tag="refs/heads/develop")):
        assert condemning(RED, outcome)
        assert not believed(RED, outcome)
        assert not condemning(RED, replace(outcome, verdict="passed"))
        assert not condemning(entry(), replace(outcome, verdict="passed"))
        assert not condemning(entry(), outcome)
        assert not condemning(entry(event="waived"), outcome)


@pytest.mark.parametrize(
    "other",
    [
        replace(OF_FINAL, tag="v2.0"),
        replace(OF_FINAL, commit="c" * 40),
        replace(OF_FINAL, event="pull_request"),
        replace(OF_FINAL, workflow="release.yaml"),
        replace(OF_FINAL, began=""),
        replace(OF_FINAL, ended="2026-01-01T10:29:59+00:00"),
        replace(BY_PERSON, tag="feature"),
        replace(BY_PERSON, event="schedule"),
    ],
)
def test_any_other_run_condemns_nothing(other: CiOutcome) -> None:
    assert not condemning(RED, other)


@pytest.mark.parametrize("event", ["waived", REVOKED])
def test_no_run_waives_or_revokes(event: EntryEvent) -> None:
    assert not believed(entry(event=event), PASSED)
    assert not believed(entry(event=event), FAILED)


def test_a_run_of_ci_has_the_forges_number_in_its_name() -> None:
    assert run_name("ab12", ci="7") == "ci-7-ab12"
    assert run_name("ab12") == run_name("ab12", ci="seven") == "ab12"
    assert ci_run(entry()) == 7


@pytest.mark.parametrize(
    "name", ["ab12", "ci-7", "ci--ab12", "ci-7-xyz", "ci-7-ab12-1", f"ci-{'9' * 19}-ab12", "CI-7-ab12"]
)
def test_any_other_name_is_no_run_of_ci(name: str) -> None:
    assert ci_run(replace(entry(), run=name)) is None


def test_what_only_says_that_a_number_is_used_needs_no_reason() -> None:
    assert not must_be_believed(entry(event="started"))
    assert all(must_be_believed(entry(event=event)) for event in ("done", "failed", "waived", "revoked"))
