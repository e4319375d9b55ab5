"""The ledger as files: one a version, one JSON object a line, only ever added to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.files import write_atomically
from releasegate.adapters.plain_file import plain_lines
from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry, entry_from_json
from releasegate.core.release.versions import parse_version

_SUFFIX = ".jsonl"


@dataclass(frozen=True)
class FileLedger:
    """The record of one package in *folder*, which carries the package's name.

    A run may die at any byte: the line that it tore is not read, and the next entry starts on a new line.
    """

    folder: Path

    def read(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries, oldest first; lines that are no entries are left out.

        Raises:
            Unavailable: the file is there and cannot be read.
        """
        path = self._path(version)
        try:
            return tuple(entry for line in plain_lines(path) if (entry := _parsed(line)) is not None)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _unusable(path, error) from error

    def append(self, version: Version, entry: Entry) -> None:
        """Add an entry; it is on the disk when this returns.

        Raises:
            Unavailable: the file cannot be written.
        """
        path = self._path(version)
        # A lone surrogate (of an odd file name) becomes its JSON escape.
        line = entry.to_json().encode("utf-8", "backslashreplace") + b"\n"
        try:
            self._make_folder()
            new = not path.exists()
            with path.open("ab") as stream:
                stream.write(line if new or _ends_with_line(path) else b"\n" + line)
                stream.flush()
                os.fsync(stream.fileno())
            if new:
                _sync_folder(self.folder)
        except OSError as error:
            raise _unusable(path, error) from error

    def replace(self, version: Version, entries: Sequence[Entry]) -> None:
        """Make *entries* the version's record; it is whole on the disk when this returns, or as it was.

        Raises:
            Unavailable: the file cannot be written.
        """
        path = self._path(version)
        lines = [entry.to_json().encode("utf-8", "backslashreplace") + b"\n" for entry in entries]
        try:
            self._make_folder()
            write_atomically(path, b"".join(lines))
        except OSError as error:
            raise _unusable(path, error) from error

    def versions(self) -> tuple[Version, ...]:
        """Return the versions that have a record, oldest first in the order of PEP 440."""
        return versions_in(self.folder, _SUFFIX)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run from this package while the block lasts; the lock ends with its process.

        Raises:
            Unavailable: another run holds it.
        """
        from filelock import FileLock, Timeout

        path = self.folder / ".lock"
        lock = FileLock(path)
        try:
            self._make_folder()
            lock.acquire(timeout=0)
        except Timeout as error:
            raise Unavailable(
                f"Another run is releasing {self.folder.name}.", hint="Wait until it ends, and run the command again"
            ) from error
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            yield
        finally:
            lock.release()

    def _path(self, version: Version) -> Path:
        return self.folder / f"{version}{_SUFFIX}"

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(self.folder.parent)


def versions_in(folder: Path, suffix: str) -> tuple[Version, ...]:
    """Return the versions that the files with *suffix* in a folder are named after, oldest first."""
    named = (parse_version(path.name.removesuffix(suffix)) for path in folder.glob(f"*{suffix}"))
    return tuple(sorted(version for version in named if version is not None))


@lru_cache(maxsize=512)
def _parsed(line: bytes) -> Entry | None:
    """Return the entry of a line; the last ones are remembered, since a run reads its record before and after steps."""
    try:
        return entry_from_json(line.decode())
    except UnicodeDecodeError:
        return None


def _ends_with_line(path: Path) -> bool:
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"


def _sync_folder(folder: Path) -> None:
    """Make a folder's names reach the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The ledger {path} cannot be used: {error.strerror or error}.",
        hint="Make room or correct the permissions, and run the same command again",
    )
