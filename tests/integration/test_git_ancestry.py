"""What descends from what is asked of Git, here and on the remote."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, add_remote, git, make_repository

from releasegate.adapters.git.ancestry import file_at
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.errors import Refused, Unavailable


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Return a repository on ``1.4.x``, with 1.4 before it and 1.5.0 and 1.5.1 on ``develop``."""
    made = make_repository(tmp_path / "harbor-api", {"a.txt": "one\n"})
    _commit(made, "1.4")
    git(made.root, "branch", "1.4.x")
    for version in ("1.5.0", "1.5.1"):
        _commit(made, version)
    git(made.root, "switch", "--quiet", "1.4.x")
    return made


def _commit(repository: GitRepository, tag: str) -> None:
    git(repository.root, "commit", "--quiet", "--allow-empty", f"--message={tag}")
    git(repository.root, "tag", tag)


def at(repository: GitRepository, *tags: str) -> set[str]:
    """Return the commits of *tags*."""
    return {git(repository.root, "rev-parse", tag) for tag in tags}


def test_only_what_head_descends_from_is_an_ancestor(repository: GitRepository) -> None:
    everything = at(repository, "1.4", "1.5.0", "1.5.1") | {"f" * 40}
    assert repository.ancestors(everything) == at(repository, "1.4")
    assert repository.ancestors(()) == frozenset()
    git(repository.root, "merge", "--quiet", "1.5.0")
    assert repository.ancestors(everything) == at(repository, "1.4", "1.5.0")


def test_a_history_that_is_cut_off_tells_no_lines(repository: GitRepository, tmp_path: Path) -> None:
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=fix")
    shallow = GitRepository(tmp_path / "shallow", ENVIRON)
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.root.as_uri(), str(shallow.root))
    assert shallow.ancestors([shallow.head()]) == {shallow.head()}
    with pytest.raises(Refused, match="is cut off") as refusal:
        shallow.ancestors(at(repository, "1.4"))
    assert "fetch --unshallow" in refusal.value.hint


def test_the_tips_are_the_ends_of_lines(repository: GitRepository) -> None:
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=fix")
    git(repository.root, "tag", "1.4.1")
    everything = at(repository, "1.4", "1.4.1", "1.5.0", "1.5.1") | {"f" * 40}
    assert repository.tips(everything) == at(repository, "1.4.1", "1.5.1")
    assert repository.tips(["f" * 40]) == frozenset()


def test_a_commit_is_looked_for_on_every_accepted_branch(repository: GitRepository, tmp_path: Path) -> None:
    (commit,) = at(repository, "1.5.1")
    assert repository.on_branch(commit, lambda name: name == "develop")
    assert not repository.on_branch(commit, lambda name: name == "1.4.x")
    assert not repository.on_branch(commit, lambda _: False)
    bare = add_remote(repository, tmp_path / "origin.git")
    git(repository.root, "push", "--quiet", "origin", "1.4.x")
    git(repository.root, "switch", "--quiet", "--create", "topic", commit)
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=topic")
    topic = repository.head()
    # It is the remote's branches that count.
    assert not repository.on_branch(topic, lambda _: True)
    assert not repository.on_branch(topic, lambda _: False)
    git(repository.root, "push", "--quiet", "origin", "topic")
    assert repository.on_branch(topic, lambda name: name in {"1.4.x", "topic"})
    assert not repository.on_branch(topic, lambda name: name != "topic")
    bare.rename(tmp_path / "gone")
    with pytest.raises(Unavailable, match="origin does not answer"):
        repository.on_branch(topic, lambda _: True)


def test_a_file_is_read_from_the_branch_as_the_remote_has_it(repository: GitRepository, tmp_path: Path) -> None:
    keys = PurePosixPath("keys")
    assert repository.on_release_branch(keys, "1.4.x") is None
    (repository.root / keys).write_text("here\n")
    git(repository.root, "add", "keys")
    git(repository.root, "commit", "--quiet", "--message=keys")
    assert repository.on_release_branch(keys, "1.4.x") == b"here\n", "without a remote the branch here counts"
    bare = add_remote(repository, tmp_path / "origin.git")
    git(repository.root, "push", "--quiet", "origin", "1.4.x")
    (repository.root / keys).write_text("not pushed\n")
    git(repository.root, "commit", "--quiet", "--all", "--message=more keys")
    assert repository.on_release_branch(keys, "1.4.x") == b"here\n"
    assert repository.on_release_branch(keys, "no-such") is None
    assert repository.on_release_branch(PurePosixPath("other"), "1.4.x") is None
    assert file_at(repository.git, keys, "HEAD") == b"not pushed\n"
    assert file_at(repository.git, keys, "f" * 40) is None
    bare.rename(tmp_path / "gone")
    with pytest.raises(Unavailable, match="origin does not answer"):
        repository.on_release_branch(keys, "1.4.x")
