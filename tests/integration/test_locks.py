"""A tracked lock is current, or its own tool says that it is not; what cannot be asked is no judgement."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, make_repository
from packaging.version import Version

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.build.locks import Locks
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.config.model import Package
from releasegate.core.errors import Unavailable
from releasegate.ports import LockAnswer

NOWHERE = "http://127.0.0.1:9/simple/"
PACKAGE = Package("quay-lamp", PurePosixPath(), (), ("3.12",))
PROJECT = '[project]\nname = "quay-lamp"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "quay-lamp"
version = "1.0"
source = { virtual = "." }
"""
FROM_AN_INDEX = """\

[[package]]
name = "other"
version = "2.0"
source = { registry = "https://packages.example/simple" }
wheels = [
    { url = "https://packages.example/other-2.0-py3-none-any.whl", hash = "sha256:%s" },
]
""" % ("0" * 64)  # fmt: skip


def answers(root: Path, files: dict[str, str], *, below: str = "", path: str = "") -> tuple[LockAnswer, ...]:
    repository = make_repository(root / "repository", files)
    environ = {**ENVIRON, "HOME": str(root), "PATH": f"{path}{os.pathsep}{ENVIRON['PATH']}"}
    inside = GitRepository(repository.root / below, environ)
    local = LocalBuilds(root / "dist", lambda _: inside, NOWHERE, environ)
    return local.locks(PACKAGE, version=Version("1.0"), commit=repository.head())


def test_a_package_without_a_lock_is_not_asked_about_one(tmp_path: Path) -> None:
    assert answers(tmp_path, {"pyproject.toml": PROJECT}) == ()


def test_a_lock_that_is_current_needs_no_index(tmp_path: Path) -> None:
    assert answers(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": LOCK}) == (LockAnswer("uv.lock", "uv lock"),)


def test_a_lock_of_another_index_than_ours_is_current_all_the_same(tmp_path: Path) -> None:
    head, _, mine = LOCK.partition("[[package]]")
    needs = 'dependencies = [\n    { name = "other" },\n]\n\n[package.metadata]\nrequires-dist = [{ name = "other" }]\n'
    lock = f"{head.rstrip()}\n{FROM_AN_INDEX}\n[[package]]{mine}{needs}"
    (answer,) = answers(tmp_path, {"pyproject.toml": f'{PROJECT}dependencies = ["other"]\n', "uv.lock": lock})
    assert answer.problem == ""


def test_a_lock_that_lags_behind_is_named_with_what_to_run(tmp_path: Path) -> None:
    (answer,) = answers(tmp_path, {"pyproject.toml": PROJECT.replace('"1.0"', '"1.1"'), "uv.lock": LOCK})
    assert (answer.by, answer.problem) == ("uv lock", "uv.lock is not current: run uv lock, and commit it")
    assert any("needs to be updated" in word for word in answer.words)


def test_a_lock_whose_index_does_not_answer_is_not_judged(tmp_path: Path) -> None:
    project = f'{PROJECT}dependencies = ["not-in-any-cache-1f2e"]\n'
    with pytest.raises(Unavailable, match=r"whether uv\.lock is current: an index does not answer"):
        answers(tmp_path, {"pyproject.toml": project, "uv.lock": LOCK})


def test_the_lock_of_a_workspace_is_above_its_member(tmp_path: Path) -> None:
    top = '[project]\nname = "harbour"\nversion = "0"\nrequires-python = ">=3.11"\n'
    top += '[tool.uv.workspace]\nmembers = ["p/*"]\n'
    member = PROJECT.replace('"1.0"', '"1.1"')
    head, _, mine = LOCK.partition("[[package]]")
    members = '[manifest]\nmembers = [\n    "harbour",\n    "quay-lamp",\n]\n'
    harbour = '\n[[package]]\nname = "harbour"\nversion = "0"\nsource = { virtual = "." }\n\n[[package]]'
    placed = mine.replace('virtual = "."', 'virtual = "p/lamp"')
    lock = f"{head}{members}{harbour}{placed}"
    files = {"pyproject.toml": top, "uv.lock": lock, "p/lamp/pyproject.toml": member}
    (answer,) = answers(tmp_path / "stale", files, below="p/lamp")
    assert answer.problem == "../../uv.lock is not current: run uv lock, and commit it"
    (answer,) = answers(tmp_path / "current", {**files, "p/lamp/pyproject.toml": PROJECT}, below="p/lamp")
    assert answer == LockAnswer("../../uv.lock", "uv lock")


@pytest.mark.parametrize(
    ("tool", "script", "problem"),
    [
        ("poetry", "exit 0", ""),
        ("poetry", "echo 'Warning: project.license is deprecated'; exit 1", ""),
        ("poetry", "echo 'pyproject.toml changed since poetry.lock was generated'; exit 1", "run poetry lock"),
        ("pdm", "exit 0", ""),
        ("pdm", "echo 'Lock file hash does not match'; exit 1", "run pdm lock"),
    ],
)
def test_other_tools_compare_a_hash(tmp_path: Path, tool: str, script: str, problem: str) -> None:
    program = tmp_path / "bin" / tool
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    (answer,) = answers(tmp_path, {"pyproject.toml": PROJECT, f"{tool}.lock": ""}, path=str(program.parent))
    assert answer.by == f"{tool} lock"
    assert problem in answer.problem
    assert bool(answer.problem) == bool(problem)


def test_a_tool_that_is_not_here_is_said_and_is_nobodys_fault(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_text("")
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    (answer,) = Locks(tmp_path, tmp_path, NOWHERE, {"PATH": str(tmp_path)}).ask()
    assert answer == LockAnswer("poetry.lock", "", "poetry is not here, so it was not asked")


def test_what_uv_cannot_read_is_not_current(tmp_path: Path) -> None:
    (answer,) = answers(tmp_path, {"pyproject.toml": f"{PROJECT}[tool.uv]\nindex = 3\n", "uv.lock": LOCK})
    assert answer.problem.startswith("uv.lock is not current")
