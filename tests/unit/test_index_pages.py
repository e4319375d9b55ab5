"""What readers of the index get: simple pages, the project JSON, files, core metadata, and their headers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from index_client import TOKEN, upload
from packaging.metadata import Metadata
from werkzeug.test import Client

from releasegate.rehearsal.index import LocalIndex, Sample, sample_sdist, sample_wheel

JSON = "application/vnd.pypi.simple.v1+json"
PIP = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    moment = datetime(2026, 11, 1, 12, 0, 0, 5, tzinfo=UTC)
    with LocalIndex(name="testpypi", root=tmp_path / "index", token=TOKEN, clock=lambda: moment) as index:
        yield index


def store(index: LocalIndex, *samples: Sample) -> None:
    for sample in samples:
        assert upload(index, sample).status_code == 200


def page(index: LocalIndex, name: str = "sample") -> Any:
    response = Client(index.app).get(f"/simple/{name}/", headers={"Accept": JSON})
    assert response.content_type == JSON
    return response.json


def test_the_simple_json_tells_all_that_is_known_of_a_file(index: LocalIndex) -> None:
    wheel, sdist = sample_wheel(), sample_sdist()
    store(index, wheel, sdist)
    body = page(index)
    assert body["name"] == "sample"
    assert body["meta"] == {"api-version": "1.4", "_last-serial": 2}
    assert body["project-status"] == {"status": "active"}
    assert body["versions"] == ["1.0"]
    listed, other = body["files"]
    assert listed["filename"] == wheel.filename
    assert listed["hashes"] == {"sha256": hashlib.sha256(wheel.content).hexdigest()}
    assert listed["size"] == len(wheel.content)
    assert listed["requires-python"] == ">=3.8"
    assert listed["upload-time"] == "2026-11-01T12:00:00.000005Z"
    assert listed["yanked"] is False
    assert set(listed["core-metadata"]) == {"sha256"}
    assert other["filename"] == sdist.filename
    assert other["core-metadata"] is False


def test_files_are_listed_by_version_and_not_by_text(index: LocalIndex) -> None:
    store(index, *(sample_wheel(version=version) for version in ("1.10", "1.9", "1.10rc1")))
    assert page(index)["versions"] == ["1.9", "1.10rc1", "1.10"]


def test_two_spellings_of_a_version_are_one_release(index: LocalIndex) -> None:
    store(index, sample_wheel(version="1.0"), sample_sdist(version="1.0.0"))
    body = page(index)
    assert body["versions"] == ["1.0"]
    assert [file["filename"] for file in body["files"]] == ["sample-1.0-py3-none-any.whl", "sample-1.0.0.tar.gz"]


def test_a_file_and_its_core_metadata_are_served_where_the_page_says(index: LocalIndex) -> None:
    wheel = sample_wheel()
    store(index, wheel)
    listed = page(index)["files"][0]
    with Client(index.app).get(urlsplit(listed["url"]).path) as response:
        assert response.data == wheel.content
        assert response.cache_control.max_age == 365_000_000
    with Client(index.app).get(f"{urlsplit(listed['url']).path}.metadata") as response:
        assert hashlib.sha256(response.data).hexdigest() == listed["core-metadata"]["sha256"]
        assert Metadata.from_email(response.data, validate=False).name == "sample"


def test_a_part_of_a_file_is_served_on_demand(index: LocalIndex) -> None:
    wheel = sample_wheel()
    store(index, wheel)
    path = urlsplit(page(index)["files"][0]["url"]).path
    with Client(index.app).get(path, headers={"Range": "bytes=0-3"}) as response:
        assert response.status_code == 206
        assert response.data == wheel.content[:4]


@pytest.mark.parametrize(
    "path",
    [
        "/packages/aa/bb/cc/sample-1.0-py3-none-any.whl",
        "/packages/../journal.jsonl",
        "/packages/sample-1.0.tar.gz",
        "/journal.jsonl",
    ],
)
def test_nothing_is_served_from_another_address(index: LocalIndex, path: str) -> None:
    store(index, sample_wheel())
    assert Client(index.app).get(path).status_code == 404


def test_an_sdist_has_no_core_metadata_file(index: LocalIndex) -> None:
    store(index, sample_sdist())
    path = urlsplit(page(index)["files"][0]["url"]).path
    assert Client(index.app).get(f"{path}.metadata").status_code == 404


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/html; charset=UTF-8"),
        ("*/*", "text/html; charset=UTF-8"),
        ("text/html", "text/html; charset=UTF-8"),
        ("image/png", "text/html; charset=UTF-8"),
        ("application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.v1+html; charset=UTF-8"),
        (JSON, JSON),
        (PIP, JSON),
    ],
)
def test_the_reader_chooses_the_format(index: LocalIndex, accept: str | None, kind: str) -> None:
    store(index, sample_wheel())
    for path in ("/simple/", "/simple/sample/"):
        response = Client(index.app).get(path, headers={"Accept": accept} if accept else {})
        assert response.content_type == kind
        assert set(response.vary) == {"Accept", "Accept-Encoding"}


def test_the_html_page_carries_what_installers_need(index: LocalIndex) -> None:
    wheel = sample_wheel()
    store(index, wheel, sample_sdist())
    index.yank("sample", "1.0", 'broken "here" & there')
    text = Client(index.app).get("/simple/sample/").text
    listed = page(index)["files"][0]
    assert f'href="{listed["url"]}#sha256={listed["hashes"]["sha256"]}"' in text
    assert 'data-requires-python="&gt;=3.8"' in text
    assert 'data-yanked="broken &quot;here&quot; &amp; there"' in text
    assert f'data-core-metadata="sha256={listed["core-metadata"]["sha256"]}"' in text
    assert text.count("data-core-metadata") == 1
    assert '<meta name="pypi:repository-version" content="1.4">' in text
    assert '<meta name="pypi:project-status" content="active">' in text
    assert f">{wheel.filename}</a>" in text


def test_a_release_without_a_python_requirement_names_none(index: LocalIndex) -> None:
    wheel = sample_wheel()
    fields = {key: value for key, value in wheel.fields.items() if key != "requires_python"}
    store(index, Sample(wheel.filename, wheel.content, fields))
    assert page(index)["files"][0]["requires-python"] is None
    assert "data-requires-python" not in Client(index.app).get("/simple/sample/").text


def test_the_root_lists_all_projects(index: LocalIndex) -> None:
    store(index, sample_wheel("beta"), sample_wheel("alpha"))
    body = Client(index.app).get("/simple/", headers={"Accept": JSON}).json
    assert body == {
        "meta": {"api-version": "1.4", "_last-serial": 2},
        "projects": [{"name": "alpha", "_last-serial": 2}, {"name": "beta", "_last-serial": 1}],
    }
    assert '<a href="alpha/">alpha</a>' in Client(index.app).get("/simple/").text


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/simple", "/simple/"),
        ("/simple/two-words", "/simple/two-words/"),
        ("/simple/Two_Words/", "/simple/two-words/"),
        ("/simple/two.words", "/simple/two-words/"),
        ("/pypi/Two_Words/json", "/pypi/two-words/json"),
    ],
)
def test_any_other_spelling_is_redirected(index: LocalIndex, asked: str, location: str) -> None:
    store(index, sample_wheel("two-words"))
    response = Client(index.app).get(asked)
    assert response.status_code == 301
    assert response.headers["Location"] == f"http://localhost{location}"


@pytest.mark.parametrize("path", ["/simple/unknown/", "/simple/Un_Known/", "/pypi/unknown/json", "/", "/simple/a/b/"])
def test_what_is_not_there_is_404(index: LocalIndex, path: str) -> None:
    assert Client(index.app).get(path).status_code == 404


def test_pages_may_be_kept_for_ten_minutes_and_asked_again_by_etag(index: LocalIndex) -> None:
    store(index, sample_wheel())
    first = Client(index.app).get("/simple/sample/", headers={"Accept": JSON})
    assert first.headers["Cache-Control"] == "max-age=600, public"
    assert first.headers["X-PyPI-Last-Serial"] == "1"
    again = {"Accept": JSON, "If-None-Match": first.headers["ETag"]}
    assert Client(index.app).get("/simple/sample/", headers=again).status_code == 304
    store(index, sample_sdist())
    assert Client(index.app).get("/simple/sample/", headers=again).status_code == 200


def test_the_project_json_lists_every_release_and_shows_the_newest_final(index: LocalIndex) -> None:
    store(index, *(sample_wheel(version=version) for version in ("1.0", "1.1", "1.2rc1")))
    index.yank("sample", "1.1", "bad")
    body = Client(index.app).get("/pypi/sample/json").json
    assert body is not None
    assert list(body["releases"]) == ["1.0", "1.1", "1.2rc1"]
    assert body["info"]["version"] == "1.0"
    assert body["releases"]["1.1"][0]["yanked_reason"] == "bad"
    assert body["urls"][0]["digests"]["sha256"] == page(index)["files"][0]["hashes"]["sha256"]


def test_only_the_project_json_lists_a_release_without_files(index: LocalIndex) -> None:
    store(index, sample_wheel(), sample_sdist(version="1.1"))
    index.delete_file("sample-1.0-py3-none-any.whl")
    body = Client(index.app).get("/pypi/sample/json").json
    assert body is not None
    assert body["releases"]["1.0"] == []
    assert page(index)["versions"] == ["1.1"]


def test_reads_are_recorded(index: LocalIndex) -> None:
    store(index, sample_wheel())
    path = urlsplit(page(index)["files"][0]["url"]).path
    Client(index.app).get(path).close()
    Client(index.app).get("/simple/Un_Known/")
    assert [(r.method, r.status, r.project, r.filename) for r in index.requests[1:]] == [
        ("GET", 200, "sample", None),
        ("GET", 200, "sample", "sample-1.0-py3-none-any.whl"),
        ("GET", 404, "un-known", None),
    ]


def test_a_file_that_was_lost_from_the_disk_is_404(index: LocalIndex, tmp_path: Path) -> None:
    store(index, sample_wheel())
    path = urlsplit(page(index)["files"][0]["url"]).path
    next(tmp_path.rglob("*.whl")).unlink()
    assert Client(index.app).get(path).status_code == 404
