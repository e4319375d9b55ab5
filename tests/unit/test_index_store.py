"""The index on disk: it continues wherever a killed process left it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import pytest
from index_client import TOKEN, upload
from werkzeug.test import Client

from releasegate.core.errors import Unavailable
from releasegate.rehearsal.index import LocalIndex, sample_sdist, sample_wheel
from releasegate.rehearsal.index.held.events import Stored
from releasegate.rehearsal.index.held.store import IndexStore


def new_index(root: Path) -> LocalIndex:
    return LocalIndex(name="testpypi", root=root, token=TOKEN)


def test_a_new_instance_continues_with_all_that_happened(tmp_path: Path) -> None:
    with new_index(tmp_path) as index:
        for sample in (sample_wheel(), sample_sdist(), sample_wheel(version="1.1"), sample_wheel("gone")):
            upload(index, sample)
        index.yank("sample", "1.0", "broken")
        index.unyank("sample", "1.0")
        index.yank("sample", "1.1", "worse")
        index.delete_file("sample-1.0.tar.gz")
        index.delete_release("gone", "1.0")
        index.delete_project("gone")
        index.reserve("taken")
        before = index.state
    with new_index(tmp_path) as index:
        assert index.state == before
        assert index.stored["sample-1.0.tar.gz"] == 1
        assert upload(index, sample_wheel("gone")).status_code == 400


@pytest.mark.parametrize("kept", [1, 20, -1])
def test_a_torn_last_line_is_ignored_and_the_next_append_repairs_it(tmp_path: Path, kept: int) -> None:
    with new_index(tmp_path) as index:
        upload(index, sample_wheel())
        upload(index, sample_sdist())
    journal = tmp_path / "journal.jsonl"
    first, second = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(first + second[:kept])
    with new_index(tmp_path) as index:
        assert list(index.stored) == [sample_wheel().filename]
        assert upload(index, sample_sdist()).status_code == 200
    lines = journal.read_bytes().splitlines()
    assert [json.loads(line)["file"]["filename"] for line in lines] == [
        sample_wheel().filename,
        sample_sdist().filename,
    ]


def test_a_torn_line_that_is_longer_than_the_next_one_leaves_no_rest(tmp_path: Path) -> None:
    with new_index(tmp_path) as index:
        upload(index, sample_wheel())
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"event": "' + b"x" * 5000)
    with new_index(tmp_path) as index:
        index.yank("sample", "1.0")
    with new_index(tmp_path) as index:
        assert index.state.serial == 2


class Killed(BaseException):
    """The process ends here."""


def test_bytes_without_a_line_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_self: IndexStore, _event: Stored) -> None:
        raise Killed

    with new_index(tmp_path) as index, monkeypatch.context() as patch:
        patch.setattr(IndexStore, "record", kill)
        with pytest.raises(Killed):
            upload(index, sample_wheel())
    assert list(tmp_path.rglob("*.whl"))
    with new_index(tmp_path) as index:
        assert index.stored == {}
        assert Client(index.app).get("/simple/sample/").status_code == 404
        assert upload(index, sample_wheel()).status_code == 200
        assert index.stored == {sample_wheel().filename: 1}


def test_a_half_written_file_is_swept_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_source: IO[bytes], _target: IO[bytes]) -> None:
        raise Killed

    with new_index(tmp_path) as index, monkeypatch.context() as patch:
        patch.setattr("shutil.copyfileobj", kill)
        with pytest.raises(Killed):
            upload(index, sample_wheel())
    assert list((tmp_path / "incoming").iterdir())
    with new_index(tmp_path):
        assert not (tmp_path / "incoming").exists()


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n",
        b"[]\n",
        b'{"event": "unheard-of", "at": "2026-11-01T00:00:00+00:00"}\n',
        b'{"event": "yanked", "at": "yesterday"}\n',
        b'{"event": "project-deleted", "at": "2026-11-01T00:00:00+00:00", "project": "a", "more": 1}\n',
        b'{"event": "release-deleted", "at": "2026-11-01T00:00:00+00:00", "project": "a", "version": "1"}\n',
    ],
)
def test_a_whole_line_that_is_no_event_is_told_with_its_place(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "journal.jsonl").write_bytes(line)
    with pytest.raises(Unavailable, match=r"journal\.jsonl:1 is not an event"):
        new_index(tmp_path)


def test_a_journal_that_was_damaged_since_frees_the_folder_again(tmp_path: Path) -> None:
    index = new_index(tmp_path)
    (tmp_path / "journal.jsonl").write_bytes(b"{}\n")
    with pytest.raises(Unavailable, match="is not an event"):
        index.start()
    (tmp_path / "journal.jsonl").unlink()
    index.start()
    index.stop()


def test_one_folder_is_served_by_one_index_at_a_time(tmp_path: Path) -> None:
    with new_index(tmp_path), pytest.raises(Unavailable, match="Another process serves the index"):
        new_index(tmp_path).start()
    with new_index(tmp_path) as index:
        assert upload(index, sample_wheel()).status_code == 200
