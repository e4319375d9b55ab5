"""The one next command that ``status`` names works where it is pasted, and leads on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_repositories import git
from real_indexes import RunningIndex
from stored import store_files
from testpair import AUTHOR, Quiet, make_pair, on_indexes, sources

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.project import load
from releasegate.app.status import status
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.report.model import PackageReport
from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel

EDITOR = "sh -c 'echo Said > \"$1\"' --"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A pair that is released as 0.9.0 and on whose branch more was committed since."""
    with EmbeddedIndex(name="both", root=tmp_path / "index", token="secret") as index:
        running = RunningIndex("both", index.upload_url, index.simple_url, "__token__", "secret")
        pair = make_pair(tmp_path / "project", settings=on_indexes(running, running))
        tokens = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret", "GIT_EDITOR": EDITOR}
        yield Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Quiet())


def api(workspace: Workspace) -> Package:
    return workspace.project.settings.packages[0]


def clone(workspace: Workspace) -> Path:
    return workspace.project.where(api(workspace))


def dirty(workspace: Workspace) -> None:
    """Leave a change that is not committed."""
    (clone(workspace) / "check.py").write_text("changed")


def detached(workspace: Workspace) -> None:
    """Check out a commit."""
    git(clone(workspace), "checkout", "--quiet", "--detach")


def elsewhere(workspace: Workspace) -> None:
    """Check out another branch."""
    git(clone(workspace), "checkout", "--quiet", "-b", "feature")


def unborn(workspace: Workspace) -> None:
    """Let there be another branch alone, here and at the remote."""
    folder = clone(workspace)
    git(folder, "branch", "--move", "develop", "main")
    git(folder, "push", "--quiet", "origin", "main")
    git(workspace.project.root / "remotes" / "tiny-api.git", "symbolic-ref", "HEAD", "refs/heads/main")
    git(folder, "push", "--quiet", "origin", ":develop")
    git(folder, "fetch", "--quiet", "--prune", "origin")


def _conflict(workspace: Workspace) -> Path:
    folder = clone(workspace)
    git(folder, "checkout", "--quiet", "-b", "other")
    for branch in ("other", "develop"):
        git(folder, "checkout", "--quiet", branch)
        (folder / "check.py").write_text(f"# {branch}\n")
        git(folder, "commit", "--all", "--quiet", f"--message={branch}")
    git(folder, "push", "--quiet", "origin", "develop")
    return folder


def merging(workspace: Workspace) -> None:
    """Leave a merge with a conflict in it."""
    folder = _conflict(workspace)
    assert subprocess.run(
        ["git", "merge", "other"], cwd=folder, env=workspace.project.environ, capture_output=True, check=False
    ).returncode


def rebasing(workspace: Workspace) -> None:
    """Leave a rebase in the middle, with no branch checked out."""
    folder = _conflict(workspace)
    git(folder, "checkout", "--quiet", "develop")
    git(folder, "reset", "--quiet", "--hard", "origin/develop")
    words = ["git", "rebase", "other"]
    assert subprocess.run(words, cwd=folder, env=workspace.project.environ, capture_output=True, check=False).returncode


def bisecting(workspace: Workspace) -> None:
    """Leave a search for a bad commit."""
    folder = clone(workspace)
    git(folder, "commit", "--quiet", "--allow-empty", "--message=Two")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=Three")
    git(folder, "push", "--quiet", "origin", "develop")
    git(folder, "bisect", "start", "HEAD", "HEAD~2")


def shallow(workspace: Workspace) -> None:
    """Let the clone have one commit alone."""
    folder = clone(workspace)
    address = git(folder, "remote", "get-url", "origin")
    git(folder, "tag", "v0.9.0")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=Two")
    git(folder, "push", "--quiet", "origin", "develop", "v0.9.0")
    shutil.rmtree(folder)
    git(folder.parent, "clone", "--quiet", "--depth=1", "--branch=develop", f"file://{address}", folder.name)


def behind(workspace: Workspace) -> None:
    """Let somebody else push to the release branch."""
    folder = clone(workspace)
    git(folder, "commit", "--quiet", "--allow-empty", "--message=More")
    git(folder, "push", "--quiet", "origin", "develop")
    git(folder, "reset", "--quiet", "--hard", "HEAD~1")


def released_by_others(workspace: Workspace) -> None:
    """Let somebody else make the final of the candidate that is checked out here."""
    folder = clone(workspace)
    for version in ("1.1.0rc1", "1.1.0"):
        for path, content in sources("tiny-api", version=version).items():
            (folder / path).write_text(content, encoding="utf-8")
        git(folder, "commit", "--all", "--quiet", f"--message={version}")
        git(folder, "tag", f"v{version}")
    git(folder, "push", "--quiet", "origin", "develop", "v1.1.0rc1", "v1.1.0")
    git(folder, "reset", "--quiet", "--hard", "HEAD~1")
    git(folder, "tag", "--delete", "v1.1.0")
    made = sample_wheel("tiny-api", "1.1.0")
    (sent := workspace.project.root / "sent").mkdir()
    (sent / made.filename).write_bytes(made.content)
    store_files(workspace.index("production"), sent / made.filename)


