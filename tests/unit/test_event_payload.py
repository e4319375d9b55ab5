"""A runner's variables and payload become one event, from GitHub and Gitea alike."""

from __future__ import annotations

from typing import Any

import pytest

from releasegate.core.ci.event_payload import Event, parse_event
from releasegate.core.errors import ConfigurationError

RUNNER = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://forge.example",
    "GITHUB_REPOSITORY": "octo/harbor",
    "GITHUB_RUN_ID": "7",
    "GITHUB_ACTOR": "mona",
    "GITHUB_SHA": "a" * 40,
}
RELEASE = {"action": "published", "release": {"tag_name": "v1.0", "target_commitish": "develop", "prerelease": False}}


def parsed(name: str, ref: str, payload: Any = None, **more: str) -> Event:
    environ = {**RUNNER, "GITHUB_EVENT_NAME": name, "GITHUB_REF": ref, **more}
    event = parse_event(environ, {} if payload is None else payload)
    assert event is not None
    return event


def test_where_no_runner_is_there_is_no_event() -> None:
    assert parse_event({}, {}) is None
    assert parse_event({"GITHUB_ACTIONS": "false"}, None) is None


@pytest.mark.parametrize(
    ("mark", "forge"), [("GITHUB_ACTIONS", "github"), ("GITEA_ACTIONS", "gitea"), ("FORGEJO_ACTIONS", "gitea")]
)
def test_any_mark_of_a_runner_is_enough(mark: str, forge: str) -> None:
    event = parse_event({mark: "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1.0"}, {})
    assert event is not None
    assert (event.trigger, event.forge) == ("tag", forge)


def test_a_pushed_tag() -> None:
    event = parsed("push", "refs/tags/v1.0rc1")
    assert (event.trigger, event.ref_name, event.commit) == ("tag", "v1.0rc1", "a" * 40)
    assert (event.forge, event.repository, event.actor) == ("github", "octo/harbor", "mona")
    assert event.url == "https://forge.example/octo/harbor/actions/runs/7"
    assert event.detached
    assert str(event) == "the pushed tag v1.0rc1"


def test_a_pushed_branch_is_no_tag() -> None:
    event = parsed("push", "refs/heads/develop")
    assert (event.trigger, event.ref_name, event.detached) == ("branch", "develop", False)
    assert str(event) == "a push to develop"


def test_a_release_carries_its_tag_branch_and_marks() -> None:
    event = parsed("release", "refs/tags/v1.0", RELEASE)
    assert (event.trigger, event.action, event.ref_name, event.branch) == ("release", "published", "v1.0", "develop")
    assert (event.draft, event.prerelease) == (False, False)
    assert str(event) == "the published release v1.0"
    assert str(parsed("release", "refs/tags/v1.0", {"release": {}})) == "the touched release v1.0"


def test_a_release_whose_target_is_a_full_ref_names_its_branch() -> None:
    body = {"action": "published", "release": {"tag_name": "v1.0", "target_commitish": "refs/heads/develop"}}
    assert parsed("release", "refs/tags/v1.0", body).branch == "develop"


def test_a_dispatch_carries_its_inputs_as_text() -> None:
    event = parsed("workflow_dispatch", "refs/heads/develop", {"inputs": {"target": "pypi", "dry": True}})
    assert event.trigger == "dispatch"
    assert event.inputs == {"target": "pypi", "dry": "True"}
    assert str(event) == "a manual dispatch on develop"
    assert parsed("workflow_dispatch", "refs/heads/develop", {"inputs": None}).inputs == {}
    empty = parsed("workflow_dispatch", "refs/heads/develop", {"inputs": {"tag": "", "companion": None}})
    assert (empty.ref_name, empty.inputs, empty.detached) == ("develop", {"tag": "", "companion": ""}, False)


def test_a_dispatch_that_names_a_tag_is_about_the_tag_and_not_about_the_branchs_commit() -> None:
    event = parsed("workflow_dispatch", "refs/heads/develop", {"inputs": {"tag": "v1.0rc1"}})
    assert (event.ref_name, event.branch, event.commit, event.detached) == ("v1.0rc1", "develop", "", True)
    assert str(event) == "a manual dispatch for v1.0rc1"


@pytest.mark.parametrize(
    ("name", "ref"),
    [("schedule", "refs/heads/develop"), ("push", "refs/pull/1"), ("workflow_dispatch", "refs/tags/v1")],
)
def test_everything_else_is_another_event(name: str, ref: str) -> None:
    event = parsed(name, ref)
    assert event.trigger == "other"
    assert str(event) == "an event that releases nothing"


def test_gitea_says_who_it_is_under_its_own_name() -> None:
    assert parsed("push", "refs/tags/v1.0rc1", GITEA_ACTIONS="true").forge == "gitea"


def test_a_run_without_a_number_has_no_page() -> None:
    assert parsed("push", "refs/tags/v1.0rc1", GITHUB_RUN_ID="").url == ""


@pytest.mark.parametrize("payload", [[], "text", 7])
def test_a_payload_that_is_no_object_is_refused(payload: Any) -> None:
    with pytest.raises(ConfigurationError, match="no JSON object"):
        parsed("push", "refs/tags/v1.0rc1", payload)


def test_a_release_or_inputs_that_are_no_object_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="release is no JSON object"):
        parsed("release", "refs/tags/v1.0", {"release": []})
    with pytest.raises(ConfigurationError, match="inputs is no JSON object"):
        parsed("workflow_dispatch", "refs/heads/develop", {"inputs": "target"})


def test_fields_of_another_type_are_as_if_they_were_not_there() -> None:
    event = parsed("release", "refs/tags/v1.0", {"action": 1, "release": {"tag_name": 2, "draft": "yes"}})
    assert (event.action, event.ref_name, event.draft) == ("", "v1.0", False)
