"""What Git lists of a commit's tree: the files of a folder, and the workflows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from releasegate.adapters.git.command import Git
from releasegate.core.ci.others.nodes import FOLDERS


def names(git: Git, folder: PurePosixPath, commit: str) -> tuple[PurePosixPath, ...]:
    """Return the paths of the files that lie in *folder* itself; none where it is no folder."""
    listed = git.tell("ls-tree", "-z", commit, "--", f"{folder}/").stdout
    return tuple(PurePosixPath(path) for meta, path in _entries(listed) if meta.split(" ")[1] == "blob")


def workflows(git: Git, commit: str) -> Mapping[PurePosixPath, str]:
    """Return every YAML file below the folders for forges, by its path from the top of the repository."""
    listed = git.tell("ls-tree", "-r", "-z", "--full-tree", commit, "--", *FOLDERS).stdout
    blobs = {path: meta.split(" ")[2] for meta, path in _entries(listed) if path.endswith((".yml", ".yaml"))}
    texts = git.blobs(tuple(blobs.values()))
    return {
        PurePosixPath(path): (text or b"").decode(errors="replace") for path, text in zip(blobs, texts, strict=True)
    }


def _entries(listed: bytes) -> Iterator[tuple[str, str]]:
    """Yield each entry of ``ls-tree -z``: mode, kind and hash, then the path."""
    for entry in filter(None, listed.split(b"\0")):
        meta, _, path = os.fsdecode(entry).partition("\t")
        yield meta, path
