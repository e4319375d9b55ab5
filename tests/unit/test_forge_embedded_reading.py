"""What the embedded forge gives to read: assets, tags and CI runs, as GitHub and as Gitea."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from test_forge_embedded import COMMIT, Asking

from releasegate.rehearsal.forge.state import Change

GITHUB_BYTES = {"Authorization": "token secret", "Accept": "application/octet-stream"}


@pytest.fixture(params=["github", "gitea"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Asking:
    return Asking(tmp_path, request.param)


@pytest.fixture
def github(tmp_path: Path) -> Asking:
    return Asking(tmp_path, "github")


def attached(ask: Asking, release: int, name: str, content: bytes) -> int:
    """Attach a file and return the asset's number."""
    answer = ask.upload(release, name, content).json
    assert answer is not None
    number = answer["id"]
    assert isinstance(number, int)
    return number


def names(ask: Asking, release: int) -> list[str]:
    return [asset["name"] for asset in ask("GET", f"/releases/{release}/assets").json or ()]


def detached(ask: Asking, release: int, asset: int) -> int:
    """Ask for the deletion of an asset as the kind of forge wants it, and return the status."""
    own = f"/releases/{release}/assets" if ask.forge.kind == "gitea" else "/releases/assets"
    return ask("DELETE", f"{own}/{asset}").status_code


def test_a_release_is_read_by_its_number(ask: Asking) -> None:
    number = ask.draft()
    answer = ask("GET", f"/releases/{number}").json
    assert answer is not None
    assert (answer["id"], answer["tag_name"], answer["target_commitish"], answer["draft"]) == (
        number,
        "v1.0",
        "develop",
        True,
    )


def test_an_asset_is_detached_alone(ask: Asking) -> None:
    other, release = ask.draft("v1.1"), ask.draft("v1.0")
    kept, gone = attached(ask, release, "a", b"1"), attached(ask, release, "b", b"2")
    attached(ask, other, "c", b"3")
    assert detached(ask, release, gone) == 204
    assert names(ask, release) == ["a"]
    assert names(ask, other) == ["c"]
    assert detached(ask, release, gone) == 404
    assert detached(ask, release, kept) == 204
    assert names(ask, release) == []


def test_an_asset_of_an_older_release_is_detached_too(ask: Asking) -> None:
    older, newer = ask.draft("v1.0"), ask.draft("v1.1")
    attached(ask, newer, "b", b"2")
    assert detached(ask, older, attached(ask, older, "a", b"1")) == 204
    assert (names(ask, older), names(ask, newer)) == ([], ["b"])


def test_an_asset_needs_a_name(ask: Asking) -> None:
    release = ask.draft()
    assert ask.upload(release, "", b"1").status_code == 422
    assert names(ask, release) == []


def test_half_an_upload_is_thrown_away_at_gitea(tmp_path: Path) -> None:
    ask = Asking(tmp_path, "gitea")
    release = ask.draft()
    ask.forge.fail(1, "half")
    with pytest.raises(ConnectionResetError):
        ask.upload(release, "a", b"12")
    assert names(ask, release) == []
    assert ask.upload(release, "a", b"12").status_code == 201


def test_what_is_told_of_an_asset(ask: Asking) -> None:
    asset = ask.upload(ask.draft(), "a b", b"1").json
    assert asset is not None
    assert (asset["name"], asset["size"]) == ("a b", 1)
    assert asset["browser_download_url"] == "http://localhost/octo/harbor/releases/download/v1.0/a%20b"
    digest = f"sha256:{hashlib.sha256(b'1').hexdigest()}"
    assert asset.get("digest") == (digest if ask.forge.kind == "github" else None)


def test_an_asset_is_downloaded_by_its_name_of_a_draft_only_with_the_token(ask: Asking) -> None:
    release = ask.draft()
    attached(ask, release, "a", b"1")
    address = "/octo/harbor/releases/download"
    ask.base = ""
    assert ask("GET", f"{address}/v1.0/a").data == b"1"
    assert ask("GET", f"{address}/v1.0/a", Accept="*/*").status_code == 404
    for path in ("v1.0/b", "v1.1/a"):
        assert ask("GET", f"{address}/{path}").status_code == 404
    ask.forge.state.change(release, Change(draft=False))
    assert ask("GET", f"{address}/v1.0/a", Accept="*/*").data == b"1"


