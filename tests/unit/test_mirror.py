"""The forge may be a mirror that only follows: nothing is pushed there but a tag, of what it has already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from release_fixture import APP, START, ReleaseFixture

from releasegate.core.ci.event_payload import Event
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError, NotYet, Refused
from releasegate.ports import MirrorStanding, PushAnswer
from releasegate.steps.mirror import mirrored, require_following
from releasegate.steps.source import Bump
from releasegate.steps.tag import Tag

DISPATCH = Event("dispatch", "github", "octo/app", "develop", START, actor="mona")


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path, app=replace(APP, tag_remote="github"))


def test_the_branch_goes_to_one_remote_and_the_tag_to_the_other_once_it_is_there(fixture: ReleaseFixture) -> None:
    fixture.repository.standings = ["behind", "behind", "level"]
    step = Tag(fixture.built("1.0rc1"))
    assert step.describe() == "push develop to origin, and tag v1.0rc1 on github once it is there"
    assert step.run() == {"tag": "v1.0rc1", "commit": fixture.repository.head()}
    assert fixture.repository.pushed == [("develop", None), (None, "v1.0rc1")]
    assert [line for line in fixture.said if "waiting until github has develop of origin" in line] != []


def test_a_mirror_that_went_on_since_has_the_commit_as_well(fixture: ReleaseFixture) -> None:
    fixture.repository.standings = ["ahead"]
    Tag(fixture.built("1.0rc1")).run()
    assert fixture.repository.pushed[-1] == (None, "v1.0rc1")


def test_a_mirror_that_does_not_follow_in_time_is_waited_for_later_and_nothing_is_tagged(
    fixture: ReleaseFixture,
) -> None:
    fixture.repository.standings = ["behind"]
    with pytest.raises(NotYet, match=r"github has not got [0-9a-f]{12} on develop from origin in") as wait:
        Tag(fixture.built("1.0rc1")).run()
    assert "run the same command again: v1.0rc1 follows" in wait.value.hint
    assert (fixture.repository.local, fixture.repository.remote) == ({}, {})
    fixture.repository.standings = ["level"]
    Tag(fixture.release("1.0rc1")).run()
    assert fixture.repository.pushed == [("develop", None), ("develop", None), (None, "v1.0rc1")]


@pytest.mark.parametrize(
    ("standing", "said"), [("absent", "github has no branch develop"), ("apart", "github has commits on develop")]
)
def test_what_can_never_follow_is_not_waited_for(fixture: ReleaseFixture, standing: MirrorStanding, said: str) -> None:
    fixture.repository.standings = [standing]
    release = fixture.built("1.0rc1")
    with pytest.raises(Refused, match=said):
        Tag(release).run()
    assert fixture.repository.local == {}


@pytest.mark.parametrize(
    ("refused", "said", "pushed", "kept"),
    [
        ("behind", "origin has commits on develop", [], None),
        ("branch", "origin takes no push to develop", [], "bump-v1.0rc1"),
        ("tag", "github does not take the tag v1.0rc1", [("develop", None)], None),
    ],
)
def test_what_either_remote_refuses_leaves_branch_and_tags_as_they_were(
    fixture: ReleaseFixture,
    refused: Literal["behind", "branch", "tag"],
    said: str,
    pushed: list[tuple[str, str | None]],
    kept: str | None,
) -> None:
    fixture.repository.answer = PushAnswer(refused, ("in its own words",))
    with pytest.raises(Refused, match=said) as no:
        Tag(fixture.built("1.0rc1")).run()
    assert no.value.details == ("in its own words",)
    assert fixture.repository.pushed == pushed
    assert fixture.repository.withdrawn == [("develop", "Release sample-app 1.0rc1", kept)]
    assert (fixture.repository.local, fixture.repository.remote) == ({}, {})


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ("absent", "Let the mirror carry develop as well"),
        ("ahead", "git pull --rebase github develop"),
        ("apart", "git pull --rebase github develop"),
    ],
)
def test_what_a_bump_would_diverge_from_is_known_before_it_is_made(
    fixture: ReleaseFixture, standing: MirrorStanding, said: str
) -> None:
    fixture.repository.standings = [standing]
    with pytest.raises(Refused) as no:
        require_following(fixture.release("1.0rc1"), "develop")
    assert said in no.value.hint


@pytest.mark.parametrize("standing", ["behind", "level"])
def test_a_mirror_that_lags_behind_follows_all_the_same(fixture: ReleaseFixture, standing: MirrorStanding) -> None:
    fixture.repository.standings = [standing]
    require_following(fixture.release("1.0rc1"), "develop")


@pytest.mark.parametrize(
    ("version", "command"),
    [("1.0rc1", "release --rc"), ("1.0", "release"), ("1.0.post1", "release --post")],
)
def test_a_runner_has_the_mirror_and_makes_no_commit(fixture: ReleaseFixture, version: str, command: str) -> None:
    fixture.event = DISPATCH
    release = fixture.release(version)
    assert not mirrored(release)
    assert Tag(release).describe() == f"tag v{version} and push it with develop to origin"
    with pytest.raises(Refused, match="a mirror checked out, which takes no commits of its own") as no:
        Bump(release).run()
    assert no.value.hint.endswith(f"invoke {command} --package sample-app")
    assert fixture.repository.head() == START


def test_a_runner_of_a_forge_that_is_no_mirror_bumps(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path, event=DISPATCH)
    Bump(fixture.release("1.0rc1")).run()
    assert fixture.repository.head() != START


def test_one_remote_is_not_written_down_twice() -> None:
    text = """
        [[tool.releasegate.packages]]
        name = "sample-app"
        pythons = ["3.12"]
        version-from-tag = true
        remote = "gitea"
        tag-remote = "gitea"
    """
    with pytest.raises(ConfigurationError) as no:
        parse_settings(text, where="pyproject.toml")
    assert 'tag-remote: is "gitea", as remote is; leave it out' in no.value.details[0]
    assert parse_settings(text.replace('tag-remote = "gitea"', ""), where="x").packages[0].forge_remote == "gitea"


MIRRORED = """
    [[tool.releasegate.packages]]
    name = "sample-app"
    pythons = ["3.12"]
    version-from-tag = true
    tag-remote = "github"
    forge = { kind = "github", repository = "octo/app" }
    branch-forge = { kind = "gitea", repository = "lab/app", address = "https://lab.example", token-env = "LAB_TOKEN" }
"""


def test_the_forge_of_the_branch_is_another_one_than_that_of_the_tags() -> None:
    (package,) = parse_settings(MIRRORED, where="x").packages
    assert package.branch_forge is not None
    assert (package.branch_forge.repository, package.branch_forge.token_env) == ("lab/app", "LAB_TOKEN")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('tag-remote = "github"', "", "is for a package whose tags go to a tag-remote; leave it out"),
        (', token-env = "LAB_TOKEN"', "", "would be sent the token of forge; write another token-env than FORGE_TOKEN"),
        (', address = "https://lab.example"', "", "has no address; write the web address of the Gitea"),
    ],
)
def test_a_forge_of_the_branch_that_is_none_or_would_be_sent_a_foreign_token_is_refused(
    old: str, new: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as no:
        parse_settings(MIRRORED.replace(old, new), where="pyproject.toml")
    assert any(line.endswith(f"branch-forge: {said}") for line in no.value.details), no.value.details
