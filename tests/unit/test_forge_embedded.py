"""The embedded forge answers as GitHub and Gitea do, asked without a client's help and without a socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from releasegate.core.errors import Unavailable
from releasegate.rehearsal.forge import EmbeddedForge

COMMIT = "a" * 40
KNOWN = {"Authorization": "token secret"}
BASES = {"github": "/api/v3/repos/octo/harbor", "gitea": "/api/v1/repos/octo/harbor"}


class Asking:
    """Asks an embedded forge of one kind, with the token unless it is told otherwise."""

    def __init__(self, root: Path, kind: Any, *, immutable: bool = True) -> None:
        tags = {"v1.0": COMMIT, "v1.1": COMMIT}
        self.forge = EmbeddedForge(
            root, "octo/harbor", token="secret", commit_of=tags.get, kind=kind, immutable=immutable
        )
        self.base = BASES[kind]
        self._client = Client(self.forge.app)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; *headers* stand instead of the one with the token."""
        more = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        address = path if path.startswith("/api") else self.base + path
        return self._client.open(address, method=method, headers=headers or KNOWN, **more)

    def draft(self, tag: str = "v1.0") -> int:
        """Make a draft and return its number."""
        made = self("POST", "/releases", {"tag_name": tag, "target_commitish": "develop", "draft": True})
        assert made.status_code == 201
        number = made.json["id"]  # type: ignore[index]
        assert isinstance(number, int)
        return number

    def upload(self, number: int, name: str, content: bytes) -> TestResponse:
        """Attach a file as the kind of forge wants it."""
        base = self.base.replace("/v3/", "/uploads/")
        return self("POST", f"{base}/releases/{number}/assets?name={name}", content)

    def publish(self, number: int) -> TestResponse:
        """Publish a draft."""
        return self("PATCH", f"/releases/{number}", {"draft": False})


