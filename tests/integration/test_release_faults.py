"""``release`` as it is typed, against indexes that stumble: the same command ends with the same number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from git_repositories import git
from real_indexes import RunningIndex
from test_doctor import Folder
from testpair import make_pair, on_indexes

from releasegate.rehearsal.index import BrokenFile, BrokenPage, EmbeddedIndex, LoseAnswer, Refuse

RC = ("releasegate", "release", "--rc", "--package", "tiny-api", "--yes")
ONCE = (
    Refuse(403, of="page"),
    BrokenPage("html"),
    Refuse(404, of="page"),
    Refuse(404, target="*.whl"),
    Refuse(400, target="*.tar.gz"),
    LoseAnswer(502, target="*.tar.gz"),
    Refuse(404, of="file", target="*.metadata"),
    BrokenFile("altered", target="*.whl"),
    BrokenFile("truncated", target="*.tar.gz"),
)


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[dict[str, EmbeddedIndex]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / "indexes" / name, token="secret"))
            for name in ("staging", "production")
        }


@pytest.fixture
def folder(tmp_path: Path, indexes: dict[str, EmbeddedIndex]) -> Folder:
    staging, production = (
        RunningIndex(name, index.upload_url, index.simple_url, "__token__", "secret") for name, index in indexes.items()
    )
    pair = make_pair(tmp_path, settings=on_indexes(staging, production))
    return Folder(pair, {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"})


def test_a_candidate_survives_every_fault_that_happens_once(folder: Folder, indexes: dict[str, EmbeddedIndex]) -> None:
    staging = indexes["staging"]
    for fault in ONCE:
        staging.faults.add(fault)
    for _ in range(4):
        code, output = folder.type(*RC)
        assert code in {0, 6, 75}, output
        if code == 0:
            break
    assert code == 0, output
    assert staging.faults.waiting == ()
    names = ("tiny_api-1.0.0rc1-py3-none-any.whl", "tiny_api-1.0.0rc1.tar.gz")
    assert staging.stored == dict.fromkeys(names, 1)
    assert git(folder.pair.clone("tiny-api"), "tag") == "v1.0.0rc1"


def test_a_version_of_which_one_file_is_stored_says_how_long_the_other_is_taken(
    folder: Folder, indexes: dict[str, EmbeddedIndex]
) -> None:
    staging = indexes["staging"]
    staging.faults.add(Refuse(404, target="*.tar.gz", times=1000))
    code, output = folder.type(*RC)
    assert code == 6, output
    assert "staging did not take tiny_api-1.0.0rc1.tar.gz (404), and says nothing of the file itself." in output
    assert "staging holds of 1.0.0rc1: tiny_api-1.0.0rc1-py3-none-any.whl" in output
    _, output = folder.type("releasegate", "status", "--package", "tiny-api")
    stored = "note      1.0.0rc1 on staging: tiny_api-1.0.0rc1-py3-none-any.whl is stored and the sdist is not; "
    assert f"{stored}13 days remain to send it" in output
    assert "tiny-api: 1.0.0rc1 is under way" in output
    assert "next      releasegate release --rc --package tiny-api" in output
    staging.faults.clear()
    code, output = folder.type(*RC, "--until", "install")
    assert code == 0, output
    assert staging.stored == dict.fromkeys(staging.stored, 1)
    _, output = folder.type("releasegate", "status", "--package", "tiny-api")
    assert "  stored    " not in output
