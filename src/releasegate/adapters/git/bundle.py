"""The commit that one job of CI made, as a Git bundle for the next: untrusted, so it is looked at before it counts.

Source: gitformat-bundle. A bundle holds the objects that are new since a commit, and the branch that leads to them.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from releasegate.adapters.git.command import Git
from releasegate.core.errors import Refused

_TAKEN = "refs/releasegate/taken"
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")


def bundle(git: Git, *, since: str, branch: str, path: Path) -> None:
    """Write what *branch* has more than the commit *since* into *path*.

    Raises:
        Refused: it has nothing more, or Git would not do it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    git.tell("bundle", "create", "--quiet", str(path.resolve()), branch, f"^{since}")


def unbundle(git: Git, path: Path, *, branch: str) -> tuple[str, Mapping[PurePosixPath, bytes | None]]:
    """Fetch a bundle's commit and return it, with the files that it changes; the branch stays where it is.

    Raises:
        Refused: the bundle is none, or holds anything else than one commit on top of the one that is checked out.
    """
    words = ("fetch", "--quiet", "--no-tags", "--force", str(path.resolve()), f"refs/heads/{branch}:{_TAKEN}")
    head, commit = git.tell("rev-parse", "HEAD").text, ""
    if not git.ask(*words).exit_code:
        commit = git.tell("rev-parse", _TAKEN).text
    if not commit or git.tell("rev-list", "--parents", "--max-count=1", commit).text.split() != [commit, head]:
        raise Refused(
            f"What was handed over is no commit on top of {head[:12]}.",
            hint=f"{branch} moved in between, most likely: dispatch the workflow again",
        )
    prefix = git.tell("rev-parse", "--show-prefix").text or "."
    listed = git.tell("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", head, commit).stdout
    # With -z: ":modes and hashes", then the path from the top, by turns.
    parts = [os.fsdecode(part) for part in listed.split(b"\0") if part]
    files: dict[PurePosixPath, bytes | None] = {}
    for meta, name in zip(parts[::2], parts[1::2], strict=True):
        old, new, _, blob, kind = meta.removeprefix(":").split(" ")
        plain = kind == "M" and old == new
        files[PurePosixPath(posixpath.relpath(name, prefix))] = (
            git.tell("cat-file", "blob", blob).stdout if plain else None
        )
    return commit, files


def forward(git: Git, commit: str) -> None:
    """Move the branch that is checked out on to *commit*, which follows it.

    Raises:
        Refused: it does not, or Git would not do it.
    """
    git.tell(*_NO_HOOKS, "merge", "--quiet", "--ff-only", commit)
