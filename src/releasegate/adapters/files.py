"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from releasegate.core.frozen import dataclass


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace *path* by *content* in one move that survives a crash; its mode stays, a new file has *mode*.

    Raises:
        OSError: it cannot be written; the error names a path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o7777 if path.exists() else mode
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        # The folder lets no file be made: a name that nobody chose would be looked for in vain.
        raise OSError(error.errno, error.strerror, str(path.parent)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class FolderDownloadCache:
    """Keeps fetched files under a folder."""

    root: Path

    def keep(self, folder: str, *, name: str, content: bytes) -> Path:
        """Write a file under *folder* and return where it lies; a name with a path in it keeps only its last part."""
        path = self.root / Path(folder).name / Path(name).name
        write_atomically(path, content)
        return path
