"""Which of a repository's remotes is a mirror is asked, where one is the same repository on another forge."""

from __future__ import annotations

from pathlib import Path

import pytest
from git_repositories import ENVIRON, git, make_repository

from releasegate.adapters.git.command import Git
from releasegate.app.adopt.propose import propose
from releasegate.app.adopt.repository import facts
from releasegate.core.errors import Refused

PROJECT = '[project]\nname = "harbor-lamp"\nversion = "1.0.0"\nrequires-python = ">=3.12"\n'
GITEA = "https://gitea.example/quay/harbor-lamp.git"


@pytest.mark.parametrize(
    ("origin", "other", "found"),
    [
        (GITEA, "https://github.com/octo/harbor-lamp.git", ["github octo/harbor-lamp"]),
        (GITEA, "git@github.com:octo/harbor-lamp.git", ["github octo/harbor-lamp"]),
        ("git@git.example:quay/harbor-lamp", "https://github.com/octo/harbor-lamp", ["github octo/harbor-lamp"]),
        ("/srv/git/harbor-lamp.git", "https://github.com/octo/harbor-lamp", ["github octo/harbor-lamp"]),
        ("https://github.com/mona/harbor-lamp.git", "https://github.com/octo/harbor-lamp.git", []),
        (GITEA, "https://github.com/octo/another.git", []),
        (GITEA, "/srv/backup/harbor-lamp.git", []),
    ],
)
def test_a_mirror_is_told_from_a_fork_and_from_a_copy(
    tmp_path: Path, origin: str, other: str, found: list[str]
) -> None:
    repository = make_repository(tmp_path / "lamp", {"pyproject.toml": PROJECT})
    git(repository.root, "remote", "add", "origin", origin)
    git(repository.root, "remote", "add", "mirror", other)
    known = facts(Git(repository.root, ENVIRON), path=".")
    assert [f"{forge.kind} {forge.repository}" for _, forge in known.elsewhere] == found
    asked = propose(repository.root, environ=ENVIRON).questions
    assert [each.answers[0] for each in asked if "tag-remote" in each.answers[0]] == ['tag-remote = "mirror"'] * len(
        found
    )


def test_release_notes_are_asked_about(tmp_path: Path) -> None:
    files = {f"docs/release-notes/version-1.{n}.md": "Notes.\n" for n in range(3)}
    repository = make_repository(tmp_path / "lamp", {"pyproject.toml": PROJECT, **files})
    answers = [line for each in propose(repository.root, environ=ENVIRON).questions for line in each.answers]
    assert 'release-notes = "docs/release-notes"' in answers


def test_a_bare_repository_is_refused_by_its_kind_and_said_to_be_cloned(tmp_path: Path) -> None:
    make_repository(tmp_path / "lamp", {"pyproject.toml": PROJECT})
    git(tmp_path, "clone", "--quiet", "--bare", "lamp", "lamp.git")
    with pytest.raises(Refused, match="is a bare repository") as refusal:
        propose(tmp_path / "lamp.git", environ=ENVIRON)
    assert refusal.value.hint.endswith(f": git clone {tmp_path / 'lamp.git'}")


def test_a_tag_of_the_branch_s_name_keeps_the_branch_s_name_whole(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "lamp", {"pyproject.toml": PROJECT})
    git(repository.root, "tag", repository.branch() or "")
    assert facts(Git(repository.root, ENVIRON), path=".").branch == repository.branch()
