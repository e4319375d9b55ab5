"""The pipelines are literal, in the documented order, and what the plan prints is what runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from release_fixture import ReleaseFixture

from releasegate.core.release.record import record
from releasegate.engine import Engine, Outcome
from releasegate.ledger_writer import LedgerWriter
from releasegate.pipelines import FINAL, PIPELINES, POST, RC, Pipeline, bind
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, Step

STAGED = [
    "preflight",
    "clean",
    "free",
    "trigger:staging",
    "bump",
    "places",
    "build",
    "audit",
    "installable",
    "promotable",
    "tag",
    "upload:staging",
    "propagation:staging",
    "install:staging",
    "e2e:staging",
    "e2e:today",
    "seal",
]
PUBLISHED = [
    "preflight",
    "clean",
    "free",
    "trigger:production",
    "candidate",
    "pair",
    "companion",
    "pairs",
    "bump",
    "places",
    "build",
    "audit",
    "promotion",
    "tag",
    "forge",
    "upload:production",
    "propagation:production",
    "install:production",
    "e2e:production",
    "seal",
]


class Watcher:
    """Keeps what it was shown."""

    def __init__(self) -> None:
        self.begun: list[Step] = []
        self.ended: list[Outcome] = []

    def begins(self, step: Step) -> None:
        """Keep the step."""
        self.begun.append(step)

    def ends(self, outcome: Outcome) -> None:
        """Keep the outcome."""
        self.ended.append(outcome)


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def engine(fixture: ReleaseFixture, watch: Watcher | None = None) -> Engine:
    writer = LedgerWriter(fixture.ledger_of, fixture.clock, "run", "9.9")
    return Engine(writer, watch or Watcher(), lambda _: True)


def keys(pipeline: Pipeline, release: Release) -> list[str]:
    return [step.key for step in bind(pipeline, release)]


def test_a_candidate_and_a_final_go_through_these_steps_in_this_order(fixture: ReleaseFixture) -> None:
    assert keys(RC, fixture.release("1.0rc1")) == STAGED
    assert keys(FINAL, fixture.release("1.0", candidate="1.0rc1")) == PUBLISHED
    assert PIPELINES == {"rc": RC, "final": FINAL, "post": POST}
    assert all(type(pipeline) is tuple for pipeline in PIPELINES.values())


def test_a_post_is_staged_like_a_candidate_and_then_promoted_like_a_final(fixture: ReleaseFixture) -> None:
    steps = bind(POST, fixture.release("1.0.post1", candidate="1.0.post1.dev1"))
    named = [(str(step.release.version), step.key) for step in steps]
    staged = [("1.0.post1.dev1", key) for key in STAGED[1:]]
    assert named == [("1.0.post1", "preflight"), *staged, *(("1.0.post1", key) for key in PUBLISHED[1:])]


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_a_ledger_knows_every_step_of_a_version_by_a_key_of_its_own(
    fixture: ReleaseFixture, pipeline: Pipeline
) -> None:
    steps = bind(pipeline, fixture.release("1.0.post1", candidate="1.0.post1.dev1"))
    named = [(step.release.version, step.key) for step in steps]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_every_step_describes_itself_in_one_line(fixture: ReleaseFixture, pipeline: Pipeline) -> None:
    steps = bind(pipeline, fixture.release("1.0.post1", candidate="1.0.post1.dev1"))
    lines = [(step.release.version, step.describe()) for step in steps]
    assert all(line and line == line.strip() and line.isprintable() for _, line in lines)
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_what_cannot_be_taken_back_comes_after_every_check_that_needs_nothing_of_it(
    fixture: ReleaseFixture, pipeline: Pipeline
) -> None:
    steps = bind(pipeline, fixture.release("1.0.post1", candidate="1.0.post1.dev1"))
    one_way = [step.key for step in steps if step.kind is Kind.ONE_WAY]
    assert set(one_way) <= {"tag", "forge", "upload:staging", "upload:production"}
    named = [step.key for step in steps]
    assert named.index("audit") < named.index("tag")
    assert not any(step.waivable for step in steps if step.kind is not Kind.WORK or step.key == "seal")


def test_the_steps_that_a_plan_shows_are_the_ones_that_run(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    plan = bind(RC, fixture.release("1.0rc1"))
    watch = Watcher()
    outcomes = engine(fixture, watch).run(plan)
    assert [id(step) for step in watch.begun] == [id(step) for step in plan]
    assert [outcome.verdict for outcome in outcomes] == ["pass"] * len(plan)


def test_describing_a_plan_changes_nothing(fixture: ReleaseFixture) -> None:
    before = dict(fixture.repository.commits)
    for pipeline in PIPELINES.values():
        for step in bind(pipeline, fixture.release("1.0.post1", candidate="1.0.post1.dev1")):
            step.describe()
    assert fixture.repository.commits == before
    assert fixture.ledger.lines == {}
    assert fixture.said == []


def test_a_release_goes_from_candidate_to_final_to_post(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    engine(fixture).run(bind(RC, fixture.release("1.0rc1")))
    engine(fixture).run(bind(FINAL, fixture.release("1.0", candidate="1.0rc1")))
    engine(fixture).run(bind(POST, fixture.release("1.0.post1", candidate="1.0.post1.dev1")))
    assert set(map(str, fixture.staging.versions("sample-app"))) == {"1.0rc1", "1.0.post1.dev1"}
    assert set(map(str, fixture.production.versions("sample-app"))) == {"1.0", "1.0.post1"}
    assert set(fixture.repository.remote) == {"v1.0rc1", "v1.0", "v1.0.post1.dev1", "v1.0.post1"}
    sealed = ("1.0rc1", "1.0", "1.0.post1.dev1", "1.0.post1")
    assert all(record(fixture.ledger.read(version)).seal for version in sealed)


def test_a_lost_ledger_and_lost_files_cost_time_and_no_number(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    steps = bind(RC, fixture.release("1.0rc1"))
    engine(fixture).run(steps)
    before = list(fixture.staging.held)
    fixture.ledger.lines.clear()
    fixture.builds.kept.clear()
    fixture.builds.stamp = 1
    engine(fixture).run(steps)
    assert fixture.staging.held == before
    assert record(fixture.ledger.read("1.0rc1")).seal is not None
