"""Two remotes: the one takes the bump, the other follows it and takes the tag; real bare repositories."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import add_remote, git, make_repository

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.status import awaited_mirror
from releasegate.core.config.keys import Package
from releasegate.core.errors import Refused, Unavailable
from releasegate.ports import PushAnswer

A = PurePosixPath("a.txt")
MESSAGE = "Release harbor-api 1.1"
HOOK = """#!/bin/sh
# A mirror: branches come from the synchronization alone, and only forward.
while read old new ref; do
  case $ref in refs/heads/*)
    [ -n "$SYNCHRONIZED" ] || { echo "branches come from the mirror's source" >&2; exit 1; }
    case $old in *[1-9a-f]*) [ "$(git merge-base $old $new)" = $old ] || { echo "not forward" >&2; exit 1; } ;; esac ;;
  esac
done
"""


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """Return a clone with a remote to develop on, and another one that mirrors it."""
    made = make_repository(tmp_path / "harbor-api", {"a.txt": "one\n"})
    add_remote(made, tmp_path / "gitea.git")
    git(tmp_path, "clone", "--quiet", "--bare", str(tmp_path / "gitea.git"), str(tmp_path / "github.git"))
    (tmp_path / "github.git" / "hooks").mkdir(exist_ok=True)
    (tmp_path / "github.git" / "hooks" / "pre-receive").write_text(HOOK)
    (tmp_path / "github.git" / "hooks" / "pre-receive").chmod(0o755)
    git(made.root, "remote", "add", "github", str(tmp_path / "github.git"))
    return replace(made, tag_remote="github")


def synchronize(folder: Path) -> None:
    """Let the mirror follow, as the forge's own job does."""
    synchronized = folder / "sync"
    synchronized.write_text('#!/bin/sh\nSYNCHRONIZED=1 exec git-receive-pack "$@"\n')
    synchronized.chmod(0o755)
    git(
        folder / "gitea.git", "push", "--quiet", f"--receive-pack={synchronized}", str(folder / "github.git"), "develop"
    )


def bumped(repository: GitRepository) -> str:
    return repository.commit({A: b"1.1\n"}, message=MESSAGE)


def test_the_bump_goes_to_the_one_and_the_tag_to_the_other(repository: GitRepository, tmp_path: Path) -> None:
    assert repository.mirrored("develop", repository.head()) == "level"
    made = bumped(repository)
    assert repository.push(branch="develop", tag=None) == PushAnswer()
    assert repository.mirrored("develop", made) == "behind"
    synchronize(tmp_path)
    assert repository.mirrored("develop", made) == "level"
    repository.tag("v1.1", commit=made)
    for _ in range(2):
        assert repository.push(branch=None, tag="v1.1") == PushAnswer()
    assert git(tmp_path / "github.git", "rev-parse", "develop", "v1.1^{commit}").split() == [made, made]
    assert git(tmp_path / "gitea.git", "tag") == ""
    assert repository.tagged_there("v1.1") == made


def test_the_mirror_is_never_pushed_a_branch(repository: GitRepository) -> None:
    made = bumped(repository)
    repository.tag("v1.1", commit=made)
    answer = replace(repository, remote="github").push(branch="develop", tag="v1.1")
    assert answer.refused == "branch"
    assert any("branches come from the mirror's source" in line for line in answer.words)


def test_how_far_the_mirror_is_is_told_apart(repository: GitRepository, tmp_path: Path) -> None:
    first = repository.head()
    assert repository.mirrored("release", first) == "absent"
    git(tmp_path, "clone", "--quiet", str(tmp_path / "gitea.git"), str(tmp_path / "other"))
    git(tmp_path / "other", "commit", "--quiet", "--allow-empty", "--message=Meanwhile")
    git(tmp_path / "other", "push", "--quiet")
    synchronize(tmp_path)
    # Its commit is not here.
    assert repository.mirrored("develop", first) == "ahead"
    assert repository.mirrored("develop", bumped(repository)) == "apart"


def test_status_says_what_a_tag_waits_for(repository: GitRepository, tmp_path: Path) -> None:
    package = Package("harbor-api", PurePosixPath(), (), ("3.12",), tag_remote="github")
    assert list(awaited_mirror(repository, package)) == []
    bumped(repository)
    repository.push(branch="develop", tag=None)
    (note,) = awaited_mirror(repository, package)
    assert note == "github has not got what is checked out on develop yet, and the tag waits for that"
    synchronize(tmp_path)
    assert list(awaited_mirror(repository, package)) == []


def test_a_tag_that_the_mirror_refuses_is_taken_back_and_the_bump_stays(
    repository: GitRepository, tmp_path: Path
) -> None:
    made = bumped(repository)
    repository.push(branch="develop", tag=None)
    synchronize(tmp_path)
    (tmp_path / "github.git" / "hooks" / "pre-receive").write_text("#!/bin/sh\necho no tags today >&2; exit 1\n")
    repository.tag("v1.1", commit=made)
    assert repository.push(branch=None, tag="v1.1").refused == "tag"
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep=None)
    assert (repository.head(), repository.tagged("v1.1")) == (made, None)
    assert repository.tags() == {}


def test_a_branch_that_the_source_refuses_is_as_it_was(repository: GitRepository, tmp_path: Path) -> None:
    first = repository.head()
    hook = tmp_path / "gitea.git" / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho by pull request only >&2; exit 1\n")
    hook.chmod(0o755)
    made = bumped(repository)
    assert repository.push(branch="develop", tag=None).refused == "branch"
    repository.withdraw(branch="develop", tag="v1.1", message=MESSAGE, keep="bump-v1.1")
    assert repository.head() == first
    assert git(repository.root, "rev-parse", "bump-v1.1") == made
    assert repository.mirrored("develop", first) == "level"


def test_a_number_that_either_remote_has_a_tag_of_is_known(repository: GitRepository, tmp_path: Path) -> None:
    made = repository.head()
    git(tmp_path / "gitea.git", "tag", "v1.0", made)
    git(tmp_path / "github.git", "tag", "v0.9", made)
    assert repository.tags() == {"v1.0": made, "v0.9": made}
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=Other")
    git(repository.root, "push", "--quiet", "origin", "develop")
    git(tmp_path / "gitea.git", "tag", "v0.9", "develop")
    with pytest.raises(Refused, match=r"The tag v0\.9 names [0-9a-f]+ on origin and [0-9a-f]+ on github"):
        repository.tags()


def test_a_clone_of_the_mirror_alone_reads_its_tags_there(repository: GitRepository, tmp_path: Path) -> None:
    git(tmp_path / "github.git", "tag", "v0.9", repository.head())
    git(tmp_path, "clone", "--quiet", str(tmp_path / "github.git"), str(tmp_path / "stranger"))
    stranger = replace(repository, root=tmp_path / "stranger")
    assert stranger.forge_remote == "origin"
    assert stranger.tagged_there("v0.9") == repository.head()
    with pytest.raises(Refused, match="no Git remote github here") as no:
        stranger.mirrored("develop", repository.head())
    assert no.value.hint.endswith("remote add github ADDRESS")


def test_a_mirror_that_is_away_is_no_mirror_that_has_nothing(repository: GitRepository, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(tmp_path / "gitea.git"), str(tmp_path / "other"))
    git(tmp_path / "other", "commit", "--quiet", "--allow-empty", "--message=Meanwhile")
    git(tmp_path / "other", "push", "--quiet")
    synchronize(tmp_path)
    shutil.rmtree(tmp_path / "github.git" / "objects")
    with pytest.raises(Unavailable, match="github does not answer"):
        repository.mirrored("develop", repository.head())
