"""The rules of who may publish hold where they are asked: against the event, the repository and the version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeForge
from release_fixture import START, ReleaseFixture

from releasegate.core.ci.event_payload import Event
from releasegate.core.ci.part import Part
from releasegate.core.errors import Refused
from releasegate.steps.release import Release
from releasegate.steps.source import Clean
from releasegate.steps.trigger import TriggerPermitted


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def tagged(fixture: ReleaseFixture, version: str) -> Release:
    """Return a release whose tag started a runner, which has its commit checked out and no branch."""
    fixture.uploaded(version)
    head = fixture.repository.head()
    fixture.event = Event("tag", "github", "octo/app", f"v{version}", head, url="the run")
    fixture.repository.on = None
    return fixture.release(version)


def published(fixture: ReleaseFixture, version: str, **more: str) -> Release:
    release = tagged(fixture, version)
    assert fixture.event is not None
    fixture.event = replace(fixture.event, trigger="release", action="published", branch="develop", **more)  # type: ignore[arg-type]
    return fixture.release(str(release.version))


def refused(release: Release, role: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        TriggerPermitted(release, role).run()  # type: ignore[arg-type]
    return (refusal.value.problem, *refusal.value.details)


def test_a_person_may_stage_and_the_record_says_who_uploads(fixture: ReleaseFixture) -> None:
    step = TriggerPermitted(fixture.release("1.0rc1"), "staging")
    assert (step.key, step.already(), step.subject()) == ("trigger:staging", None, START)
    assert step.describe() == "what started the run may publish 1.0rc1 to testpypi"
    assert step.run() == {"by": "a person", "uploaded by": "this machine"}


def test_a_final_of_a_laptop_is_uploaded_by_ci_where_a_forge_has_one(fixture: ReleaseFixture) -> None:
    fixture.from_laptop = False
    assert fixture.release("1.0").uploaded_by("production") == "CI"
    assert fixture.release("1.0rc1").uploaded_by("staging") == "this machine"
    fixture.from_laptop = True
    assert fixture.release("1.0").uploaded_by("production") == "this machine"
    fixture.from_laptop, fixture.forge = False, None
    assert fixture.release("1.0").uploaded_by("production") == "this machine"


def test_on_a_runner_it_is_the_runner_that_uploads(fixture: ReleaseFixture) -> None:
    fixture.from_laptop = False
    release = published(fixture, "1.0")
    assert isinstance(fixture.forge, FakeForge)
    assert release.uploaded_by("production") == "this machine"


def test_a_candidates_tag_allows_that_candidate(fixture: ReleaseFixture) -> None:
    release = tagged(fixture, "1.0rc1")
    head = fixture.repository.head()
    expected = {"by": "the pushed tag v1.0rc1", "commit": head, "run": "the run", "uploaded by": "CI"}
    assert TriggerPermitted(release, "staging").run() == expected


def test_a_published_release_allows_that_final(fixture: ReleaseFixture) -> None:
    assert TriggerPermitted(published(fixture, "1.0"), "production").run()["by"] == "the published release v1.0"


def test_a_dispatch_of_a_post_allows_its_staging_and_its_publishing(fixture: ReleaseFixture) -> None:
    inputs = {"target": "pypi", "pipeline": "post"}
    fixture.event = Event("dispatch", "github", "octo/app", "develop", START, inputs=inputs)
    assert TriggerPermitted(fixture.release("1.0.post1.dev1"), "staging").run()["uploaded by"] == "CI"
    assert TriggerPermitted(fixture.release("1.0.post1"), "production").run()["uploaded by"] == "CI"


def test_a_bump_of_another_job_is_allowed_where_it_is_made_on_the_release_branch(fixture: ReleaseFixture) -> None:
    inputs = {"target": "pypi", "pipeline": "final"}
    fixture.event = Event("dispatch", "github", "octo/app", "develop", START, inputs=inputs)
    bumped = fixture.repository.commit({}, message="bump")
    fixture.repository.strayed.add(bumped)
    assert "is not on develop" in refused(fixture.release("0.9"), "production")[1]
    fixture.part = Part("publish", "pypi", base=START)
    assert TriggerPermitted(fixture.release("0.9"), "production").run()["by"] == "a manual dispatch on develop"


def test_a_candidates_tag_allows_no_final(fixture: ReleaseFixture) -> None:
    release = tagged(fixture, "1.0rc1")
    assert refused(release, "production") == ("the pushed tag v1.0rc1 does not ask for sample-app 1.0rc1 on pypi.",)


def test_an_event_of_the_companion_allows_nothing_of_the_dependent(fixture: ReleaseFixture) -> None:
    tagged(fixture, "1.0rc1")
    fixture.app = replace(fixture.app, tag_prefix="app-v")
    release = fixture.release("1.0rc1")
    assert "The tag v1.0rc1 names no version." in refused(release, "staging")[0]


def test_a_plain_tag_publishes_nothing(fixture: ReleaseFixture) -> None:
    assert "is no candidate's, so it publishes nothing" in refused(tagged(fixture, "1.0"), "production")[0]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda g: g.repository.remote.update({"v1.0": START}), "the tag v1.0 names 000000000000"),
        (lambda g: g.repository.commit({}, message="later"), "is checked out"),
        (lambda g: g.repository.strayed.add(g.repository.head()), "is not on develop"),
    ],
    ids=["tag moved", "another commit", "another branch"],
)
def test_a_release_that_disagrees_with_the_repository_publishes_nothing(
    fixture: ReleaseFixture, spoil: object, said: str
) -> None:
    release = published(fixture, "1.0")
    spoil(fixture)  # type: ignore[operator]
    problem, *details = refused(release, "production")
    assert problem == "the published release v1.0 publishes nothing: it does not agree with the repository."
    assert any(said in line for line in details)


def test_a_release_whose_places_state_another_version_publishes_nothing(fixture: ReleaseFixture) -> None:
    published(fixture, "1.0")
    assert fixture.event is not None
    fixture.event = replace(fixture.event, ref_name="v1.1")
    fixture.repository.remote["v1.1"] = fixture.repository.head()
    _, *details = refused(fixture.release("1.1"), "production")
    assert details == ["the tag says 1.1, and the version files state 1.0"]


def test_a_runner_has_the_tag_that_a_dispatch_names_and_no_branch_and_that_is_clean(fixture: ReleaseFixture) -> None:
    release = tagged(fixture, "1.0rc1")
    inputs = {"target": "testpypi", "tag": "v1.0rc1"}
    fixture.event = Event("dispatch", "github", "octo/app", "v1.0rc1", "", branch="develop", inputs=inputs)
    release = fixture.release("1.0rc1")
    assert Clean(release).run()["branch"] is None
    assert TriggerPermitted(release, "staging").run()["by"] == "a manual dispatch for v1.0rc1"


def test_a_runner_has_the_events_commit_and_no_branch_and_that_is_clean(fixture: ReleaseFixture) -> None:
    assert Clean(tagged(fixture, "1.0rc1")).run()["branch"] is None
    fixture.repository.commit({}, message="another commit")
    with pytest.raises(Refused, match="is on no branch"):
        Clean(fixture.release("1.0rc1")).run()
