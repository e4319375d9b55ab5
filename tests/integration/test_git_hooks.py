"""The hooks of a repository run as other foreign code does: they object as ever, and see no secret of ours."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, git, make_repository
from machines import hook

from releasegate.adapters.git.hooks import command_of
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.errors import Refused

TOKEN = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "http.https://forge.example/.extraheader",
    "GIT_CONFIG_VALUE_0": "Authorization: planted",
    "GIT_SSH_COMMAND": "ssh -i planted",
    "SSH_AUTH_SOCK": "/planted",
}
TELLS = 'env > "$OUT"; ls -A ~ >> "$OUT"'


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    root = make_repository(tmp_path / "harbor", {"package/a.txt": "1"}).root
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("planted", encoding="utf-8")
    return GitRepository(root / "package", {**ENVIRON, **TOKEN, "PATH": os.environ["PATH"], "HOME": str(home)})


def commit(repository: GitRepository) -> str:
    return repository.commit({PurePosixPath("a.txt"): b"2\n"}, message="Release 2")


def told(repository: GitRepository, hooks: Path, script: str = TELLS) -> str:
    """Return what a hook tells of itself, which is written where its repository is."""
    out = repository.root / "told"
    hook(hooks, "pre-commit", script.replace("$OUT", str(out)))
    commit(repository)
    return out.read_text(encoding="utf-8")


def test_a_hook_is_told_neither_a_token_nor_where_to_get_one(repository: GitRepository) -> None:
    said = told(repository, repository.root.parent / ".git")

    assert "planted" not in said
    assert ".netrc" not in said
    assert "GIT_INDEX_FILE=" in said


@pytest.mark.parametrize("place", [".githooks", "elsewhere"])
def test_hooks_that_lie_elsewhere_are_found_from_the_top(repository: GitRepository, tmp_path: Path, place: str) -> None:
    folder = repository.root.parent / place if place == ".githooks" else tmp_path / place
    git(repository.root, "config", "core.hooksPath", place if place == ".githooks" else str(folder))

    folder.mkdir()
    file, out = folder / "pre-commit", repository.root / "told"
    file.write_text(f"#!/bin/sh\nenv > {out}; pwd >> {out}\n", encoding="utf-8")
    file.chmod(0o755)
    commit(repository)

    said = (repository.root / "told").read_text(encoding="utf-8")
    assert "planted" not in said
    assert said.splitlines()[-1] == str(repository.root.parent)


def test_a_hook_without_a_first_line_is_a_shell_script_as_it_is_to_git(repository: GitRepository) -> None:
    file = hook(repository.root.parent / ".git", "pre-commit", "")
    file.write_text("echo no release on Fridays >&2; exit 1\n", encoding="utf-8")

    with pytest.raises(Refused) as refusal:
        commit(repository)

    assert "no release on Fridays" in refusal.value.details


def test_what_git_lfs_wrote_keeps_the_credentials_by_which_it_uploads(
    repository: GitRepository, tmp_path: Path
) -> None:
    programs, out = tmp_path / "bin", tmp_path / "told"
    programs.mkdir()
    (programs / "git-lfs").write_text(f"#!/bin/sh\nenv > {out}\n", encoding="utf-8")
    (programs / "git-lfs").chmod(0o755)
    file = hook(repository.root.parent / ".git", "pre-commit", "")
    file.write_text(
        "#!/bin/sh\n"
        'command -v git-lfs >/dev/null 2>&1 || { printf >&2 "%s" "not found"; exit 2; }\n'
        'git lfs pre-commit "$@"\n'
    )
    environ = {**repository.git.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    commit(GitRepository(repository.root, environ))

    assert "planted" in out.read_text(encoding="utf-8")


def test_a_hook_that_only_begins_with_git_lfs_is_foreign(repository: GitRepository) -> None:
    script = f'git lfs pre-commit "$@" || true\n{TELLS}'

    assert "planted" not in told(repository, repository.root.parent / ".git", script)


def test_a_hook_that_is_not_executable_is_no_hook(repository: GitRepository) -> None:
    hook(repository.root.parent / ".git", "pre-commit", "exit 1").chmod(0o644)

    assert commit(repository) == repository.head()


def test_the_command_is_found_past_the_settings_in_front_of_it() -> None:
    assert command_of(("-c", "a=b", "-c", "c=d", "commit", "-c", "x")) == "commit"
    assert command_of(("-c", "a=b")) == ""