def test_github_sends_who_wants_an_assets_bytes_to_its_storage(github: Asking) -> None:
    asset = attached(github, github.draft(), "a", b"1")
    described = github("GET", f"/releases/assets/{asset}").json
    assert described is not None
    assert described["name"] == "a"
    sent = github("GET", f"/releases/assets/{asset}", None, **GITHUB_BYTES)
    assert sent.status_code == 302
    storage = urlsplit(sent.headers["Location"]).path
    # Whoever has the address may read: no token goes to the storage.
    assert github("GET", storage, Accept="*/*").data == b"1"
    assert github("GET", f"/api/storage/{'0' * 64}/{asset}", Accept="*/*").status_code == 403
    assert github("GET", f"/api/storage/{'0' * 64}/99", Accept="*/*").status_code == 404


def test_an_asset_of_a_draft_is_hidden_from_who_has_no_token(github: Asking) -> None:
    asset = attached(github, github.draft(), "a", b"1")
    assert github("GET", f"/releases/assets/{asset}", Accept="*/*").status_code == 404


def test_a_tag_names_its_commit(ask: Asking) -> None:
    path = "/commits/tags" if ask.forge.kind == "github" else "/tags"
    answer = ask("GET", f"{path}/v1.0").json
    assert answer is not None
    assert (answer["sha"] if ask.forge.kind == "github" else answer["commit"]["sha"]) == COMMIT
    assert ask("GET", f"{path}/v9").status_code == (422 if ask.forge.kind == "github" else 404)


@pytest.mark.parametrize(
    ("state", "status", "conclusion"),
    [
        ("waiting", "queued", None),
        ("running", "in_progress", None),
        ("passed", "completed", "success"),
        ("failed", "completed", "failure"),
    ],
)
def test_a_run_is_told_as_it_stands(ask: Asking, state: str, status: str, conclusion: str | None) -> None:
    ask.forge.run("v1.0", state)  # type: ignore[arg-type]
    answer = ask("GET", "/actions/runs").json
    assert answer is not None
    (run,) = answer["workflow_runs"]
    assert answer["total_count"] == 1
    assert (run["status"], run["conclusion"] or None, run["event"]) == (status, conclusion, "push")
    # At Gitea only the path names a run's tag.
    assert run["head_branch"] == ("v1.0" if ask.forge.kind == "github" else "")


def test_runs_are_asked_for_by_tag_and_the_newest_comes_first(github: Asking) -> None:
    for tag in ("v1.0", "v1.1"):
        github.forge.run(tag, "running")
    answer = github("GET", "/actions/runs?branch=v1.0").json
    assert answer is not None
    assert [run["head_branch"] for run in answer["workflow_runs"]] == ["v1.0"]
    answer = github("GET", "/actions/runs").json
    assert answer is not None
    assert [run["head_branch"] for run in answer["workflow_runs"]] == ["v1.1", "v1.0"]


def test_a_run_goes_on_under_its_number_and_another_event_is_another_run(ask: Asking) -> None:
    ask.forge.run("v1.0", "running")
    ask.forge.run("v1.0", "running", event="release")
    ask.forge.run("v1.0", "passed")
    runs = [(run.number, run.event, run.state) for run in ask.forge.state.runs()]
    assert runs == [(2, "release", "running"), (1, "push", "passed")]


def test_gitea_tells_a_runs_tag_in_its_tasks(tmp_path: Path) -> None:
    ask = Asking(tmp_path, "gitea")
    ask.forge.run("v1.0", "waiting")
    ask.forge.run("v1.1", "failed")
    answer = ask("GET", "/actions/tasks").json
    assert answer is not None
    told = [(task["head_branch"], task["status"]) for task in answer["workflow_runs"]]
    assert told == [("v1.1", "failure"), ("v1.0", "waiting")]


def test_github_has_no_tasks_and_gitea_no_storage(tmp_path: Path) -> None:
    assert Asking(tmp_path / "a", "github")("GET", "/actions/tasks").status_code == 404
    assert Asking(tmp_path / "b", "gitea")("GET", f"/api/storage/{'0' * 64}/1").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=0&limit=0", "per_page=&limit="])
def test_a_page_that_is_no_number_is_the_first(ask: Asking, query: str) -> None:
    ask.draft()
    answer = ask("GET", f"/releases?{query}")
    assert [release["tag_name"] for release in answer.json or ()] == ["v1.0"]