def in_the_way(report: PackageReport) -> set[str]:
    return {answer.question for answer in report.in_the_way}


@pytest.mark.parametrize(
    ("arrange", "command", "question"),
    [
        (dirty, "git -C tiny-api commit --all", "work tree"),
        (detached, "git -C tiny-api switch develop", "work tree"),
        (elsewhere, "git -C tiny-api switch develop", "work tree"),
        (unborn, "git -C tiny-api switch --create develop", "work tree"),
        (merging, "git -C tiny-api merge --abort", "work tree"),
        (rebasing, "git -C tiny-api rebase --abort", "work tree"),
        (bisecting, "git -C tiny-api bisect reset", "work tree"),
        (shallow, "git -C tiny-api fetch --unshallow", "plan"),
        (behind, "git -C tiny-api pull --rebase origin develop", "remote"),
        (released_by_others, "git -C tiny-api pull --no-rebase origin v1.1.0", ""),
    ],
)
def test_what_is_named_next_is_pasted_and_takes_what_is_in_the_way_away(
    workspace: Workspace,
    arrange: Callable[[Workspace], None],
    command: str,
    question: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(workspace.project.root)
    arrange(workspace)
    before = status(workspace, api(workspace))
    assert before.command == command
    assert in_the_way(before) == ({question} if question else set())
    done = subprocess.run(
        ["sh", "-c", command], cwd=workspace.project.root, env=workspace.project.environ, check=False, timeout=60
    )
    assert done.returncode == 0
    after = status(workspace, api(workspace))
    assert in_the_way(after) == set()
    assert after.command == "invoke release --rc --package tiny-api"


def another_publisher(workspace: Workspace) -> None:
    """Leave a workflow that would upload, too."""
    file = clone(workspace) / ".github" / "workflows" / "publish.yml"
    file.parent.mkdir(parents=True)
    file.write_text("on: {push: {tags: ['v*']}}\njobs: {go: {runs-on: x, steps: [{run: twine upload dist/*}]}}\n")
    git(clone(workspace), "add", "--all")
    git(clone(workspace), "commit", "--quiet", "--message=Publish")
    git(clone(workspace), "push", "--quiet", "origin", "develop")


def gone(workspace: Workspace) -> None:
    """Let there be no folder."""
    shutil.rmtree(clone(workspace))


def test_what_would_be_refused_is_not_named_next_where_a_person_is_to_mend_what_is_in_the_way(
    workspace: Workspace,
) -> None:
    another_publisher(workspace)
    report = status(workspace, api(workspace))
    assert "other publishers" in in_the_way(report)
    assert report.command == "invoke doctor --package tiny-api"


def test_a_look_at_no_repository_names_neither_itself_next_nor_what_would_be_refused(workspace: Workspace) -> None:
    gone(workspace)
    report = status(workspace, api(workspace))
    assert report.look is not None
    assert report.command == "invoke doctor --package tiny-api"


def test_a_branch_that_another_work_tree_has_is_gone_to_and_not_switched_to(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.project.root)
    folder, other = clone(workspace), tmp_path / "the other"
    git(folder, "switch", "--quiet", "--create", "feature")
    git(folder, "worktree", "add", "--quiet", str(other), "develop")
    assert status(workspace, api(workspace)).command == f"cd '{other}'"
    held = GitRepository(other, workspace.project.environ)
    assert (held.branch(), held.holder("develop"), held.holder("feature")) == ("develop", "", str(folder))


def test_a_tag_of_the_branch_s_name_is_not_taken_for_it(workspace: Workspace) -> None:
    git(clone(workspace), "tag", "develop")
    assert workspace.repository(api(workspace)).branch() == "develop"
    assert in_the_way(status(workspace, api(workspace))) == set()


def damaged_index(folder: Path) -> None:
    """Leave half of what Git knows of the work tree."""
    (folder / ".git" / "index").write_bytes(b"x")


def damaged_settings(folder: Path) -> None:
    """Leave settings that Git cannot read."""
    with (folder / ".git" / "config").open("a") as stream:
        stream.write("[[[")


def without_a_work_tree(folder: Path) -> None:
    """Let there be nothing but what is pushed to."""
    git(folder, "config", "core.bare", "true")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (damaged_index, "git status failed"),
        (damaged_settings, "git rev-parse failed"),
        (without_a_work_tree, "is a bare repository"),
    ],
)
def test_where_git_itself_fails_the_look_has_failed_and_nothing_is_said_of_version_files(
    workspace: Workspace, damage: Callable[[Path], None], said: str
) -> None:
    damage(clone(workspace))
    report = status(workspace, api(workspace))
    assert report.look is not None
    assert said in report.look.problem
    assert (report.look.exit_code, report.state) == (6, "it cannot be told where it stands")
    assert not report.command.startswith("nox ")
