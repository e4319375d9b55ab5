"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Make *path* hold *content*: all of it or, if this is cut short, what it held before.

    The file keeps its mode. A kill leaves at most one hidden file beside it, which the next write takes over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.releasegate")
    with fresh.open("wb") as stream:
        stream.write(content)
        stream.flush()
        with suppress(FileNotFoundError):
            fresh.chmod(path.stat().st_mode & 0o7777)
        os.fsync(stream.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make a file's bytes reach the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make a folder's names reach the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
