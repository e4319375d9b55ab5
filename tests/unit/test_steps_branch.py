"""Before the bump it is said where the release branch takes pull requests alone, as far as its forge tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeForge
from release_fixture import ALONE, START, ReleaseFixture

from releasegate.core.ci.event_payload import Event
from releasegate.core.ci.part import Part
from releasegate.core.errors import Refused, Unavailable
from releasegate.core.release.plan import PipelineName
from releasegate.ports import BranchTakes, PushAnswer
from releasegate.steps.preflight.preflight import answers
from releasegate.steps.preflight.question import Answer, Inquiry
from releasegate.steps.tag import Tag

DISPATCH = Event("dispatch", "github", "octo/app", "develop", START, actor="mona")


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path, app=ALONE, forge=FakeForge(branches={"develop": "pull requests"}))


def told(
    fixture: ReleaseFixture, version: str = "1.0rc1", pipeline: PipelineName = "rc", *, candidate: str | None = None
) -> Answer | None:
    found = answers(Inquiry(fixture.release(version, candidate=candidate), pipeline))
    return next((each for each in found if each.key == "release branch"), None)


def require(answer: Answer | None) -> Answer:
    assert answer is not None
    return answer


def test_where_only_pull_requests_are_taken_it_is_said_where_the_bump_will_wait(fixture: ReleaseFixture) -> None:
    answer = require(told(fixture))
    assert (answer.caution, answer.error) == (True, None)
    assert answer.found == (
        "develop takes pull requests only, by its forge: the commit that states 1.0rc1 will wait on the branch "
        "bump-v1.0rc1, and nothing of it be tagged. Then propose it (git push origin bump-v1.0rc1); once it is merged, "
        "the same command goes on"
    )


@pytest.mark.parametrize(
    ("takes", "said"),
    [
        ("pushes", "takes pushes to develop"),
        (None, "the forge does not tell whether it takes pushes to develop"),
    ],
)
def test_where_pushes_are_taken_or_nothing_is_told_nothing_changes(
    fixture: ReleaseFixture, takes: BranchTakes | None, said: str
) -> None:
    fixture.forge = FakeForge(branches={} if takes is None else {"develop": takes})
    assert told(fixture) == Answer("release branch", said)


def test_a_forge_that_does_not_answer_tells_nothing(fixture: ReleaseFixture) -> None:
    class Silent(FakeForge):
        def takes(self, branch: str) -> BranchTakes | None:
            raise Unavailable(f"Nobody knows of {branch}.", hint="Come back later")

    fixture.forge = Silent()
    assert require(told(fixture)).found == "the forge does not tell whether it takes pushes to develop"


def test_a_bump_that_is_merged_is_not_pushed_again(fixture: ReleaseFixture) -> None:
    fixture.built("1.0rc1")
    assert told(fixture) == Answer("release branch", "develop of origin has all that is pushed there")


def test_a_bump_that_is_not_merged_is_still_to_be_pushed(fixture: ReleaseFixture) -> None:
    fixture.built("1.0rc1")
    fixture.repository.strayed.add(fixture.repository.head())
    assert "the commit that states 1.0rc1 will wait" in require(told(fixture)).found


def test_after_the_candidate_the_final_is_pushed(fixture: ReleaseFixture) -> None:
    fixture.built("1.0rc1")
    assert "branch bump-v1.0," in require(told(fixture, "1.0", "final", candidate="1.0rc1")).found


def test_of_a_post_what_stages_it_is_pushed_first(fixture: ReleaseFixture) -> None:
    waits = "will wait on the branch bump-v0.9.post1.dev1,"
    assert waits in require(told(fixture, "0.9.post1", "post", candidate="0.9.post1.dev1")).found


def test_a_mirror_is_pushed_no_branch_and_a_package_on_no_forge_has_none_to_ask(fixture: ReleaseFixture) -> None:
    fixture.app = replace(ALONE, tag_remote="github")
    assert told(fixture) is None
    fixture.app, fixture.forge = ALONE, None
    assert told(fixture) is None


def test_a_runner_is_refused_where_its_bump_could_only_be_proposed(fixture: ReleaseFixture) -> None:
    fixture.event, fixture.part = DISPATCH, Part("build", "testpypi")
    error = require(told(fixture)).error
    assert error is not None
    assert error.problem == (
        "develop of sample-app takes pull requests only, and this run would push the commit that states 1.0rc1 to it."
    )
    assert error.hint == (
        "Bump it where a person can propose it: invoke release --rc --package sample-app; once that is merged, start "
        "this run again"
    )
    fixture.part = Part("judge", "testpypi")
    assert told(fixture) is None


@pytest.mark.parametrize(
    ("version", "line"),
    [("1.0rc1", "release --rc --p"), ("1.0", "release --p"), ("1.0.post1.dev1", "release --post --p")],
)
def test_a_runner_whose_push_is_refused_keeps_no_branch_to_propose(
    fixture: ReleaseFixture, version: str, line: str
) -> None:
    fixture.event = DISPATCH
    fixture.repository.answer = PushAnswer("branch", ("in its own words",))
    with pytest.raises(Refused, match=f"would push the commit that states {version} to it") as no:
        Tag(fixture.built(version)).run()
    assert f"Bump it where a person can propose it: invoke {line}ackage sample-app" in no.value.hint
    assert no.value.details == ("in its own words",)


def test_of_a_mirrored_package_the_forge_of_the_branch_is_asked_and_not_the_mirror(tmp_path: Path) -> None:
    app = replace(ALONE, tag_remote="github")
    mirror = FakeForge(branches={"develop": "pull requests"})
    fixture = ReleaseFixture(tmp_path, app=app, forge=mirror)
    assert told(fixture) is None, "a mirror is pushed no branch"
    fixture.branch_forge = FakeForge(branches={"develop": "pushes"})
    assert require(told(fixture)).found == "takes pushes to develop"
    fixture.branch_forge = FakeForge(branches={"develop": "pull requests"})
    assert require(told(fixture)).caution
