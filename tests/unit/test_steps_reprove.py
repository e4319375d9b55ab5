"""A candidate that others proved and whose proof is not believed is proven again, on the bytes that are served."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version
from release_fixture import APP, CORE, ReleaseFixture, entry

from releasegate.app.release import asked_again
from releasegate.core.ci.part import Part
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.taken_back import REVOKED
from releasegate.engine import Engine, Outcome
from releasegate.ledger_writer import LedgerWriter
from releasegate.pipelines import FINAL, REPROOF, bind
from releasegate.steps.candidate import CandidateProven
from releasegate.steps.preflight.doctor_questions import QUESTIONS
from releasegate.steps.preflight.question import Inquiry
from releasegate.steps.prove import PairProven
from releasegate.steps.release import Release
from releasegate.steps.reprove import ASKED_AGAIN, SealAgain, ServedFiles
from releasegate.steps.step import Step

RC = Version("1.0rc1")
AT = "2026-01-01T00:00:0{}Z"


class Watcher:
    """Keeps how each step ended."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str]] = []

    def begins(self, step: Step) -> None:
        """Leave it out."""

    def ends(self, outcome: Outcome) -> None:
        """Keep the outcome."""
        self.ended.append((outcome.step.key, outcome.how))


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    """Return a project whose candidate is proven by others, whom nobody believes."""
    fixture = ReleaseFixture(tmp_path)
    fixture.publish_core("2.0", on=fixture.production)
    fixture.proven("1.0rc1")
    fixture.ledger.doubted = {"run"}
    return fixture


def final(fixture: ReleaseFixture) -> Release:
    return fixture.release("1.0", candidate="1.0rc1")


def again(fixture: ReleaseFixture) -> tuple[Step, ...]:
    steps = bind(FINAL, final(fixture), again=True)
    return tuple(step for step in steps if step.release.version == RC)


def run(fixture: ReleaseFixture, *steps: Step) -> list[tuple[str, str]]:
    watch = Watcher()
    Engine(LedgerWriter(fixture.ledger_of, fixture.clock, "here", "9.9"), watch, lambda _: True).run(steps)
    return watch.ended


def test_what_runs_a_candidate_is_asked_again_before_its_final_begins(fixture: ReleaseFixture) -> None:
    keys = [step.key for step in bind(FINAL, final(fixture), again=True)]
    place = keys.index(CandidateProven.key)
    assert keys[place - len(REPROOF) : place] == [*ASKED_AGAIN, SEAL]
    assert SEAL not in [step.key for step in bind(FINAL, final(fixture))][:-1]
    assert all(step.release.strict for step in bind(FINAL, final(fixture), again=True))


def test_a_doubted_candidate_is_refused_and_is_proven_once_it_is_run_here(fixture: ReleaseFixture) -> None:
    assert final(fixture).doubted()
    with pytest.raises(Refused, match="is not proven here"):
        CandidateProven(final(fixture)).run()
    assert run(fixture, *again(fixture)) == [(key, "done") for key in (*ASKED_AGAIN, SEAL)]
    assert not final(fixture).doubted()
    seal = final(fixture).candidate_seal()
    assert seal.evidence["files"] == {f.filename: f.sha256 for f in fixture.staging.files(APP.name)}
    assert seal.evidence["commit"] == fixture.repository.tags()["v1.0rc1"]
    assert seal.evidence["companions"][0]["version"] == "2.0"
    assert CandidateProven(final(fixture)).run()["candidate"] == "1.0rc1"
    assert {how for _, how in run(fixture, *again(fixture))} == {"remembered"}


def test_what_is_believed_already_is_not_asked_again(fixture: ReleaseFixture) -> None:
    subject = ServedFiles().subject(fixture.release("1.0rc1"))
    passed = replace(entry("install:staging", subject=subject), run="believed")
    fixture.ledger.append(RC, passed)
    assert run(fixture, *again(fixture))[0] == ("install:staging", "remembered")


def test_a_gate_that_fails_now_stops_the_final(fixture: ReleaseFixture) -> None:
    fixture.runner.broken.add(("1.0rc1", "2.0"))
    with pytest.raises(GateFailed, match="fails end to end"):
        run(fixture, *again(fixture))
    assert final(fixture).doubted()


def test_a_waiver_of_somebody_who_is_not_believed_is_none(fixture: ReleaseFixture) -> None:
    fixture.runner.broken.add(("1.0rc1", "2.0"))
    word = replace(entry("e2e:staging", evidence={"by": "Ada", "reason": "none"}), event="waived")
    fixture.ledger.append(RC, word)
    with pytest.raises(GateFailed):
        run(fixture, *again(fixture))
    for gate in ("e2e:staging", "e2e:today"):
        fixture.ledger.append(RC, replace(word, step=gate, run="here"))
    run(fixture, *again(fixture))
    assert final(fixture).candidate_seal().evidence["companions"] == []


