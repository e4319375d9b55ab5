"""What a person does on the index's web pages: yanks and deletions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from index_client import local_index, upload
from werkzeug.test import Client

from releasegate.core.errors import Refused, Unavailable
from releasegate.rehearsal.index import LocalIndex, sample_sdist, sample_wheel

WHEEL = "sample-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with local_index(tmp_path) as index:
        for sample in (sample_wheel(), sample_sdist(), sample_wheel(version="1.1")):
            assert upload(index, sample).status_code == 200
        yield index


def page(index: LocalIndex) -> Any:
    return Client(index.app).get("/simple/sample/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}).json


def yanks(index: LocalIndex) -> dict[str, bool | str]:
    return {file["filename"]: file["yanked"] for file in page(index)["files"]}


def test_a_yank_marks_every_file_of_one_release(index: LocalIndex) -> None:
    index.yank("Sample", "1.0.0", "broken")
    assert yanks(index) == {WHEEL: "broken", "sample-1.0.tar.gz": "broken", "sample-1.1-py3-none-any.whl": False}


def test_a_yank_without_a_reason_says_true(index: LocalIndex) -> None:
    index.yank("sample", "1.1")
    assert yanks(index)["sample-1.1-py3-none-any.whl"] is True
    assert 'data-yanked=""' in Client(index.app).get("/simple/sample/").text


def test_a_yank_can_be_taken_back(index: LocalIndex) -> None:
    index.yank("sample", "1.0", "broken")
    index.unyank("sample", "1.0")
    assert yanks(index)[WHEEL] is False


def test_a_deleted_file_is_gone_from_the_page_and_the_disk(index: LocalIndex, tmp_path: Path) -> None:
    path = urlsplit(page(index)["files"][0]["url"]).path
    index.delete_file(WHEEL)
    assert WHEEL not in yanks(index)
    assert Client(index.app).get(path).status_code == 404
    assert not list(tmp_path.rglob(f"{WHEEL}*"))


def test_a_deleted_release_is_gone_with_its_files(index: LocalIndex) -> None:
    index.delete_release("sample", "1.0")
    assert page(index)["versions"] == ["1.1"]
    body = Client(index.app).get("/pypi/sample/json").json
    assert body is not None
    assert list(body["releases"]) == ["1.1"]


def test_a_project_without_releases_has_a_page_but_no_json(index: LocalIndex) -> None:
    index.delete_release("sample", "1.0")
    index.delete_release("sample", "1.1")
    assert page(index)["files"] == []
    assert Client(index.app).get("/pypi/sample/json").status_code == 404


def test_a_deleted_project_is_404(index: LocalIndex, tmp_path: Path) -> None:
    index.delete_project("sample")
    assert Client(index.app).get("/simple/sample/").status_code == 404
    assert not list(tmp_path.rglob("*.whl"))


def test_what_was_deleted_still_counts_as_stored_once(index: LocalIndex) -> None:
    index.delete_project("sample")
    assert index.stored[WHEEL] == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda index: index.yank("other", "1.0"),
        lambda index: index.yank("sample", "2.0"),
        lambda index: index.unyank("sample", "2.0"),
        lambda index: index.delete_file("other-1.0.tar.gz"),
        lambda index: index.delete_release("sample", "2.0"),
        lambda index: index.delete_project("other"),
    ],
)
def test_what_is_not_there_cannot_be_changed(index: LocalIndex, act: Callable[[LocalIndex], None]) -> None:
    before = index.state
    with pytest.raises(Refused, match="The index testpypi holds no"):
        act(index)
    assert index.state is before


def test_an_index_that_is_stopped_cannot_be_changed(index: LocalIndex) -> None:
    index.stop()
    with pytest.raises(Unavailable, match="is not running"):
        index.yank("sample", "1.0")
