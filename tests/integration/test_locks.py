"""A tracked lock is current, or its own tool says that it is not; what cannot be asked is no judgement."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, make_repository
from packaging.version import Version

from releasegate.adapters import process
from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.build.locks import Locks
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import LockVersionFile
from releasegate.core.errors import Unavailable
from releasegate.ports import LockAnswer

RUSTUP = os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))
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
APP = '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["quay-lamp"]\n'
APP += '[tool.uv.sources]\nquay-lamp = { path = ".." }\n'
APP_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "app"
version = "2.0"
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


def answers(
    root: Path, files: dict[str, str], *, below: str = "", path: str = "", package: Package = PACKAGE, **more: str
) -> tuple[LockAnswer, ...]:
    repository = make_repository(root / "repository", files)
    environ = {**ENVIRON, "HOME": str(root), "PATH": f"{path}{os.pathsep}{ENVIRON['PATH']}", **more}
    inside = GitRepository(repository.root / below, environ)
    local = LocalBuilds(root / "dist", lambda _: inside, NOWHERE, environ)
    return local.locks(package, version=Version("1.0"), commit=repository.head())


def test_a_package_without_a_lock_is_not_asked_about_one(tmp_path: Path) -> None:
    assert answers(tmp_path, {"pyproject.toml": PROJECT}) == ()


def test_a_lock_that_is_current_needs_no_index(tmp_path: Path) -> None:
    assert answers(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": LOCK}) == (LockAnswer("uv.lock", "uv lock"),)


@pytest.mark.parametrize("lock", [LOCK, LOCK.replace('"1.0"', '"0.9"')], ids=["current", "stale"])
def test_no_shim_is_started_to_ask_of_a_lock(tmp_path: Path, lock: str) -> None:
    shim = tmp_path / "shims" / "python3"
    shim.parent.mkdir()
    shim.write_text(f"#!/bin/sh\ntouch {tmp_path / 'started'}\nexit 127\n", encoding="utf-8")
    for name in ("python3", "python", "python3.11", "python3.12"):
        shutil.copy(shim, shim.with_name(name)) if name != shim.name else shim.chmod(0o755)
    (answer,) = answers(tmp_path / "mine", {"pyproject.toml": PROJECT, "uv.lock": lock}, path=str(shim.parent))

    assert (answer.problem == "") is (lock == LOCK)
    assert not (tmp_path / "started").exists()


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


def test_a_lock_whose_index_does_not_answer_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(process.SET, "UV_HTTP_RETRIES", "0")
    project = f'{PROJECT}dependencies = ["not-in-any-cache-1f2e"]\n'
    with pytest.raises(Unavailable, match=r"whether uv\.lock is current: an index does not answer"):
        answers(tmp_path, {"pyproject.toml": project, "uv.lock": LOCK})


def test_the_index_that_a_lock_was_made_from_is_named_where_it_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(process.SET, "UV_HTTP_RETRIES", "0")
    project = f'{PROJECT}dependencies = ["not-in-any-cache-1f2e"]\n'
    head, _, mine = LOCK.partition("[[package]]")
    lock = f"{head.rstrip()}\n{FROM_AN_INDEX}\n[[package]]{mine}"
    with pytest.raises(Unavailable, match=r"packages\.example/simple, which it was made from, does not answer") as away:
        answers(tmp_path, {"pyproject.toml": project, "uv.lock": lock})
    assert "make it anew from one that all can" in away.value.hint


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
        ("pipenv", "exit 0", ""),
        ("pipenv", "echo 'Pipfile.lock is out-of-date.'; exit 1", "run pipenv lock"),
        ("cargo", "exit 0", ""),
        ("cargo", "echo 'cannot update the lock file because --locked was passed'; exit 101", "run cargo update"),
    ],
)
def test_other_tools_compare_a_hash(tmp_path: Path, tool: str, script: str, problem: str) -> None:
    program = tmp_path / "bin" / tool
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    name = {"pipenv": "Pipfile.lock", "cargo": "Cargo.lock"}.get(tool, f"{tool}.lock")
    (answer,) = answers(tmp_path, {"pyproject.toml": PROJECT, name: ""}, path=str(program.parent))
    assert answer.by == {"cargo": "cargo update --workspace"}.get(tool, f"{tool} lock")
    assert problem in answer.problem
    assert bool(answer.problem) == bool(problem)


def test_a_tool_that_is_not_here_is_said_and_is_nobodys_fault(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_text("")
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    (answer,) = Locks(tmp_path, tmp_path, NOWHERE, {"PATH": str(tmp_path)}).ask()
    assert answer == LockAnswer("poetry.lock", "", "poetry is not here, so it was not asked")


def _cargo_runs() -> bool:
    """Return whether there is a toolchain behind the name, which the home folder of whoever runs this may not have."""
    cargo = shutil.which("cargo")
    return cargo is not None and subprocess.run([cargo, "--version"], capture_output=True, check=False).returncode == 0


def test_cargo_without_its_index_judges_nobody(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "cargo"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'error: failed to download from the index'; exit 101\n")
    program.chmod(0o755)
    with pytest.raises(Unavailable, match=r"whether Cargo\.lock is current: an index does not answer"):
        answers(tmp_path, {"pyproject.toml": PROJECT, "Cargo.lock": ""}, path=str(program.parent))


@pytest.mark.skipif(not _cargo_runs(), reason="no cargo that runs is here")
@pytest.mark.parametrize(("stated", "current"), [("1.0.0", True), ("0.9.0", False)])
def test_cargo_itself_says_whether_a_crates_own_entry_is_current(tmp_path: Path, stated: str, current: bool) -> None:  # noqa: FBT001 - a case
    lock = f'version = 4\n\n[[package]]\nname = "lamp-sys"\nversion = "{stated}"\n'
    files = {
        "pyproject.toml": PROJECT,
        "native/Cargo.toml": '[package]\nname = "lamp-sys"\nversion = "1.0.0"\nedition = "2021"\n',
        "native/src/lib.rs": "",
        "native/Cargo.lock": lock,
    }
    # A crate of its own is asked about where it is a version file.
    assert answers(tmp_path / "other", files) == ()
    declared = LockVersionFile(PurePosixPath("native/Cargo.lock"), "lamp-sys")
    mine = replace(PACKAGE, version_files=(declared,))
    (answer,) = answers(tmp_path / "own", files, package=mine, RUSTUP_HOME=RUSTUP)
    said = "" if current else "native/Cargo.lock is not current: run cargo update --workspace, and commit it"
    assert (answer.by, answer.problem) == ("cargo update --workspace", said)


def test_a_cargo_that_does_not_run_judges_nobody(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "cargo"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'error: no toolchain is configured'; exit 1\n")
    program.chmod(0o755)
    (answer,) = answers(tmp_path, {"pyproject.toml": PROJECT, "Cargo.lock": ""}, path=str(program.parent))
    assert (answer.by, "no toolchain is configured" in answer.problem) == ("", True)


def test_a_crates_lock_is_told_where_cargo_is_not_here(tmp_path: Path) -> None:
    (tmp_path / "Cargo.lock").write_text("")
    (answer,) = Locks(tmp_path, tmp_path, NOWHERE, {"PATH": str(tmp_path)}).ask()
    assert answer == LockAnswer("Cargo.lock", "", "cargo is not here, so it was not asked")


def test_a_lock_that_nobody_asks_about_is_told(tmp_path: Path) -> None:
    (tmp_path / "pixi.lock").write_text("")
    (answer,) = Locks(tmp_path, tmp_path, NOWHERE, {"PATH": str(tmp_path)}).ask()
    assert answer == LockAnswer("pixi.lock", "", "nobody was asked: run pixi lock, and see that nothing changes")


def test_a_lock_that_is_a_version_file_may_lie_anywhere(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "app/pyproject.toml": APP, "app/uv.lock": APP_LOCK.replace("2.0", "1.0")}
    assert answers(tmp_path / "other", files) == ()
    declared = replace(PACKAGE, version_files=(LockVersionFile(PurePosixPath("app/uv.lock")),))
    (answer,) = answers(tmp_path / "own", files, package=declared)
    assert answer.problem == "app/uv.lock is not current: run uv lock, and commit it"


HEADER = "# This file was autogenerated by uv via the following command:\n#    {}\n"


def needing_another() -> dict[str, str]:
    head, _, mine = LOCK.partition("[[package]]")
    needs = 'dependencies = [\n    { name = "other" },\n]\n\n[package.metadata]\nrequires-dist = [{ name = "other" }]\n'
    lock = f"{head.rstrip()}\n{FROM_AN_INDEX}\n[[package]]{mine}{needs}"
    return {"pyproject.toml": f'{PROJECT}dependencies = ["other"]\n', "uv.lock": lock}


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("requirements.txt", "uv export --locked --no-hashes -o requirements.txt"),
        ("requirements/all.txt", "uv export --no-hashes --output-file=requirements/all.txt"),
        ("deploy/requirements-all.txt", "uv export --no-hashes"),
    ],
)
def test_what_uv_exported_is_made_again_from_its_lock(tmp_path: Path, path: str, command: str) -> None:
    files = needing_another()
    current = {**files, path: f"{HEADER.format(command)}other==2.0\n    # via quay-lamp\n"}
    assert LockAnswer(path, "uv export") in answers(tmp_path / "current", current)
    stale = {**files, path: f"{HEADER.format(command)}other==1.9 ; python_version < '4'\n"}
    answer = answers(tmp_path / "stale", stale)[-1]
    assert answer.problem.startswith(f"{path} is not what the lock says: run uv export ")
    assert answer.words == ("other 1.9", "other 2.0")


def test_a_lock_of_the_standard_that_uv_exported_is_made_again(tmp_path: Path) -> None:
    said = HEADER.format("uv export --format pylock.toml -o pylock.toml")
    lock = f'{said}lock-version = "1.0"\n[[packages]]\nname = "other"\nversion = "1.9"\n'
    answer = answers(tmp_path, {**needing_another(), "pylock.toml": lock})[-1]
    assert (answer.path, answer.words) == ("pylock.toml", ("other 1.9", "other 2.0"))


def test_lists_that_other_tools_made_are_told_together(tmp_path: Path) -> None:
    compiled = (
        "# This file is autogenerated by pip-compile with Python 3.12\n#    pip-compile pyproject.toml\nother==2.0\n"
    )
    lists = {f"requirements/{name}.txt": compiled for name in "abcd"}
    odd = {
        "requirements.txt": "other\n",
        "tests/requirements.txt": compiled,
        "pylock.toml": 'lock-version = "1.0"\n',
        "moved/requirements.txt": HEADER.format("uv export -o elsewhere.txt"),
        "broken/requirements.txt": HEADER.format("uv export --no-such-option"),
    }
    found = answers(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": LOCK, **lists, **odd})
    assert [(each.path, each.by, each.problem.partition(":")[0]) for each in found] == [
        ("uv.lock", "uv lock", ""),
        ("pylock.toml", "", "nobody was asked"),
        ("broken/requirements.txt, moved/requirements.txt", "", "nobody was asked"),
        ("requirements/a.txt, requirements/b.txt, requirements/c.txt and 1 more", "", "nobody was asked"),
    ]


def test_what_uv_cannot_read_is_not_current(tmp_path: Path) -> None:
    (answer,) = answers(tmp_path, {"pyproject.toml": f"{PROJECT}[tool.uv]\nindex = 3\n", "uv.lock": LOCK})
    assert answer.problem.startswith("uv.lock is not current")
