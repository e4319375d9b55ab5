"""Real Git repositories for tests, which no setting of the machine reaches."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from filelock import FileLock

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
SHARED = "RELEASEGATE_TESTS_SHARED"
"""The variable with the folder that all processes of a run of the tests share; ``tests/conftest.py`` makes it."""


def git(folder: Path, *words: str) -> str:
    """Run Git as a person would, beside what is tested."""
    done = subprocess.run(["git", *words], cwd=folder, env=ENVIRON, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def make_repository(folder: Path, files: Mapping[str, str | bytes]) -> GitRepository:
    """Make a repository on the branch ``develop`` with one commit of *files*, and of what is in *folder* already."""
    contents = {path: content if isinstance(content, bytes) else content.encode() for path, content in files.items()}
    if folder.is_dir() and any(folder.iterdir()):
        _commit(folder, contents)
    else:  # made once, and copied since: three commands of Git cost more than all that many a test does
        copy_repository(_made(tuple(contents.items())), folder)
    return GitRepository(folder, ENVIRON)


def copy_repository(made: Path, folder: Path) -> None:
    """Make *folder* a copy of a repository that has a work tree, as clean as that is."""
    shutil.copytree(made, folder, symlinks=True, dirs_exist_ok=True)
    git(folder, "update-index", "-q", "--refresh")  # files of the copy are other ones to Git, until it looked at them


def kept_folder() -> Path:
    """Return a new folder that is there until this process ends, for what is made once and copied by many tests."""
    folder = Path(tempfile.mkdtemp(prefix="releasegate-tests-", dir=os.environ.get(SHARED)))
    atexit.register(_removed, folder, by=os.getpid())
    return folder


def made_once(what: object, make: Callable[[Path], None]) -> Path:
    """Return the folder that *make* has filled with *what*: once for all processes of a run of the tests.

    Who comes while another process makes it waits for that; what one could not make is begun anew by the next.
    """
    among = os.environ.get(SHARED)
    if among is None:
        make(folder := kept_folder())
        return folder
    folder = Path(among, hashlib.sha256(repr(what).encode()).hexdigest()[:16])
    done = folder.with_suffix(".made")
    with FileLock(folder.with_suffix(".lock")):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def _init(folder: Path, inside: Path, *more: str) -> None:
    git(folder, "init", "--quiet", "--template=", "--initial-branch=develop", *more)  # without samples of hooks
    for name in ("hooks", "info"):
        (inside / name).mkdir(exist_ok=True)


def _removed(folder: Path, *, by: int) -> None:
    if os.getpid() == by:  # and not a process that a test has forked
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _made(files: tuple[tuple[str, bytes], ...]) -> Path:
    folder = kept_folder()
    _commit(folder, dict(files))
    return folder


def _commit(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _init(folder, folder / ".git")
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=First")


def add_remote(repository: GitRepository, bare: Path) -> Path:
    """Give the repository a bare remote ``origin`` that holds what it holds."""
    bare.mkdir(parents=True, exist_ok=True)
    _init(bare, bare, "--bare")
    git(repository.root, "remote", "add", "origin", str(bare))
    git(repository.root, "push", "--quiet", "origin", "develop")
    return bare
