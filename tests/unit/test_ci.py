"""What a runner hands over is read once, and its token goes to Git for the forge's own server alone."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from packaging.version import Version
from release_fixture import APP, START, ReleaseFixture

from releasegate.app.ci.runner import event_of, git_environment
from releasegate.app.orders import Order, _exact, ordered
from releasegate.app.project import Project
from releasegate.app.workspace import Workspace
from releasegate.core.ci.event_payload import Event
from releasegate.core.config.keys import ForgeConfig, Settings
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.release.plan import Plan

EVENT = Event("tag", "github", "octo/app", "v1.0rc1", START, actor="mona")
SETTINGS = Settings((replace(APP, path=PurePosixPath(), forge=ForgeConfig("github", "octo/app")),), {})
SERVER = {"GITHUB_SERVER_URL": "https://forge.example"}


def test_where_no_runner_is_nothing_is_read_and_git_is_told_nothing() -> None:
    assert event_of({}) is None
    assert git_environment(None, SETTINGS, {"FORGE_TOKEN": "secret", **SERVER}) == {}


@pytest.mark.parametrize("content", [None, "no JSON"])
def test_a_payload_that_cannot_be_read_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "event.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match="cannot be read") as error:
        event_of({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(path)})
    assert "in the workflow" in error.value.hint


def test_the_runners_event_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"ref": "refs/tags/v1.0rc1"}))
    told = {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1.0rc1"}
    event = event_of({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(path), **told})
    assert event is not None
    assert event.ref_name == "v1.0rc1"


def test_git_gets_the_token_for_the_forges_server_and_a_name_to_commit_under() -> None:
    told = git_environment(EVENT, SETTINGS, {"FORGE_TOKEN": "secret", "GIT_CONFIG_COUNT": "2", **SERVER})
    assert told["GIT_CONFIG_COUNT"] == "3"
    assert told["GIT_CONFIG_KEY_2"] == "http.https://forge.example/.extraheader"
    assert base64.b64decode(told["GIT_CONFIG_VALUE_2"].split()[-1]) == b"x-access-token:secret"
    assert (told["GIT_AUTHOR_NAME"], told["GIT_COMMITTER_EMAIL"]) == ("mona", "mona@users.noreply.forge.example")


@pytest.mark.parametrize(
    "environ", [SERVER, {"FORGE_TOKEN": "secret"}, {"FORGE_TOKEN": "x", "GITHUB_SERVER_URL": "ssh://f"}]
)
def test_without_a_token_or_a_server_git_gets_no_header(environ: dict[str, str]) -> None:
    assert "GIT_CONFIG_COUNT" not in git_environment(EVENT, SETTINGS, environ)


def test_another_version_than_the_event_asks_for_is_refused(tmp_path: Path) -> None:
    plan = Plan("rc", Version("1.0rc2"), Version("1.0rc2"))
    package = ReleaseFixture(tmp_path).app
    assert _exact(plan, Order("rc", exactly=Version("1.0rc2")), package) == plan
    with pytest.raises(Refused, match=r"1\.0rc1 was asked for, but as things stand 1\.0rc2 would be next"):
        _exact(plan, Order("rc", exactly=Version("1.0rc1")), package)


def test_an_order_by_event_needs_an_event(tmp_path: Path) -> None:
    laptop = Workspace(Project(tmp_path, SETTINGS, {}), lambda _: None)
    with pytest.raises(ConfigurationError, match="No event of a forge started this run") as error:
        ordered(laptop)
    assert "--rc" in error.value.hint
    assert ordered(replace(laptop, event=EVENT), until="e2e") == Order(
        "rc", APP.name, exactly=Version("1.0rc1"), until="e2e"
    )
