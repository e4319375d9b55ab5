"""What a branch takes, as GitHub and Gitea tell it to whoever asks: pushes, pull requests alone, or nothing certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from test_forges import LOOKS, TOKEN, nothing

from releasegate.adapters.forges import forge_of
from releasegate.adapters.forges.gitea_branches import branch_takes as gitea_branch_takes
from releasegate.adapters.forges.github_branches import branch_takes as github_branch_takes
from releasegate.core.errors import Unavailable
from releasegate.ports import Forge
from releasegate.rehearsal.forge import EmbeddedForge, Protection

PULL_REQUESTS = "pull requests"


@pytest.fixture(params=["github", "gitea"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedForge]:
    with served(tmp_path, request.param) as forge:
        yield forge


def served(root: Path, kind: Any) -> EmbeddedForge:
    return EmbeddedForge(root, "octo/harbor", token=TOKEN["FORGE_TOKEN"], commit_of=nothing, kind=kind)


def owner(embedded: EmbeddedForge) -> Forge:
    """Return the forge as the token's owner sees it."""
    return forge_of(embedded.config, environ=TOKEN)


def anybody(embedded: EmbeddedForge) -> Forge:
    """Return the forge as it is seen without a token."""
    return forge_of(embedded.config, environ={})


@pytest.mark.parametrize("who", [owner, anybody])
def test_an_open_branch_takes_pushes(embedded: EmbeddedForge, who: Callable[[EmbeddedForge], Forge]) -> None:
    embedded.protect("main", Protection())
    assert who(embedded).takes("develop") == "pushes"


@pytest.mark.parametrize("branch", ["develop", "release/1.4", "mend#1"])
def test_a_protected_branch_takes_pull_requests_alone(embedded: EmbeddedForge, branch: str) -> None:
    embedded.protect(branch, Protection())
    assert owner(embedded).takes(branch) == PULL_REQUESTS


@pytest.mark.parametrize(
    ("protection", "takes"),
    [
        (Protection(checks=True), PULL_REQUESTS),
        (Protection(bypassed=True), None),
        (Protection("protection"), PULL_REQUESTS),
        (Protection("protection", checks=True), PULL_REQUESTS),
        (Protection("protection", bypassed=True), "pushes"),
        (Protection("protection", administrator=False), None),
        (Protection("protection", administrator=False, checks=True), PULL_REQUESTS),
        (Protection("protection", administrator=False, checks=True, bypassed=True), None),
    ],
)
def test_github_tells_it_by_rules_and_by_a_protection(tmp_path: Path, protection: Protection, takes: str) -> None:
    with served(tmp_path, "github") as embedded:
        embedded.protect("develop", protection)
        assert owner(embedded).takes("develop") == takes


def test_a_gitea_tells_whether_the_tokens_owner_may_push(tmp_path: Path) -> None:
    with served(tmp_path, "gitea") as embedded:
        embedded.protect("develop", Protection(bypassed=True))
        assert owner(embedded).takes("develop") == "pushes"


def test_of_a_protected_branch_a_gitea_tells_nobody_nothing_and_github_its_rules(embedded: EmbeddedForge) -> None:
    embedded.protect("develop", Protection(bypassed=True))
    assert anybody(embedded).takes("develop") == (PULL_REQUESTS if embedded.kind == "github" else None)


def test_nobody_is_asked_for_a_token_to_know_it(embedded: EmbeddedForge) -> None:
    assert forge_of(embedded.config, environ={}, prompt=LOOKS).takes("develop") == "pushes"


def test_what_the_forge_does_not_show_is_not_told(embedded: EmbeddedForge) -> None:
    embedded.fail(4, "missing")
    assert owner(embedded).takes("develop") is None


def test_a_forge_that_does_not_answer_tells_nothing_either_way(embedded: EmbeddedForge) -> None:
    embedded.fail(4, "refuse")
    with pytest.raises(Unavailable):
        owner(embedded).takes("develop")


@pytest.mark.parametrize("fault", ["page", "nonsense"])
def test_an_answer_that_no_forge_gives_is_not_taken_for_leave_to_push(embedded: EmbeddedForge, fault: Any) -> None:
    embedded.fail(4, fault)
    try:
        told = owner(embedded).takes("develop")
    except Unavailable:
        return
    assert told is None


@pytest.mark.parametrize(
    ("answer", "as_somebody", "takes"),
    [
        ({"protected": False, "user_can_push": False}, True, None),
        ({"protected": False}, True, "pushes"),
        ({"protected": True}, True, None),
        ({"protected": False, "user_can_push": False}, False, "pushes"),
    ],
)
def test_who_may_not_write_at_all_is_told_nothing_by_a_gitea(
    answer: dict[str, Any],
    as_somebody: bool,  # noqa: FBT001 - a parameter of the case
    takes: str | None,
) -> None:
    class Client:
        def ask(self, _method: str, _path: str, read: Callable[[Any], Any]) -> Any:
            return read(answer)

    client: Any = Client()
    assert gitea_branch_takes(client, "develop", as_somebody=as_somebody) == takes


def test_where_some_may_push_past_reviews_github_does_not_say_who_asks() -> None:
    class Repository:
        url = "/repos/octo/harbor"

        @property
        def requester(self) -> Repository:
            return self

        def requestJsonAndCheck(self, _: str, path: str) -> tuple[object, object]:  # noqa: N802 - PyGithub's
            return None, shown.get(path.partition("?")[0].removeprefix("/repos/octo/harbor/"), {})

    reviews = {"bypass_pull_request_allowances": {"users": ["mona"], "teams": [], "apps": []}}
    shown = {
        "rules/branches/develop": [{"type": "deletion"}, {"type": "pull_request"}, "odd"],
        "branches/develop": {"protected": True},
        "branches/develop/protection": {
            "required_pull_request_reviews": reviews,
            "enforce_admins": {"enabled": True},
        },
    }
    repository: Any = Repository()
    assert github_branch_takes(repository, "develop") == PULL_REQUESTS, (
        "a rule without a ruleset can be bypassed by none"
    )
    del shown["rules/branches/develop"]
    assert github_branch_takes(repository, "develop") is None
    shown["branches/develop/protection"] = {"enforce_admins": {"enabled": True}}
    assert github_branch_takes(repository, "develop") == "pushes"


def test_rules_of_which_nobody_told_are_not_there(tmp_path: Path) -> None:
    with served(tmp_path, "github") as embedded:
        address = f"{embedded.address}/api/v3/repos/octo/harbor/rulesets/1"
        assert requests.get(address, timeout=10).status_code == requests.codes.not_found
