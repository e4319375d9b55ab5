"""The index adapter against indexes that are not ours: a real devpi-server and a real pypiserver."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version
from real_indexes import RunningIndex, devpi, pypiserver

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.rehearsal.index import Sample, sample_sdist, sample_wheel

SERVERS = {"devpi": devpi, "pypiserver": pypiserver}


@pytest.fixture(scope="module", params=sorted(SERVERS))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIndex]:
    with SERVERS[request.param](tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def index(running: RunningIndex, tmp_path: Path) -> SimpleIndex:
    return SimpleIndex(running.config, environ=running.environ, workdir=tmp_path / "work")


def placed(sample: Sample, folder: Path) -> Path:
    path = folder / sample.filename
    path.write_bytes(sample.content)
    return path


def sha256(sample: Sample) -> str:
    return hashlib.sha256(sample.content).hexdigest()


def test_both_files_are_uploaded_listed_fetched_and_resolved(index: SimpleIndex, tmp_path: Path) -> None:
    assert index.files("one") == ()
    assert index.versions("one") == ()
    both = (sample_wheel("one", "1.0rc1"), sample_sdist("one", "1.0rc1"))
    for sample in both:
        answer = index.upload(placed(sample, tmp_path))
        assert answer.exit_code == 0, answer.words
    listed = {file.filename: file for file in index.files("one")}
    assert {name: file.sha256 for name, file in listed.items()} == {s.filename: sha256(s) for s in both}
    assert index.versions("one") == (Version("1.0rc1"),)
    assert [index.fetch(listed[sample.filename]) for sample in both] == [sample.content for sample in both]
    assert index.resolve("one", Version("1.0rc1"), within=60) == {both[0].filename: sha256(both[0])}
    assert index.resolve("one", Version("1.0rc2"), within=60) == {}


def test_a_second_upload_leaves_the_first_bytes_whatever_the_server_answers(index: SimpleIndex, tmp_path: Path) -> None:
    first, other = sample_wheel("two"), sample_wheel("two", files={"more.py": ""})
    assert index.upload(placed(first, tmp_path)).exit_code == 0
    for sample in (first, other):
        answer = index.upload(placed(sample, tmp_path))
        assert (answer.exit_code, answer.status) in {(0, None), (1, 400), (1, 409)}, answer
        assert [file.sha256 for file in index.files("two")] == [sha256(first)]
    assert answer.exit_code == 1


@pytest.mark.parametrize("running", ["devpi"], indirect=True)
def test_a_wrong_password_is_refused_and_never_shown(running: RunningIndex, tmp_path: Path) -> None:
    environ = {**running.environ, "INDEX_TOKEN": "not-the-password"}
    index = SimpleIndex(running.config, environ=environ, workdir=tmp_path / "work")
    answer = index.upload(placed(sample_wheel("three"), tmp_path))
    assert answer.exit_code == 1
    assert answer.status in {401, 403}
    assert "not-the-password" not in " ".join(answer.words)
    assert index.files("three") == ()
