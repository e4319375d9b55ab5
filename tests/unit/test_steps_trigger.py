"""The rules of who may publish hold where they are asked: against the event, the repository and the version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeForge
from ground import START, Ground

from releasegate.core.ci.event import Event
from releasegate.core.errors import Refused
from releasegate.steps.source import Clean
from releasegate.steps.step import Release
from releasegate.steps.trigger import Allowed, uploads


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def tagged(ground: Ground, version: str) -> Release:
    """Return a release whose tag started a runner, which has its commit checked out and no branch."""
    ground.uploaded(version)
    head = ground.repository.head()
    ground.event = Event("tag", "github", "octo/app", f"v{version}", head, url="the run")
    ground.repository.on = None
    return ground.release(version)


def published(ground: Ground, version: str, **more: str) -> Release:
    release = tagged(ground, version)
    assert ground.event is not None
    ground.event = replace(ground.event, trigger="release", action="published", branch="develop", **more)  # type: ignore[arg-type]
    return ground.release(str(release.version))


def refused(release: Release, role: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        Allowed(release, role).run()  # type: ignore[arg-type]
    return (refusal.value.problem, *refusal.value.details)


def test_a_person_may_stage_and_the_record_says_who_uploads(ground: Ground) -> None:
    step = Allowed(ground.release("1.0rc1"), "staging")
    assert (step.key, step.already(), step.subject()) == ("trigger:staging", None, START)
    assert step.describe() == "what started the run may publish 1.0rc1 to testpypi"
    assert step.run() == {"by": "a person", "uploaded by": "this machine"}


def test_a_final_of_a_laptop_is_uploaded_by_ci_where_a_forge_has_one(ground: Ground) -> None:
    ground.from_laptop = False
    assert uploads(ground.release("1.0"), "production") == "CI"
    assert uploads(ground.release("1.0rc1"), "staging") == "this machine"
    ground.from_laptop = True
    assert uploads(ground.release("1.0"), "production") == "this machine"
    ground.from_laptop, ground.forge = False, None
    assert uploads(ground.release("1.0"), "production") == "this machine"


def test_on_a_runner_it_is_the_runner_that_uploads(ground: Ground) -> None:
    ground.from_laptop = False
    release = published(ground, "1.0")
    assert isinstance(ground.forge, FakeForge)
    assert uploads(release, "production") == "this machine"


def test_a_candidates_tag_allows_that_candidate(ground: Ground) -> None:
    release = tagged(ground, "1.0rc1")
    head = ground.repository.head()
    expected = {"by": "the pushed tag v1.0rc1", "commit": head, "run": "the run", "uploaded by": "CI"}
    assert Allowed(release, "staging").run() == expected


def test_a_published_release_allows_that_final(ground: Ground) -> None:
    assert Allowed(published(ground, "1.0"), "production").run()["by"] == "the published release v1.0"


def test_a_dispatch_of_a_post_allows_its_staging_and_its_publishing(ground: Ground) -> None:
    inputs = {"target": "pypi", "pipeline": "post"}
    ground.event = Event("dispatch", "github", "octo/app", "develop", START, inputs=inputs)
    assert Allowed(ground.release("1.0.post1.dev1"), "staging").run()["uploaded by"] == "CI"
    assert Allowed(ground.release("1.0.post1"), "production").run()["uploaded by"] == "CI"


def test_a_candidates_tag_allows_no_final(ground: Ground) -> None:
    release = tagged(ground, "1.0rc1")
    assert refused(release, "production") == ("the pushed tag v1.0rc1 does not ask for sample-app 1.0rc1 on pypi.",)


def test_an_event_of_the_companion_allows_nothing_of_the_dependent(ground: Ground) -> None:
    tagged(ground, "1.0rc1")
    ground.app = replace(ground.app, tag_prefix="app-v")
    release = ground.release("1.0rc1")
    assert "The tag v1.0rc1 names no version." in refused(release, "staging")[0]


def test_a_plain_tag_publishes_nothing(ground: Ground) -> None:
    assert "is no candidate's, so it publishes nothing" in refused(tagged(ground, "1.0"), "production")[0]


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
    ground: Ground, spoil: object, said: str
) -> None:
    release = published(ground, "1.0")
    spoil(ground)  # type: ignore[operator]
    problem, *details = refused(release, "production")
    assert problem == "the published release v1.0 publishes nothing: it does not agree with the repository."
    assert any(said in line for line in details)


def test_a_release_whose_places_state_another_version_publishes_nothing(ground: Ground) -> None:
    published(ground, "1.0")
    assert ground.event is not None
    ground.event = replace(ground.event, ref_name="v1.1")
    ground.repository.remote["v1.1"] = ground.repository.head()
    _, *details = refused(ground.release("1.1"), "production")
    assert details == ["the tag says 1.1, and the places state 1.0"]


def test_a_runner_has_the_events_commit_and_no_branch_and_that_is_clean(ground: Ground) -> None:
    assert Clean(tagged(ground, "1.0rc1")).run()["branch"] is None
    ground.repository.commit({}, message="another commit")
    with pytest.raises(Refused, match="is on no branch"):
        Clean(ground.release("1.0rc1")).run()
