"""What is written into a repository is exactly what was asked for, once."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, UNNAMED, add_remote, git, make_repository

from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.transcript import Said, heard_by
from releasegate.core.errors import Refused, Unavailable

A, NEW = PurePosixPath("a.txt"), PurePosixPath("deep/new.txt")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return make_repository(tmp_path / "harbor-api", {"a.txt": "one\n", "b.txt": "two\n"})


@pytest.fixture
def remote(repository: GitRepository, tmp_path: Path) -> Path:
    return add_remote(repository, tmp_path / "remote.git")


def count(repository: GitRepository) -> int:
    return int(git(repository.root, "rev-list", "--count", "HEAD"))


def hook(repository: GitRepository, name: str, script: str) -> None:
    file = repository.root / ".git" / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_a_commit_holds_the_given_files_and_nothing_else(repository: GitRepository) -> None:
    (repository.root / "b.txt").write_text("staged by a person\n")
    git(repository.root, "add", "b.txt")
    made = repository.commit({A: b"1.1\n", NEW: b"new\n"}, message="Release 1.1")
    assert made == repository.head()
    assert git(repository.root, "show", "--format=%s", "--name-only", made).split() == [
        *("Release", "1.1"),
        *("a.txt", "deep/new.txt"),
    ]
    assert repository.changed() == (PurePosixPath("b.txt"),)
    assert repository.read(A, commit=made) == b"1.1\n"


def test_what_is_committed_already_is_not_committed_again(repository: GitRepository) -> None:
    first = repository.commit({A: b"1.1\n"}, message="Release 1.1")
    assert repository.commit({A: b"1.1\n"}, message="Release 1.1") == first
    assert count(repository) == 2
    assert repository.commit({}, message="Nothing") == first


def test_a_commit_whose_file_was_changed_back_by_hand_puts_it_right(repository: GitRepository) -> None:
    first = repository.commit({A: b"1.1\n"}, message="Release 1.1")
    (repository.root / "a.txt").write_text("stray\n")
    assert repository.commit({A: b"1.1\n"}, message="Release 1.1") == first
    assert repository.changed() == ()


@pytest.mark.parametrize("staged", ["written", "added"])
def test_a_run_that_was_killed_before_the_commit_is_completed(repository: GitRepository, staged: str) -> None:
    (repository.root / "deep").mkdir()
    (repository.root / "deep" / "new.txt").write_text("new\n")
    if staged == "added":
        git(repository.root, "add", "deep/new.txt")
    made = repository.commit({A: b"1.1\n", NEW: b"new\n"}, message="Release 1.1")
    assert repository.read(NEW, commit=made) == b"new\n"
    assert repository.changed() == ()


def test_paths_are_relative_to_the_package_s_folder(tmp_path: Path) -> None:
    top = make_repository(tmp_path / "mono", {"a.txt": "top\n", "api/a.txt": "api\n"})
    nested = GitRepository(top.root / "api", ENVIRON)
    nested.commit({A: b"1.1\n"}, message="Release 1.1")
    assert nested.commit({A: b"1.1\n"}, message="Release 1.1") == top.head()
    assert top.read(PurePosixPath("api/a.txt"), commit="HEAD") == b"1.1\n"
    assert top.read(A, commit="HEAD") == b"top\n"
    assert count(top) == 2


def test_a_file_name_is_no_pattern(repository: GitRepository) -> None:
    (repository.root / "b.txt").write_text("mine\n")
    repository.commit({PurePosixPath("*.txt"): b"star\n"}, message="Star")
    assert git(repository.root, "diff", "--cached", "--name-only") == ""
    assert repository.changed() == (PurePosixPath("b.txt"),)


def test_the_execute_bit_stays(repository: GitRepository) -> None:
    (repository.root / "a.txt").chmod(0o755)
    git(repository.root, "commit", "--quiet", "--all", "--message=Executable")
    repository.commit({A: b"1.1\n"}, message="Release 1.1")
    assert git(repository.root, "ls-tree", "HEAD", "a.txt").startswith("100755")


def test_a_commit_that_a_hook_refuses_changes_nothing(repository: GitRepository) -> None:
    hook = Path(git(repository.root, "rev-parse", "--git-path", "hooks/pre-commit"))
    (repository.root / hook).parent.mkdir(parents=True, exist_ok=True)
    (repository.root / hook).write_text("#!/bin/sh\necho not today\nexit 1\n")
    (repository.root / hook).chmod(0o755)
    before = git(repository.root, "status", "--porcelain"), (repository.root / A).read_bytes()
    with pytest.raises(Refused, match=r"Git did not commit a\.txt, new\.txt") as refusal:
        repository.commit({A: b"1.1\n", PurePosixPath("new.txt"): b"1.1\n"}, message="Release 1.1")
    assert "not today" in refusal.value.details
    assert (git(repository.root, "status", "--porcelain"), (repository.root / A).read_bytes()) == before
    assert not (repository.root / "new.txt").exists()


def test_what_a_killed_git_left_behind_is_named_with_the_line_that_removes_it(repository: GitRepository) -> None:
    """Nobody but a person can know that no other Git works there."""
    lock = repository.root / ".git" / "index.lock"
    lock.touch()
    with pytest.raises(Refused, match=r"Git did not commit a\.txt") as refusal:
        repository.commit({A: b"1.1\n"}, message="Release 1.1")
    assert (repository.root / A).read_bytes() == b"one\n"
    line = str(refusal.value.hint).rpartition(": ")[2]
    assert line == f"rm {lock}"
    subprocess.run(shlex.split(line), check=True)
    made = repository.commit({A: b"1.1\n"}, message="Release 1.1")
    assert repository.read(A, commit=made) == b"1.1\n"


def test_a_link_is_never_replaced_by_a_file(repository: GitRepository) -> None:
    (repository.root / "link.txt").symlink_to("a.txt")
    with pytest.raises(Refused, match=r"link\.txt is a link") as error:
        repository.commit({PurePosixPath("link.txt"): b"1.1\n"}, message="Release 1.1")
    assert "the file that it leads to" in str(error.value.hint)
    assert (repository.root / "link.txt").is_symlink()


@pytest.mark.parametrize("path", ["../outside.txt", "/outside.txt", "deep/../../outside.txt", "."])
def test_a_path_out_of_the_package_is_refused(repository: GitRepository, path: str) -> None:
    with pytest.raises(Refused, match="not a file inside"):
        repository.commit({PurePosixPath(path): b"x"}, message="x")
    assert not (repository.root.parent / "outside.txt").exists()


def test_a_file_that_cannot_be_written_says_so(repository: GitRepository) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        repository.commit({A / "below.txt": b"x"}, message="x")


def test_without_a_name_nothing_is_written(repository: GitRepository) -> None:
    # With an address alone, Git would make up a name from the account's.
    addresses = {f"GIT_{role}_EMAIL": "ada@harbor.example" for role in ("AUTHOR", "COMMITTER")}
    unnamed = GitRepository(repository.root, {**UNNAMED, **addresses})
    for write in (
        lambda: unnamed.commit({A: b"1.1\n"}, message="Release 1.1"),
        lambda: unnamed.tag("v1.1", commit=unnamed.head()),
        unnamed.committer,
    ):
        with pytest.raises(Unavailable, match="who commits") as error:
            write()
        assert "user.name" in error.value.hint
    assert repository.changed() == ()
    assert repository.tags() == {}
    assert repository.committer() == ENVIRON["GIT_COMMITTER_NAME"]


class Kept:
    """Keeps what programs said."""

    def __init__(self) -> None:
        self.heard: list[Said] = []

    def hears(self, said: Said, /) -> None:
        """Keep it."""
        self.heard.append(said)


def program(folder: Path, name: str, exit_code: int) -> str:
    """Write a program that ends with *exit_code*, and notes what it was asked; return where it is."""
    file = folder / name
    file.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{folder}/asked"\nexit {exit_code}\n')
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"commit.gpgSign": "true", "gpg.program": "{no}"}, "has no secret key of who commits"),
        ({"tag.gpgSign": "yes", "gpg.openpgp.program": "{no}", "user.signingKey": "4B1D"}, "has no secret key 4B1D"),
        ({"tag.forceSignAnnotated": "1", "gpg.program": "quay-no-gpg"}, "quay-no-gpg is not here"),
        ({"commit.gpgSign": "on", "gpg.format": "x509", "gpg.x509.program": "quay-no-sm"}, "quay-no-sm is not here"),
        ({"commit.gpgSign": "true", "gpg.format": "ssh"}, "the key to sign with is not here"),
        ({"commit.gpgSign": "true", "gpg.format": "ssh", "user.signingKey": "~/none.pub"}, "the key ~/none.pub is not"),
        ({"commit.gpgSign": "true", "gpg.program": "{yes}"}, None),
        ({"commit.gpgSign": "true", "gpg.format": "ssh", "user.signingKey": "a.txt"}, None),
        ({"commit.gpgSign": "true", "gpg.format": "ssh", "user.signingKey": "key::ssh-ed25519 A"}, None),
        ({"commit.gpgSign": "true", "gpg.format": "ssh", "gpg.ssh.defaultKeyCommand": "ssh-add -L"}, None),
        ({"commit.gpgSign": "true", "gpg.format": "x509", "gpg.x509.program": "{no}"}, None),
        ({"commit.gpgSign": "false", "gpg.program": "quay-no-gpg"}, None),
    ],
)
def test_where_git_is_told_to_sign_and_could_not_that_is_known_before_it_must(
    repository: GitRepository, tmp_path: Path, told: dict[str, str], problem: str | None
) -> None:
    programs = {"no": program(tmp_path, "no", 2), "yes": program(tmp_path, "yes", 0)}
    for key, value in told.items():
        git(repository.root, "config", key, value.format(**programs))
    if problem is None:
        assert repository.committer() == ENVIRON["GIT_COMMITTER_NAME"]
        return
    with pytest.raises(Unavailable, match=problem) as error:
        repository.committer()
    assert "user.signingKey" in error.value.hint


def test_a_key_is_looked_for_by_its_name_and_nothing_is_signed(repository: GitRepository, tmp_path: Path) -> None:
    for key, value in {"commit.gpgSign": "true", "gpg.program": program(tmp_path, "gpg", 0)}.items():
        git(repository.root, "config", key, value)
    repository.committer()
    git(repository.root, "config", "user.signingKey", "4B1D")
    kept = Kept()
    with heard_by(kept):
        repository.committer()
    assert all(isinstance(word, str) for said in kept.heard for word in said.words)
    assert [said.words[1:] for said in kept.heard] == [("--batch", "--list-secret-keys", "--", "4B1D")]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == [
        f"--batch --list-secret-keys -- {ENVIRON['GIT_COMMITTER_EMAIL']}",
        "--batch --list-secret-keys -- 4B1D",
    ]


def test_a_hook_that_objects_is_heard(repository: GitRepository) -> None:
    hook(repository, "pre-commit", "echo the harbor is closed >&2; exit 1")
    with pytest.raises(Refused, match=r"did not commit a\.txt") as refusal:
        repository.commit({A: b"1.1\n"}, message="Release 1.1")
    assert "the harbor is closed" in refusal.value.details
    assert count(repository) == 1


def test_a_tag_is_annotated_and_made_once(repository: GitRepository) -> None:
    repository.tag("v1.0", commit=repository.head())
    made = git(repository.root, "rev-parse", "refs/tags/v1.0")
    repository.tag("v1.0", commit=repository.head())
    assert git(repository.root, "cat-file", "-t", "v1.0") == "tag"
    assert git(repository.root, "rev-parse", "refs/tags/v1.0") == made


def test_a_tag_that_names_another_commit_is_refused(repository: GitRepository) -> None:
    repository.tag("v1.0", commit=repository.head())
    first = repository.head()
    second = repository.commit({A: b"1.1\n"}, message="Release 1.1")
    with pytest.raises(Refused, match=f"names {first}, not {second}"):
        repository.tag("v1.0", commit=second)
    assert repository.tagged("v1.0") == first


def test_a_tag_name_that_git_does_not_allow_is_refused(repository: GitRepository) -> None:
    with pytest.raises(Refused, match="did not create the tag"):
        repository.tag("v1..0", commit=repository.head())


@pytest.mark.parametrize("role", ["AUTHOR", "COMMITTER"])
def test_a_date_that_git_cannot_read_is_no_unknown_person(repository: GitRepository, role: str) -> None:
    told = GitRepository(repository.root, {**ENVIRON, f"GIT_{role}_DATE": "yesteryear"})
    with pytest.raises(Refused, match=f"GIT_{role}_DATE is set to what Git reads no date from") as error:
        told.committer()
    assert error.value.hint.endswith(f"unset GIT_{role}_DATE")
