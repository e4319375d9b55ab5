"""The ledger as JSON lines, one file a version; an entry is on the disk when ``append`` returns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from packaging.version import InvalidVersion, Version

from releasegate.core.errors import Unavailable
from releasegate.core.record import Entry, entry_from_json


@dataclass(frozen=True)
class FileLedger:
    """The record of one package in *folder*."""

    folder: Path

    def read(self, version: str) -> tuple[Entry, ...]:
        """Return the version's entries, oldest first; a line that a crash tore is left out."""
        path = self._path(version)
        if not path.exists():
            return ()
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        return tuple(entry for line in lines if (entry := entry_from_json(line)) is not None)

    def append(self, version: str, entry: Entry) -> None:
        """Add an entry; a torn line before it is ended first."""
        path = self._path(version)
        path.parent.mkdir(parents=True, exist_ok=True)
        created = not path.exists()
        with path.open("ab+") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(entry.to_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if created:
            descriptor = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def versions(self) -> tuple[str, ...]:
        """Return the versions that have a record, oldest first."""
        found = []
        for path in self.folder.glob("*.jsonl"):
            try:
                found.append(Version(path.stem))
            except InvalidVersion:
                continue
        return tuple(str(version) for version in sorted(found))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else release this package meanwhile.

        Raises:
            Unavailable: another run holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Unavailable(
                f"Another run is releasing {self.folder.name}.", hint="Wait for it, then run the same command again"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _path(self, version: str) -> Path:
        return self.folder / f"{Version(version)}.jsonl"
