"""``release`` as it is typed: to a gate and no further, on an older line, and on a branch that takes no push."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from git_repositories import git
from packaging.version import Version
from test_doctor import Folder, folder

from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.release.record import record

__all__ = ["folder"]

RC = ("releasegate", "release", "--rc", "--package", "tiny-api", "--yes")
STEP = re.compile(r"^  (?:guard|work|one-way) +(\S+) ", re.MULTILINE)


@pytest.fixture
def clone(folder: Folder) -> Path:
    """Return the clone of the package that is released."""
    return folder.pair.clone("tiny-api")


def test_a_gate_that_there_is_not_is_refused_before_anything(folder: Folder, clone: Path) -> None:
    before = git(clone, "show-ref")
    for words in (RC, (*RC, "--plan")):
        code, output = folder.type(*words, "--until", "e3e")
        assert code == 2, output
        assert "No gate begins with 'e3e'." in output
        assert "-> Did you mean e2e?" in output
    assert git(clone, "show-ref") == before


def test_a_plan_that_ends_before_a_gate_shows_what_would_run(folder: Folder) -> None:
    whole, some = (STEP.findall(folder.type(*RC, "--plan", *more)[1]) for more in ((), ("--until", "tag")))
    assert whole[-1] == "seal"
    assert some == whole[: whole.index("tag")]
    assert some[-1] == "promotable"
    code, output = folder.type(*RC, "--plan", "--until", "preflight")
    assert "nothing to do, it is to stop before preflight" in output
    assert code == 0, output


def test_a_quiet_command_says_its_verdict_and_nothing_but_that(folder: Folder) -> None:
    code, output = folder.type(*RC, "--until", "preflight", "-q")
    assert (code, output) == (0, "tiny-api: nothing to do, it is to stop before preflight\n")
    for words, verdict in (
        (("versions",), "tiny-api: pass\n"),
        (("build",), "tiny-api 1.0.0\n  pass "),
        (("doctor",), "tiny-api: all "),
        (("status",), "tiny-api: "),
        (("watch", "--without-e2e"), "tiny-api:\n  told        served files: "),
    ):
        code, output = folder.type("releasegate", *words, "-p", "tiny-api", "-q")
        assert code == 0, (words, output)
        assert output.startswith(verdict), (words, output)


def test_a_run_ends_before_the_gate(folder: Folder, clone: Path) -> None:
    code, output = folder.type(*RC, "--until", "build")
    assert code == 0, output
    assert git(clone, "log", "-1", "--format=%s").startswith("Release tiny-api ")
    assert git(clone, "tag") == ""


def version(clone: Path) -> str:
    """Return the version that the package states."""
    found = re.search(r'^version = "(.*)"', (clone / "pyproject.toml").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def test_an_older_line_is_mended_beside_the_newest(folder: Folder, clone: Path) -> None:
    stated = version(clone)
    git(clone, "tag", f"v{stated}")
    git(clone, "branch", "older.x")
    for path in (clone / "pyproject.toml", clone / "tiny_api" / "__init__.py"):
        path.write_text(path.read_text().replace(stated, "7.1"))
    git(clone, "commit", "--quiet", "--all", "--message=7.1")
    git(clone, "tag", "v7.1")
    git(clone, "push", "--quiet", "origin", "develop", "older.x")
    git(clone, "switch", "--quiet", "older.x")
    code, output = folder.type(*RC, "--plan")
    assert code == 3, output
    assert "is on older.x, and is released from develop" in output
    folder.configure('name = "tiny-api"\n', 'name = "tiny-api"\nmaintenance-branches = ["older.*"]\n')
    *first, last = stated.split(".")
    code, output = folder.type(*RC, "--plan")
    assert code == 0, output
    following = ".".join([*first, str(int(last) + 1)])
    assert f"tiny-api {following}rc1 (rc)" in output
    assert f"tag v{following}rc1 and push it with older.x to origin" in output
    _, output = folder.type("releasegate", "status", "--package", "tiny-api")
    assert f"  line      {stated}: HEAD descends from it\n  line      7.1: another line, beside it\n" in output
    code, output = folder.type(*RC, "--plan", "--to", "7.2")
    assert "7.2 would follow 7.1, and HEAD does not descend from that" in output
    assert code == 3, output
    git(clone, "switch", "--quiet", "develop")
    assert "tiny-api 7.2rc1 (rc)" in folder.type(*RC, "--plan")[1]


def test_a_branch_that_takes_pull_requests_only_is_released_from_once_the_bump_is_merged(
    folder: Folder, clone: Path, tmp_path: Path
) -> None:
    folder = replace(folder, tries=False)  # it is about what Git has
    bare = Path(git(clone, "remote", "get-url", "origin"))
    hook = bare / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/develop ] || { echo by pull request only >&2; exit 1; }\n')
    hook.chmod(0o755)
    before = git(clone, "for-each-ref", "refs/heads", "refs/tags")
    code, output = folder.type(*RC)
    assert code == 3, output
    assert "Open a pull request into develop from the branch bump-v1.0.0rc1," in output
    waiting, number = "bump-v1.0.0rc1", "1.0.0rc1"
    refs = git(clone, "for-each-ref", "refs/heads", "refs/tags")
    assert [line for line in refs.splitlines() if waiting not in line] == before.splitlines()
    ledger = FileLedger(folder.pair.root / ".releasegate" / "ledger" / "tiny-api")
    assert not record(ledger.read(Version(number))).attempted
    _, output = folder.type("releasegate", "status", "--package", "tiny-api")
    assert f"tiny-api: {number} waits until its bump is merged" in output
    assert f"a pull request of the branch {waiting}" in output

    git(clone, "push", "--quiet", "origin", waiting)
    hook.unlink()
    git(tmp_path, "clone", "--quiet", str(bare), str(tmp_path / "forge"))
    git(tmp_path / "forge", "merge", "--quiet", "--squash", f"origin/{waiting}")
    git(tmp_path / "forge", "commit", "--quiet", "--message=Squashed (#1)")
    git(tmp_path / "forge", "push", "--quiet")
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/develop ] || exit 1\n')
    hook.chmod(0o755)
    code, output = folder.type(*RC)
    assert "git -C tiny-api pull --rebase origin develop" in output
    assert code == 3, output
    git(clone, "pull", "--quiet", "--rebase", "origin", "develop")
    code, output = folder.type(*RC, "--until", "upload")
    assert code == 0, output
    assert git(clone, "log", "-1", "--format=%s") == "Squashed (#1)"
    assert git(bare, "rev-parse", f"v{number}^{{commit}}") == git(clone, "rev-parse", "HEAD")
