"""Temporary folders that go with their run: what a dead run left behind is swept by the next one.

Each has a lock beside it that its run holds for as long as it lives, however it ends; no lock of a living run can be
taken. Only folders of this user are looked at.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filelock import FileLock

PREFIX = "releasegate-run-"
_LOCK = ".lock"


@contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """Give a new folder for as long as the block lasts, below *parent* or where the system has temporary files.

    The first one in a place sweeps it.
    """
    place = (parent or Path(tempfile.gettempdir())).resolve()
    place.mkdir(parents=True, exist_ok=True)
    _swept(place)
    with ExitStack() as opened:
        folder = _locked(place, opened)
        folder.mkdir(mode=0o700)
        opened.callback(_remove, folder)
        yield folder


@cache
def _swept(place: Path) -> None:
    sweep(place)


def sweep(place: Path) -> tuple[str, ...]:
    """Remove from *place* what dead runs of this user left there, and return the names of the folders."""
    swept = []
    for name in sorted({each.removesuffix(_LOCK) for each in _names(place) if each.startswith(PREFIX)}):
        folder, lock = place / name, place / f"{name}{_LOCK}"
        if not _mine(folder, lock):
            continue
        with ExitStack() as held:
            try:
                if lock.exists() and not _taken(lock, held):
                    continue
            except OSError:
                continue
            if folder.exists():
                _remove(folder)
                swept.append(name)
            lock.unlink(missing_ok=True)
    return tuple(swept)


def _locked(place: Path, opened: ExitStack) -> Path:
    """Return the path of a folder that is not there yet, and whose lock is held until *opened* is closed.

    Raises:
        OSError: nothing can be written there.
    """
    while True:
        folder = place / f"{PREFIX}{os.getpid()}-{os.urandom(5).hex()}"
        lock = folder.with_name(f"{folder.name}{_LOCK}")
        lock.touch()  # Where that cannot be, a lock would be waited for.
        opened.callback(lock.unlink, missing_ok=True)
        # A sweep may have removed the file between its making and its lock: then it guards nothing.
        if _taken(lock, opened) and lock.exists():
            return folder


def _taken(lock: Path, held: ExitStack) -> bool:
    """Take a lock until *held* is closed; ``False`` where somebody has it. Raises ``OSError`` where nobody can."""
    from filelock import Timeout

    taking = _file_lock(lock)
    try:
        held.enter_context(taking.acquire(timeout=0))
    except Timeout:
        return False
    return True


def _file_lock(lock: Path) -> FileLock:
    from filelock import FileLock

    return FileLock(lock, thread_local=False)


def _mine(*paths: Path) -> bool:
    """Whether what is there of *paths* is this user's, and is no link to something else."""
    for path in paths:
        with suppress(FileNotFoundError):
            seen = path.lstat()
            if stat.S_ISLNK(seen.st_mode) or (hasattr(os, "getuid") and seen.st_uid != os.getuid()):
                return False
    return True


def _names(place: Path) -> list[str]:
    try:
        return [path.name for path in place.iterdir()]
    except OSError:
        return []


def _remove(folder: Path) -> None:
    """Remove a folder, and what is in it that only its owner could not write to; what cannot be is left."""

    def again(remove: Any, path: str, _: object) -> None:
        with suppress(OSError):
            Path(path).parent.chmod(0o700)
            Path(path).chmod(0o700)
            remove(path)

    shutil.rmtree(folder, onerror=again)
