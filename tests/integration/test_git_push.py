"""A push brings branch and tag, or nothing; then nothing of it is left here either."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import add_remote, git, make_repository

from releasegate.adapters.git.repository import GitRepository
from releasegate.core.errors import Unavailable
from releasegate.ports import PushAnswer

A = PurePosixPath("a.txt")
MESSAGE = "Release harbor-api 1.1"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return make_repository(tmp_path / "harbor-api", {"a.txt": "one\n", "b.txt": "two\n"})


@pytest.fixture
def remote(repository: GitRepository, tmp_path: Path) -> Path:
    return add_remote(repository, tmp_path / "remote.git")


def hook(folder: Path, name: str, script: str) -> None:
    """Write a hook, of a repository or of a bare one."""
    hooks = (folder / ".git" if (folder / ".git").is_dir() else folder) / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / name).write_text(f"#!/bin/sh\n{script}\n")
    (hooks / name).chmod(0o755)


def elsewhere(remote: Path, folder: Path, *, message: str = "Meanwhile") -> Path:
    """Return another clone, which has pushed a commit."""
    git(folder, "clone", "--quiet", str(remote), str(folder / "other"))
    git(folder / "other", "commit", "--quiet", "--allow-empty", f"--message={message}")
    git(folder / "other", "push", "--quiet")
    return folder / "other"


def protect(remote: Path, ref: str, reason: str) -> None:
    """Let the remote take nothing for *ref*."""
    hook(remote, "update", f'[ "$1" != {ref} ] || {{ echo {reason} >&2; exit 1; }}')


def bumped(repository: GitRepository) -> str:
    """Return the commit of a bump, tagged."""
    made = repository.commit({A: b"1.1\n"}, message=MESSAGE)
    repository.tag("v1.1", commit=made)
    return made


def test_a_push_brings_the_branch_and_the_tag_and_can_be_repeated(repository: GitRepository, remote: Path) -> None:
    made = bumped(repository)
    git(repository.root, "tag", "--annotate", "--message=x", "private")
    git(repository.root, "config", "push.followTags", "true")
    for _ in range(2):
        assert repository.push(branch="develop", tag="v1.1") == PushAnswer()
    assert git(remote, "rev-parse", "develop", "v1.1^{commit}").split() == [made, made]
    assert git(remote, "tag") == "v1.1"


def test_a_remote_that_moved_on_refuses_branch_and_tag_alike(
    repository: GitRepository, remote: Path, tmp_path: Path
) -> None:
    assert not repository.lacks("develop")
    elsewhere(remote, tmp_path)
    assert repository.lacks("develop")
    assert not repository.lacks("another")
    bumped(repository)
    answer = repository.push(branch="develop", tag="v1.1")
    assert answer.refused == "behind"
    assert any("[rejected]" in line for line in answer.words)
    assert git(remote, "tag") == ""
    git(repository.root, "fetch", "--quiet")
    # It is here now, and still not in what is checked out.
    assert repository.lacks("develop")
    assert repository.push(branch="develop", tag="v1.1").refused == "behind"
    git(repository.root, "rebase", "--quiet", "origin/develop")
    assert not repository.lacks("develop")


def test_without_a_remote_nothing_is_lacking(repository: GitRepository) -> None:
    assert not repository.lacks("develop")


@pytest.mark.parametrize(
    ("ref", "refused"), [("refs/heads/develop", "branch"), ("refs/tags/v1.1", "tag")], ids=["branch", "tag"]
)
def test_what_the_remote_objects_to_is_told_apart(
    repository: GitRepository, remote: Path, ref: str, refused: str
) -> None:
    protect(remote, ref, "by pull request only")
    bumped(repository)
    answer = repository.push(branch="develop", tag="v1.1")
    assert answer.refused == refused
    assert any("by pull request only" in line for line in answer.words)
    assert git(remote, "tag") == ""


@pytest.mark.parametrize(("pushed", "refused"), [(False, "branch"), (True, "tag")])
def test_a_hook_that_objects_to_the_push_is_heard(
    repository: GitRepository, remote: Path, *, pushed: bool, refused: str
) -> None:
    bumped(repository)
    if pushed:
        git(repository.root, "push", "--quiet", "origin", "develop")
    hook(remote, "pre-receive", "echo no pilots today >&2; exit 1")
    answer = repository.push(branch="develop", tag="v1.1")
    assert answer.refused == refused
    assert any("no pilots today" in line for line in answer.words)


def test_what_a_hook_says_moves_no_cursor_and_shows_no_password(repository: GitRepository, remote: Path) -> None:
    repository.tag("v1.1", commit=repository.head())
    said = r"\033[2J\033]0;title\007all is well\r\033[1A\b\b https://ada:secret@forge.example/ \342\200\256"
    hook(remote, "pre-receive", f"printf '{said}\\n' >&2; exit 1")
    words = repository.push(branch="develop", tag="v1.1").words
    assert any("all is well" in line for line in words)
    assert any("https://***@forge.example/" in line for line in words)
    assert all(line.replace("\t", "").isprintable() for line in words)


def test_who_loses_a_race_for_a_number_goes_on_with_the_command_that_is_told(
    repository: GitRepository, remote: Path, tmp_path: Path
) -> None:
    winner = elsewhere(remote, tmp_path, message=MESSAGE)
    git(winner, "tag", "--annotate", "--message=v1.1", "v1.1")
    git(winner, "push", "--quiet", "origin", "v1.1")
    bumped(repository)
    assert repository.push(branch="develop", tag="v1.1").refused == "behind"
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep=None)
    git(repository.root, "pull", "--quiet", "--rebase", "origin", "develop")
    there = git(winner, "rev-parse", "HEAD")
    assert (repository.head(), repository.tags(), repository.changed()) == (there, {"v1.1": there}, ())
    assert repository.lacks("develop") is False


def test_a_pre_push_hook_that_objects_is_heard(repository: GitRepository, remote: Path) -> None:
    hook(repository.root, "pre-push", "echo mist; echo fog >&2; exit 1")
    repository.tag("v1.1", commit=repository.head())
    answer = repository.push(branch="develop", tag="v1.1")
    assert answer.refused == "hook"
    assert {"mist", "fog"} <= set(answer.words)
    assert git(remote, "tag") == ""


def test_a_remote_that_is_gone_is_unavailable(repository: GitRepository, remote: Path) -> None:
    shutil.rmtree(remote)
    repository.tag("v1.1", commit=repository.head())
    with pytest.raises(Unavailable, match="could not be pushed to"):
        repository.push(branch="develop", tag="v1.1")
    with pytest.raises(Unavailable, match="does not answer"):
        repository.lacks("develop")


def test_what_was_refused_is_taken_back_and_kept_on_a_branch(repository: GitRepository, remote: Path) -> None:
    before = git(repository.root, "show-ref")
    (repository.root / "untracked.txt").write_text("mine\n")
    made = bumped(repository)
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    assert git(repository.root, "rev-parse", "bump-v1.1") == made
    assert repository.read(A) == b"one\n"
    assert (repository.changed(), repository.tags()) == ((), {})
    git(repository.root, "branch", "--quiet", "--delete", "--force", "bump-v1.1")
    assert git(repository.root, "for-each-ref", "refs/heads", "refs/tags", "refs/remotes").split() == [
        word for line in before.splitlines() for word in (line.split()[0], "commit", line.split()[1])
    ]
    assert git(remote, "branch", "--format=%(refname:short)") == "develop"


def test_a_branch_that_a_pull_request_may_be_made_from_stays_while_it_says_the_same(
    repository: GitRepository, remote: Path
) -> None:
    assert remote.is_dir()
    first = bumped(repository)
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    later = GitRepository(repository.root, {**repository.environ, "GIT_COMMITTER_DATE": "1700000999 +0000"})
    assert bumped(later) != first
    later.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    assert git(repository.root, "rev-parse", "bump-v1.1") == first
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=more")
    again = bumped(later)
    later.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    assert git(repository.root, "rev-parse", "bump-v1.1") == again


@pytest.mark.parametrize("merged", ["fast-forward", "squash"])
def test_a_bump_that_was_merged_is_not_taken_back(
    repository: GitRepository, remote: Path, tmp_path: Path, merged: str
) -> None:
    bumped(repository)
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    git(repository.root, "push", "--quiet", "origin", "bump-v1.1")
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(remote), str(other))
    git(other, "merge", "--quiet", *(["--squash"] if merged == "squash" else []), "origin/bump-v1.1")
    if merged == "squash":
        git(other, "commit", "--quiet", f"--message={MESSAGE} (#7)")
    git(other, "push", "--quiet", "origin", "develop")
    assert repository.lacks("develop")
    git(repository.root, "pull", "--quiet", "--rebase", "origin", "develop")
    head = repository.head()
    assert repository.read(A) == b"1.1\n"
    protect(remote, "refs/tags/v1.1", "no tags today")
    repository.tag("v1.1", commit=head)
    assert repository.push(branch="develop", tag="v1.1").refused == "tag"
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep=None)
    assert (repository.head(), repository.tags()) == (head, {})
    protect(remote, "refs/heads/develop", "by pull request only")
    repository.tag("v1.1", commit=head)
    assert repository.push(branch="develop", tag="v1.1") == PushAnswer()


def test_a_commit_that_is_no_bump_is_never_taken_back(repository: GitRepository, remote: Path) -> None:
    assert remote.is_dir()
    mine = repository.commit({A: b"1.1\n"}, message="my own work")
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    assert repository.head() == mine == git(repository.root, "rev-parse", "bump-v1.1")
    git(repository.root, "switch", "--quiet", "--create", "topic")
    made = repository.commit({A: b"1.2\n"}, message=MESSAGE)
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep=None)
    assert repository.head() == made
