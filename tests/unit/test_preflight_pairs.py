"""A final that its gate of released pairs would refuse is refused by the preflight, with the line to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version
from release_fixture import APP, CORE, ReleaseFixture, done, entry
from test_steps_pairs import BOTH, final, ran

from releasegate.core.errors import GateFailed, Refused
from releasegate.rehearsal.index import sample_wheel
from releasegate.steps.pairs import ReleasedPairs
from releasegate.steps.preflight.doctor_questions import QUESTIONS
from releasegate.steps.preflight.preflight import Preflight
from releasegate.steps.preflight.question import Inquiry
from releasegate.steps.release import Release

RUN = "nox -s e2e -- --package sample-app --source testpypi --version 1.0rc1 --backend-source pypi"


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path, app=BOTH, without_forge=True, forge=None)


def asked(release: Release) -> str:
    """Return what the question finds."""
    (question,) = (each for each in QUESTIONS if each.key == "pairs")
    inquiry = Inquiry(release, "final")
    assert question.about(inquiry)
    return str(question.ask(inquiry))


def test_only_a_final_that_must_fit_older_versions_is_asked(fixture: ReleaseFixture, tmp_path: Path) -> None:
    (question,) = (each for each in QUESTIONS if each.key == "pairs")
    release = fixture.release("1.0", candidate="1.0rc1")
    assert question.about(Inquiry(release, "final"))
    assert question.about(Inquiry(replace(release, package=CORE), "final")), "its dependents ask for it"
    assert not question.about(Inquiry(release, "rc"))
    assert not question.about(Inquiry(ReleaseFixture(tmp_path, app=APP).release("1.0", candidate="1.0rc1"), "final"))


def test_what_was_not_run_is_refused_with_the_line_that_runs_it_last(fixture: ReleaseFixture) -> None:
    release = final(fixture)
    with pytest.raises(Refused, match="was not run with every released version") as refusal:
        asked(release)
    line = f"{RUN} --backend-version 1.9 --record"
    assert refusal.value.details == (line,)
    assert refusal.value.hint.endswith(f"; the first is this: {line}")
    ran(fixture, "1.9")
    said = "sample-app 1.0rc1 with sample-core 2.0: green; sample-app 1.0rc1 with sample-core 1.9: green"
    assert asked(release) == said


def test_a_person_takes_it_on_and_nothing_is_asked(fixture: ReleaseFixture) -> None:
    release = final(fixture)
    fixture.ledger.append("1.0", replace(entry("pairs", evidence={"by": "Ada", "reason": "none"}), event="waived"))
    assert asked(release) == "waived"


def test_what_is_released_meanwhile_stops_no_final_that_is_under_way(fixture: ReleaseFixture) -> None:
    release = final(fixture)
    ran(fixture, "1.9")
    step = ReleasedPairs(release)
    done(step, step.run())
    fixture.publish_core("2.1", on=fixture.production)
    assert asked(release) == "1.0rc1 is proven with the last 2 of sample-core"


def test_where_nothing_is_released_it_fits_everything(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.1rc1", on=fixture.staging)
    assert asked(replace(core, version=Version("2.1"))) == "nothing is released that it must fit"


def test_what_the_gates_before_it_run_is_not_missed(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.1rc1", on=fixture.staging)
    made = sample_wheel(APP.name, "0.9")
    fixture.production.put(made.filename, made.content)
    release = replace(core, version=Version("2.1"))
    assert asked(release) == "sample-app 0.9 with sample-core 2.1rc1: unknown"
    word = replace(entry("pair", evidence={"by": "Ada", "reason": "none"}), event="waived")
    fixture.core_ledger.append("2.1", word)
    with pytest.raises(Refused, match="was not run with every released version"):
        asked(release)
    fixture.core_ledger.lines.pop(Version("2.1"))
    fixture.staging.put("sample_app-1.0rc1-py3-none-any.whl", b"")
    with pytest.raises(Refused, match="was not run with every released version"):
        asked(release)


def test_what_a_proof_of_others_is_made_again_with_is_not_missed(fixture: ReleaseFixture) -> None:
    release = final(fixture)
    ran(fixture, "1.9")
    fixture.publish_core("2.1", on=fixture.production)
    fixture.ledger.doubted = {"run"}
    assert "sample-core 2.1: unknown" in asked(release)
    fixture.publish_core("2.2", on=fixture.production)
    with pytest.raises(Refused) as refusal:
        asked(release)
    assert len(refusal.value.details) == 1


def test_what_broke_is_judged_by_its_own_gate_whatever_the_preflight_tells(fixture: ReleaseFixture) -> None:
    release = final(fixture)
    fixture.runner.broken = {("1.0rc1", "1.9")}
    ran(fixture, "1.9")
    with pytest.raises(GateFailed, match="breaks a released version"):
        asked(release)
    assert "pairs" not in Preflight(release, "final").run()
    with pytest.raises(GateFailed, match="breaks a released version"):
        ReleasedPairs(release).run()
