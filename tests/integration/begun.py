"""A pair's project in which commands were typed already: they run once, and each test that begins there has a copy.

One that begins with ``git`` is Git's, typed in the project's folder. What is released there is built and on the
indexes, and a judge passes it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from git_repositories import git, made_once
from test_doctor import Folder, opened

ALONE = ('companion = { name = "tiny-api" }\n', "")
"""Makes ``tiny-api`` a package that nothing depends on."""

Change = tuple[str, str]
Words = tuple[str, ...]


def more(package: str) -> tuple[Words, ...]:
    """Return the commands that commit something to release."""
    commit, push = ("commit", "--quiet", "--allow-empty", "--message=More"), ("push", "--quiet", "origin", "develop")
    return tuple(("git", "-C", package, *words) for words in (commit, push))


@contextmanager
def begun(root: Path, *commands: Words, changed: Change | None = None) -> Iterator[Folder]:
    """Give a project in *root* as *commands* leave it one after the other, each with exit code 0.

    What *changed* names in the configuration is another text there, before the first command and now.
    """
    made = _made(commands, changed) if commands else None
    if made is not None:
        for name in ("indexes", ".releasegate"):
            shutil.copytree(made / name, root / name, symlinks=True)
    with opened(root, made) as opening:
        folder = replace(opening, tries=False)
        if changed is not None:
            folder.configure(*changed)
        yield folder


@cache
def _made(commands: tuple[Words, ...], changed: Change | None) -> Path:
    def make(root: Path) -> None:
        with begun(root, *commands[:-1], changed=changed) as folder:
            tool, *words = commands[-1]
            code, output = (0, git(root, *words)) if tool == "git" else folder.type(tool, *words)
            assert code == 0, output

    return made_once((commands, changed), make)
