"""Answers that hang on what the index holds, and held once: nothing is ever replaced or used twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from index_client import TOKEN, Clock, assert_refused, upload

from releasegate.rehearsal.index import LocalIndex, sample_sdist, sample_wheel


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def index(tmp_path: Path, clock: Clock) -> Iterator[LocalIndex]:
    with LocalIndex(name="testpypi", root=tmp_path / "index", token=TOKEN, clock=clock) as index:
        yield index


def test_the_identical_file_again_changes_nothing(index: LocalIndex, clock: Clock) -> None:
    upload(index, sample_wheel())
    before = index.state
    clock.now += timedelta(days=30)
    assert upload(index, sample_wheel()).status_code == 200
    assert index.state is before


def test_other_content_under_the_same_name_is_refused(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    other = sample_wheel(files={"more.py": ""})
    assert_refused(upload(index, other), 400, "400 File already exists ('sample-1.0-py3-none-any.whl', with blake2_256")
    assert index.stored == {other.filename: 1}


def test_the_same_content_under_another_name_is_refused(index: LocalIndex) -> None:
    wheel = sample_wheel()
    upload(index, wheel)
    renamed = replace(wheel, filename="sample-1.0-1-py3-none-any.whl")
    assert_refused(upload(index, renamed), 400, "File already exists")


def test_the_name_of_a_deleted_file_is_burnt(index: LocalIndex) -> None:
    wheel = sample_wheel()
    upload(index, wheel)
    index.delete_file(wheel.filename)
    said = "This filename was previously used by a file that has since been deleted. Use a different version."
    assert_refused(upload(index, wheel), 400, said)


def test_the_names_of_a_deleted_project_stay_burnt(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.delete_project("sample")
    assert_refused(upload(index, sample_wheel(files={"more.py": ""})), 400, "This filename was previously used")
    assert upload(index, sample_wheel(version="1.1")).status_code == 200


def test_a_release_takes_files_until_it_is_fourteen_days_old(index: LocalIndex, clock: Clock) -> None:
    upload(index, sample_wheel())
    clock.now += timedelta(days=14)
    assert upload(index, sample_sdist()).status_code == 200


def test_a_release_older_than_fourteen_days_is_closed(index: LocalIndex, clock: Clock) -> None:
    upload(index, sample_wheel())
    clock.now += timedelta(days=14, seconds=1)
    said = "Uploading new files to releases older than 14 days is not allowed."
    assert_refused(upload(index, sample_sdist()), 400, said)
    assert upload(index, sample_wheel(version="1.1")).status_code == 200


def test_a_second_sdist_is_refused_however_the_version_is_spelled(index: LocalIndex) -> None:
    upload(index, sample_sdist())
    assert_refused(upload(index, sample_sdist(version="1.0.0")), 400, "Only one sdist may be uploaded per release.")
