"""Who may publish what, and when: each rule has an event that it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from packaging.version import Version

from releasegate.core.ci.event_payload import Event
from releasegate.core.ci.publish_rules import Requested, SourceState, disagreements, requested
from releasegate.core.config.keys import ForgeConfig, Package, Settings
from releasegate.core.errors import Refused

COMMIT = "a" * 40
API = Package("harbor-api", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor-api"))
PLUGIN = Package("harbor-plugin", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor-plugin"))
PAIR = Settings((API, PLUGIN), {})
MONO = Settings(
    tuple(replace(p, tag_prefix=f"{p.name}-v", forge=ForgeConfig("github", "octo/harbor")) for p in (API, PLUGIN)), {}
)
TAG = Event("tag", "github", "octo/harbor-plugin", "v1.0rc1", COMMIT)
RELEASE = Event("release", "github", "octo/harbor-plugin", "v1.0", COMMIT, action="published", branch="develop")
DISPATCH = Event("dispatch", "github", "octo/harbor-plugin", "develop", COMMIT, inputs={"target": "pypi"})


def refused(event: Event, settings: Settings = PAIR, *, package: str | None = None) -> str:
    with pytest.raises(Refused) as refusal:
        requested(event, settings, package=package)
    return f"{refusal.value.problem} -> {refusal.value.hint}"


def test_a_candidates_tag_asks_for_that_candidate() -> None:
    assert requested(TAG, PAIR) == Requested("rc", PLUGIN, Version("1.0rc1"))


def test_a_published_release_asks_for_the_final_or_the_post() -> None:
    assert requested(RELEASE, PAIR) == Requested("final", PLUGIN, Version("1.0"))
    assert requested(replace(RELEASE, ref_name="v1.0.post1"), PAIR) == Requested("post", PLUGIN, Version("1.0.post1"))


def test_a_dispatch_asks_for_what_its_inputs_say() -> None:
    assert requested(DISPATCH, PAIR) == Requested("final", PLUGIN)
    post = replace(DISPATCH, inputs={"target": "pypi", "pipeline": "post"})
    assert requested(post, PAIR) == Requested("post", PLUGIN)
    assert requested(replace(DISPATCH, inputs={"target": "testpypi"}), PAIR) == Requested("rc", PLUGIN)


@pytest.mark.parametrize("name", ["v1.0", "v1.0.post1", "v1.0.post1.dev1", "v1.0a1"])
def test_a_tag_that_is_no_candidates_publishes_nothing(name: str) -> None:
    assert f"The pushed tag {name} is no candidate's, so it publishes nothing." in refused(replace(TAG, ref_name=name))


@pytest.mark.parametrize("name", ["nightly", "vnext", "1.0rc1"])
def test_a_tag_that_names_no_version_publishes_nothing(name: str) -> None:
    assert f"The tag {name} names no version." in refused(replace(TAG, ref_name=name))


def test_a_pushed_branch_and_other_events_publish_nothing() -> None:
    assert "A push to develop publishes nothing." in refused(replace(TAG, trigger="branch", ref_name="develop"))
    assert "An event that releases nothing publishes nothing." in refused(replace(TAG, trigger="other"))


def test_a_draft_publishes_nothing() -> None:
    assert "The release v1.0 is a draft" in refused(replace(RELEASE, draft=True))


@pytest.mark.parametrize("action", ["created", "edited", "deleted", "released", ""])
def test_a_release_that_was_not_published_publishes_nothing(action: str) -> None:
    assert f"was {action or 'touched'}, not published" in refused(replace(RELEASE, action=action))


def test_a_mark_that_contradicts_the_version_is_refused() -> None:
    assert "is marked as a pre-release, and 1.0 is a final" in refused(replace(RELEASE, prerelease=True))
    assert "is not marked as a pre-release, and 1.0rc1" in refused(replace(RELEASE, ref_name="v1.0rc1"))


def test_a_release_of_a_candidate_publishes_nothing() -> None:
    said = refused(replace(RELEASE, ref_name="v1.0rc1", prerelease=True))
    assert "is a pre-release's, so it publishes nothing" in said


def test_a_release_from_another_branch_is_refused() -> None:
    assert "is cut from main, and finals from develop" in refused(replace(RELEASE, branch="main"))
    assert "is cut from no branch" in refused(replace(RELEASE, branch=""))


def test_a_branch_on_which_an_older_line_is_mended_is_a_release_branch() -> None:
    mended = Settings((API, replace(PLUGIN, maintenance_branches=("0.*.x",))), {})
    assert requested(replace(RELEASE, ref_name="v0.9.1", branch="0.9.x"), mended).pipeline == "final"
    assert requested(replace(DISPATCH, ref_name="0.9.x"), mended).pipeline == "final"
    assert "finals from develop or 0.*.x" in refused(replace(RELEASE, branch="main"), mended)
    assert "is released from develop or 0.*.x" in refused(replace(DISPATCH, ref_name="main"), mended)


def test_a_release_may_name_its_commit_in_place_of_the_branch() -> None:
    assert requested(replace(RELEASE, branch=COMMIT), PAIR).pipeline == "final"


def test_an_event_of_another_repository_is_refused() -> None:
    said = refused(replace(TAG, repository="mallory/fork"))
    assert "No package is released from mallory/fork." in said
    assert "octo/harbor-api, octo/harbor-plugin" in said
    assert "a repository without a name" in refused(replace(TAG, repository=""))


def test_an_event_asks_for_nothing_of_a_package_of_another_repository() -> None:
    said = refused(TAG, package="harbor-api")
    assert "The pushed tag v1.0rc1 asks for nothing of harbor-api." in said


def test_where_no_forge_is_configured_every_package_is_released_from_here() -> None:
    alone = replace(API, forge=None)
    assert requested(replace(TAG, repository="any/where"), Settings((alone,), {})).package == alone


def test_in_one_repository_the_tag_says_which_package_is_meant() -> None:
    here = replace(TAG, repository="octo/harbor")
    assert requested(replace(here, ref_name="harbor-api-v1.0rc1"), MONO).package.name == "harbor-api"
    assert requested(replace(here, ref_name="harbor-plugin-v1.0rc1"), MONO).package.name == "harbor-plugin"
    assert "Tags of versions are written harbor-api-vX.Y.Z, harbor-plugin-vX.Y.Z" in refused(here, MONO)


def test_a_dispatch_says_which_package_is_meant() -> None:
    here = replace(DISPATCH, repository="octo/harbor")
    assert "Name one of: harbor-api, harbor-plugin" in refused(here, MONO)
    assert requested(here, MONO, package="harbor-api").package.name == "harbor-api"
    named = replace(here, inputs={"target": "pypi", "package": "harbor-plugin"})
    assert requested(named, MONO).package.name == "harbor-plugin"


def test_a_dispatch_on_another_branch_is_refused() -> None:
    assert "The dispatch is on feature, and harbor-plugin" in refused(replace(DISPATCH, ref_name="feature"))


@pytest.mark.parametrize("inputs", [None, {}, {"target": "warehouse"}])
def test_a_dispatch_without_a_known_target_publishes_nothing(inputs: dict[str, str] | None) -> None:
    assert "so it publishes nothing. -> Name one of: testpypi, pypi" in refused(replace(DISPATCH, inputs=inputs))


@pytest.mark.parametrize(("target", "pipeline"), [("pypi", "rc"), ("testpypi", "final"), ("pypi", "everything")])
def test_a_dispatch_whose_pipeline_does_not_go_to_its_target_is_refused(target: str, pipeline: str) -> None:
    said = refused(replace(DISPATCH, inputs={"target": target, "pipeline": pipeline}))
    assert f"The dispatch asks for {pipeline} on {target}." in said


def problems(
    event: Event = TAG,
    *,
    head: str = COMMIT,
    tagged: str | None = COMMIT,
    stated: tuple[str, ...] = ("1.0rc1", "1.0rc1"),
    on_branch: bool = True,
) -> str:
    wanted = requested(event, PAIR)
    return "; ".join(disagreements(event, wanted, SourceState(head, tagged, stated, on_branch)))


def test_where_event_and_repository_agree_there_is_no_problem() -> None:
    assert problems() == ""
    assert problems(RELEASE, stated=("1.0",)) == ""
    # A candidate may be cut from anywhere, and a dispatch is about no tag.
    assert problems(on_branch=False) == ""
    assert problems(DISPATCH, head="b" * 40, tagged=None, stated=("0.9",)) == ""


def test_another_commit_than_the_events_is_a_disagreement() -> None:
    assert problems(head="b" * 40) == "the pushed tag v1.0rc1 is about aaaaaaaaaaaa, and bbbbbbbbbbbb is checked out"


def test_a_tag_that_names_another_commit_or_none_is_a_disagreement() -> None:
    assert problems(tagged="b" * 40) == "the tag v1.0rc1 names bbbbbbbbbbbb, not aaaaaaaaaaaa"
    assert problems(tagged=None) == "the tag v1.0rc1 names nothing, not aaaaaaaaaaaa"


def test_places_that_state_another_version_are_a_disagreement() -> None:
    assert problems(stated=("1.0rc1", "0.9")) == "the tag says 1.0rc1, and the version files state 0.9"


def test_a_final_off_the_release_branch_is_a_disagreement() -> None:
    said = problems(RELEASE, stated=("1.0",), on_branch=False)
    assert said == "aaaaaaaaaaaa is not on develop, which finals are released from"


def test_a_dispatch_that_names_a_tag_asks_for_that_version() -> None:
    def asked(tag: str, target: str, **more: str) -> Event:
        inputs = {"target": target, "tag": tag, **more}
        return replace(DISPATCH, ref_name=tag, branch="develop", commit="", inputs=inputs)

    assert requested(asked("v1.0rc2", "testpypi"), PAIR) == Requested("rc", PLUGIN, Version("1.0rc2"))
    assert requested(asked("v1.0", "pypi", pipeline="rc"), PAIR) == Requested("final", PLUGIN, Version("1.0"))
    assert requested(asked("v1.0.post1", "pypi"), PAIR) == Requested("post", PLUGIN, Version("1.0.post1"))
    assert "asks for final on testpypi" in refused(asked("v1.0", "testpypi"))
    assert "names no version" in refused(asked("nightly", "pypi"))
    assert "is on main" in refused(replace(asked("v1.0", "pypi"), branch="main"))
    event = asked("v1.0rc2", "testpypi")
    wanted = requested(event, PAIR)
    stated = SourceState(COMMIT, tagged=COMMIT, stated=["1.0rc2"], on_branch=True)
    assert disagreements(event, wanted, stated) == ()
    (moved,) = disagreements(event, wanted, replace(stated, tagged="b" * 40))
    assert moved == f"the tag v1.0rc2 names {'b' * 12}, not {'a' * 12}"
