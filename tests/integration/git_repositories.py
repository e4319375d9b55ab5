"""Real Git repositories for tests, which no setting of the machine reaches."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from releasegate.adapters.git.repository import GitRepository

UNNAMED = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
ENVIRON = {
    **UNNAMED,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@harbor.example",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@harbor.example",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}


def git(folder: Path, *words: str) -> str:
    """Run Git as a person would, beside what is tested."""
    done = subprocess.run(["git", *words], cwd=folder, env=ENVIRON, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def make_repository(folder: Path, files: Mapping[str, str | bytes]) -> GitRepository:
    """Make a repository on the branch ``develop`` with one commit of *files*."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=develop")
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=First")
    return GitRepository(folder, ENVIRON)


def add_remote(repository: GitRepository, bare: Path) -> Path:
    """Give the repository a bare remote ``origin`` that holds what it holds."""
    git(repository.root, "init", "--quiet", "--bare", "--initial-branch=develop", str(bare))
    git(repository.root, "remote", "add", "origin", str(bare))
    git(repository.root, "push", "--quiet", "origin", "develop")
    return bare