def test_nobody_seals_what_nobody_who_is_believed_judged(fixture: ReleaseFixture) -> None:
    with pytest.raises(GateFailed, match=r"Nobody who is believed judged 1\.0rc1 by install:staging"):
        again(fixture)[-1].run()


def test_what_the_index_does_not_serve_any_more_cannot_be_run(fixture: ReleaseFixture) -> None:
    fixture.staging.held.clear()
    with pytest.raises(Refused, match=r"does not serve sample-app 1\.0rc1 any more"):
        run(fixture, *again(fixture))


def test_a_candidate_without_a_tag_is_of_no_commit(fixture: ReleaseFixture) -> None:
    release = replace(fixture.release("1.0rc1"), strict=True)
    for key in ASKED_AGAIN:
        fixture.ledger.append(RC, replace(entry(key, subject=ServedFiles().subject(release)), run="here"))
    fixture.repository.local.clear()
    fixture.repository.remote.clear()
    with pytest.raises(Refused, match="has no tag"):
        SealAgain(release).run()
    assert ServedFiles().name_in(release) == "testpypi"


def test_a_proof_that_is_taken_back_is_said_with_its_reason_and_what_to_do(fixture: ReleaseFixture) -> None:
    fixture.ledger.doubted = set()
    line = "1.0rc1 is revoked by Ada: it loses rows"
    fixture.ledger.append(RC, Entry(AT.format(9), "here", REVOKED, REVOKED, "", line))
    with pytest.raises(Refused, match=f"is not proven any more: {line}") as refusal:
        CandidateProven(final(fixture)).run()
    assert refusal.value.hint == "Run it again: invoke release --rc --package sample-app"


def test_the_plan_says_which_gates_and_how_long_they_took(fixture: ReleaseFixture) -> None:
    subject = ServedFiles().subject(fixture.release("1.0rc1"))
    begun = Entry(AT.format(1), "run", "install:staging", "started", subject, "x")
    fixture.ledger.append(RC, begun)
    fixture.ledger.append(RC, replace(begun, at="2026-01-01T00:10:01Z", event="done"))
    said = asked_again(fixture.ledger, RC)
    assert said.startswith("1.0rc1 is proven by others, and neither a key that the repository names nor the forge")
    assert said.endswith("install:staging, e2e:staging, e2e:today are asked again (about 10 min last time)")
    fixture.ledger.append(RC, replace(begun, run="here", event="done"))
    fixture.ledger.append(RC, replace(begun, step="e2e:staging", event="waived"))
    said = asked_again(fixture.ledger, RC)
    assert "e2e:staging, e2e:today are asked again; the waiver of e2e:staging does not count" in said
    for gate in ("e2e:staging", "e2e:today"):
        fixture.ledger.append(RC, replace(begun, step=gate, run="here", event="done"))
    assert "its seal is asked again" in asked_again(fixture.ledger, RC)


def test_the_preflight_takes_a_doubted_candidate_for_one_that_is_asked_again(fixture: ReleaseFixture) -> None:
    inquiry = Inquiry(final(fixture), "final")
    told = {question.key: question for question in QUESTIONS}
    assert "asked again" in str(told["candidate"].ask(inquiry))
    assert str(told["companion"].ask(inquiry)).startswith("sample-core 2.0")


def pair(fixture: ReleaseFixture) -> PairProven:
    """Return the guard of the companion's final, whose dependent is proven by others, whom nobody believes."""
    fixture.seal_core("2.0rc1", on=fixture.staging)
    return PairProven(fixture.release("2.0", candidate="2.0rc1", package=CORE))


def test_a_dependent_that_others_proved_is_run_again_with_ours(fixture: ReleaseFixture) -> None:
    ran = pair(fixture).run()["dependents"]["sample-app"]
    assert ran["version"] == "1.0rc1"
    assert ran["companions"][0]["version"] == "2.0rc1"
    assert any("sample-app is proven by others: running its 1.0rc1 with 2.0rc1" in line for line in fixture.said)


@pytest.mark.parametrize("job", ["publish", "seal"])
def test_a_job_that_publishes_runs_no_dependent(fixture: ReleaseFixture, job: str) -> None:
    fixture.part = Part(job, "pypi")  # type: ignore[arg-type]
    with pytest.raises(GateFailed, match=r"Nobody judged sample-app 1\.0rc1 with 2\.0rc1"):
        pair(fixture).run()
    fixture.part = Part("prove", "pypi")
    assert pair(fixture).run()
