"""What Git lists of a commit's tree: the files of a folder, their modes, and the workflows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from releasegate.adapters.git.command import Git
from releasegate.core.ci.others.elsewhere import SYSTEMS
from releasegate.core.ci.others.nodes import ACTIONS, FOLDERS
from releasegate.core.ci.others.scripts import SCRIPTS
from releasegate.core.ci.others.sections import RUNNERS

_PLAIN = "100644 "
_MOST = 1000
"""Files that are read; those of a repository that has more are no release's scripts."""


def names(git: Git, folder: PurePosixPath, commit: str) -> tuple[PurePosixPath, ...]:
    """Return the paths of the files that lie in *folder* itself; none where it is no folder."""
    listed = git.tell("ls-tree", "-z", commit, "--", f"{folder}/").stdout
    return tuple(PurePosixPath(path) for meta, path in _entries(listed) if meta.split(" ")[1] == "blob")


def executables(git: Git, paths: Sequence[PurePosixPath], commit: str) -> frozenset[PurePosixPath]:
    """Return those of *paths* that are executable, or links, by the mode that Git keeps and a checkout gives them."""
    listed = git.tell("ls-tree", "-z", commit, "--", *map(str, paths)).stdout if paths else b""
    return frozenset(PurePosixPath(path) for meta, path in _entries(listed) if not meta.startswith(_PLAIN))


def workflows(git: Git, commit: str) -> Mapping[PurePosixPath, str]:
    """Return what a forge or another system may be told to run, and the scripts that hold a word of uploading.

    They are given by their paths from the top of the repository. Where nobody is told to run anything, nothing is.
    """
    listed = git.tell("ls-tree", "-r", "-z", "--full-tree", commit, "--", *FOLDERS, *SYSTEMS).stdout
    blobs = {path: meta.split(" ")[2] for meta, path in _entries(listed) if _tells(path)}
    for path in _uploading(git, commit) if blobs else ():
        blobs.setdefault(path, f"{commit}:{path}")
    texts = git.blobs(tuple(blobs.values()))
    return {
        PurePosixPath(path): (text or b"").decode(errors="replace") for path, text in zip(blobs, texts, strict=True)
    }


def _tells(path: str) -> bool:
    return path in SYSTEMS or path.endswith((".yml", ".yaml"))


def _uploading(git: Git, commit: str) -> list[str]:
    """Return the paths of the scripts, actions and task runners' files that may upload, or run what does."""
    options = ("--threads=1", "-l", "-z", "-I", "-i", "--no-color", "--full-name", "-F")
    _, top = git.place()
    found = git.ask("grep", *options, "-e", "publish", "-e", "upload", commit, "--", top or ".").stdout
    paths = [os.fsdecode(name).removeprefix(f"{commit}:") for name in found.split(b"\0") if name]
    names = {*RUNNERS, *ACTIONS}
    return [p for p in paths if PurePosixPath(p).suffix in SCRIPTS or PurePosixPath(p).name in names][:_MOST]


def _entries(listed: bytes) -> Iterator[tuple[str, str]]:
    """Yield each entry of ``ls-tree -z``: mode, kind and hash, then the path."""
    for entry in filter(None, listed.split(b"\0")):
        meta, _, path = os.fsdecode(entry).partition("\t")
        yield meta, path
