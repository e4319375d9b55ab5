"""A file is read where it is one; what it is not is said, and never waited for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def read_plain(path: Path) -> bytes:
    """Return the bytes of a file; a pipe or a device is not waited for.

    Raises:
        OSError: it is not there, is no plain file, or cannot be read.
    """
    with _opened(path) as file:
        return file.read()


def plain_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, each with its end, and never hold all of them; raises as ``read_plain``."""
    with _opened(path) as file:
        yield from file


def is_there(path: Path) -> bool:
    """Whether anything has that name, a link to nowhere too."""
    return path.is_symlink() or path.exists()


def _opened(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind, reason = (errno.EISDIR, "Is a directory") if stat.S_ISDIR(mode) else (errno.EINVAL, "Is no plain file")
        raise OSError(kind, reason, str(path))
    return os.fdopen(descriptor, "rb")
