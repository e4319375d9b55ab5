"""Which names a new project cannot have on the embedded index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from index_client import local_index, upload
from werkzeug.test import TestResponse

from releasegate.rehearsal.index import LocalIndex, Policy, sample_wheel


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with local_index(tmp_path) as index:
        yield index


def named(index: LocalIndex, name: str, version: str = "1.0") -> TestResponse:
    return upload(index, sample_wheel(name, version))


@pytest.mark.parametrize("name", ["json", "JSON", "concurrent", "cgi", "ConfigParser"])
def test_the_name_of_a_module_of_the_standard_library_is_refused(index: LocalIndex, name: str) -> None:
    said = f"The name '{name}' isn't allowed (conflict with Python Standard Library module name)."
    assert named(index, name).status == f"400 {said}"
    assert index.stored == {}


@pytest.mark.parametrize("name", ["requirements.txt", "Requirements_TXT", "rrequirements.txt"])
def test_a_prohibited_name_is_refused(index: LocalIndex, name: str) -> None:
    assert named(index, name).status == f"400 The name '{name}' isn't allowed."


@pytest.mark.parametrize("name", ["toast1ng", "toastlng", "t0asting", "toast-ing", "TOAST.ing"])
def test_a_name_too_similar_to_that_of_a_project_here_is_refused(index: LocalIndex, name: str) -> None:
    assert named(index, "toasting").status_code == 200
    assert named(index, name).status == f"400 The name '{name}' is too similar to an existing project."
    index.delete_project("toasting")
    assert named(index, name).status_code == 200


def test_a_name_too_similar_to_that_of_somebody_else_is_refused(index: LocalIndex) -> None:
    index.reserve("To_Asting")
    assert named(index, "t0asting").status == "400 The name 't0asting' is too similar to an existing project."


def test_a_project_that_is_there_keeps_its_name_however_it_is_spelled(index: LocalIndex) -> None:
    assert named(index, "two-words").status_code == 200
    assert named(index, "Two_Words", "1.1").status_code == 200


def test_the_limit_of_new_projects_is_told_before_a_bad_name(index: LocalIndex) -> None:
    index.policy = Policy(new_projects=0)
    assert named(index, "json").status == "429 Too many new projects created"
    index.policy = Policy(identity="publisher")
    assert named(index, "json").status == "400 Non-user identities cannot create new projects."