@pytest.fixture(params=["github", "gitea"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Asking:
    return Asking(tmp_path, request.param)


def test_nobody_without_the_token_sees_a_draft(ask: Asking) -> None:
    number = ask.draft()
    ask.upload(number, "a", b"1")
    assert ask("GET", "/releases", Accept="*/*").json == []
    for path in (f"/releases/{number}", f"/releases/{number}/assets", "/releases/tags/v1.0"):
        assert ask("GET", path, Accept="*/*").status_code == 404
    ask.publish(number)
    assert len(ask("GET", "/releases", Accept="*/*").json or ()) == 1
    assert ask("GET", "/releases/tags/v1.0", Accept="*/*").status_code == 200


def test_nobody_without_the_token_writes(ask: Asking) -> None:
    for headers in ({"Accept": "*/*"}, {"Authorization": "token wrong"}):
        assert ask("POST", "/releases", {"tag_name": "v1.0", "draft": True}, **headers).status_code == 401
    assert ask("GET", "/releases", Authorization="Bearer wrong").status_code == 401


def test_a_draft_is_not_found_by_its_tag_at_github_and_found_by_who_may_write_at_gitea(ask: Asking) -> None:
    ask.draft()
    assert ask("GET", "/releases/tags/v1.0").status_code == (404 if ask.forge.kind == "github" else 200)


def test_two_drafts_may_have_one_tag_only_at_github(ask: Asking) -> None:
    ask.draft()
    again = ask("POST", "/releases", {"tag_name": "v1.0", "draft": True})
    assert again.status_code == (201 if ask.forge.kind == "github" else 409)


def test_a_published_release_has_its_tag_alone(ask: Asking) -> None:
    ask.publish(ask.draft())
    again = ask("POST", "/releases", {"tag_name": "v1.0", "draft": True})
    assert again.status_code == (422 if ask.forge.kind == "github" else 409)


@pytest.mark.parametrize("body", [{}, {"tag_name": ""}, {"tag_name": 7}, b"{", b"[]"])
def test_a_release_without_a_tag_is_refused(ask: Asking, body: Any) -> None:
    assert ask("POST", "/releases", body).status_code == 422


@pytest.mark.parametrize("draft", [True, False])
def test_a_release_is_not_published_before_its_tag_is_there(ask: Asking, *, draft: bool) -> None:
    made = ask("POST", "/releases", {"tag_name": "v9", "draft": draft})
    answer = ask.publish(made.json["id"]) if draft and made.json else made
    assert answer.status_code == 422


@pytest.mark.parametrize("change", [{"tag_name": "v1.1"}, {"target_commitish": "main"}, {"draft": True}])
def test_of_an_immutable_release_neither_tag_nor_mark_moves(ask: Asking, change: dict[str, Any]) -> None:
    number = ask.draft()
    ask.publish(number)
    assert ask("PATCH", f"/releases/{number}", change).status_code == 422
    assert ask("GET", "/releases").json[0]["tag_name"] == "v1.0"  # type: ignore[index]


def test_title_and_notes_of_an_immutable_release_change(ask: Asking) -> None:
    number = ask.draft()
    ask.publish(number)
    wanted = {"tag_name": "v1.0", "name": "One", "body": "Notes", "draft": False, "prerelease": False}
    answer = ask("PATCH", f"/releases/{number}", wanted)
    assert (answer.status_code, answer.json["name"], answer.json["body"]) == (200, "One", "Notes")  # type: ignore[index]


def test_assets_of_an_immutable_release_neither_come_nor_go(ask: Asking) -> None:
    number = ask.draft()
    asset = ask.upload(number, "a", b"1").json["id"]  # type: ignore[index]
    ask.publish(number)
    own = f"/releases/assets/{asset}" if ask.forge.kind == "github" else f"/releases/{number}/assets/{asset}"
    assert ask.upload(number, "b", b"2").status_code == 422
    assert ask("DELETE", own).status_code == 422
    assert [a.name for a in ask.forge.state.releases()[0].assets] == ["a"]


def test_a_release_that_is_not_immutable_changes_for_ever(tmp_path: Path) -> None:
    ask = Asking(tmp_path, "github", immutable=False)
    number = ask.draft()
    published = ask.publish(number).json
    assert published is not None
    assert published["immutable"] is False
    assert ask.upload(number, "late", b"1").status_code == 201
    assert ask("PATCH", f"/releases/{number}", {"tag_name": "v1.1"}).status_code == 200


def test_two_assets_may_have_one_name_only_at_gitea(ask: Asking) -> None:
    number = ask.draft()
    statuses = [ask.upload(number, "a", content).status_code for content in (b"1", b"2")]
    assert statuses == [201, 422 if ask.forge.kind == "github" else 201]
    contents = [ask.forge.state.content(asset) for asset in ask.forge.state.releases()[0].assets]
    assert contents == ([b"1"] if ask.forge.kind == "github" else [b"1", b"2"])


def test_half_an_upload_stays_at_github_as_a_starter_that_its_release_does_not_list(tmp_path: Path) -> None:
    ask = Asking(tmp_path, "github")
    number = ask.draft()
    ask.forge.fail(1, "half")
    with pytest.raises(ConnectionResetError):
        ask.upload(number, "a", b"12")
    assert [a["state"] for a in ask("GET", f"/releases/{number}/assets").json or ()] == ["starter"]
    assert ask("GET", f"/releases/{number}").json["assets"] == []  # type: ignore[index]
    assert ask.upload(number, "a", b"12").status_code == 422


def test_pages_say_where_the_next_one_is(ask: Asking) -> None:
    for number in range(5):
        ask.draft(f"v0.{number}")
    ask.forge.app.small = 2
    tags: list[str] = []
    path = "/releases?per_page=100&limit=100"
    pages = 0
    while path:
        page = ask("GET", path)
        tags += [release["tag_name"] for release in page.json or ()]
        following = next((link for link in page.headers.get("Link", "").split(", ") if 'rel="next"' in link), "")
        path = following.partition(">")[0].partition("localhost")[2]
        pages += 1
    assert (pages, tags) == (3, [f"v0.{number}" for number in (4, 3, 2, 1, 0)])
    assert ("X-Total-Count" in page.headers) is (ask.forge.kind == "gitea")


@pytest.mark.parametrize(("fault", "status"), [("refuse", 502), ("missing", 404), ("page", 200), ("nonsense", 200)])
def test_a_fault_comes_as_often_as_it_was_ordered(ask: Asking, fault: Any, status: int) -> None:
    ask.forge.fail(2, fault)
    answers = [ask("POST", "/releases", {"tag_name": "v1.0", "draft": True}).status_code for _ in range(3)]
    assert answers == [status, status, 201]


def test_a_fault_of_what_is_written_waits_for_a_write(ask: Asking) -> None:
    ask.forge.fail(1, "lose")
    assert ask("GET", "/releases").status_code == 200
    assert ask("POST", "/releases", {"tag_name": "v1.0", "draft": True}).status_code == 502
    assert len(ask.forge.state.releases()) == 1


@pytest.mark.parametrize("seconds", [None, 3])
def test_the_rate_limit_is_told_as_each_forge_tells_it(ask: Asking, seconds: int | None) -> None:
    ask.forge.limit(1, seconds=seconds)
    answer = ask("GET", "/releases")
    assert answer.status_code == (403 if ask.forge.kind == "github" else 429)
    assert answer.headers.get("Retry-After") == (None if seconds is None else "3")
    assert answer.headers.get("X-RateLimit-Remaining") == ("0" if seconds is None else None)


def test_a_kill_while_something_is_written_changes_nothing(ask: Asking, tmp_path: Path) -> None:
    number = ask.draft()
    ask.upload(number, "a", b"1")
    before = ask("GET", "/releases").json
    (tmp_path / "incoming").write_bytes(b'{"releases": [')
    again = Asking(tmp_path, ask.forge.kind)
    assert again("GET", "/releases").json == before
    assert again.upload(number, "b", b"2").status_code == 201
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["assets/v1.0/a", "assets/v1.0/b", "forge.json"]


def test_no_number_is_given_twice(ask: Asking) -> None:
    number = ask.draft()
    first = ask.forge.state.attach(number, name="a", content=b"1")
    ask.forge.state.detach(first.number)
    assert ask.forge.state.attach(number, name="a", content=b"2").number > first.number


@pytest.mark.parametrize("path", ["/releases/77", "/releases/77/assets", "/nothing", "/releases/tags/v7"])
def test_what_is_not_there_is_not_found(ask: Asking, path: str) -> None:
    assert ask("GET", path).status_code == 404


def test_a_forge_that_is_not_started_has_no_address(ask: Asking) -> None:
    with pytest.raises(Unavailable, match="octo/harbor is not running"):
        _ = ask.forge.address
