"""What can happen to an index: the events that its journal holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Digests:
    """The three digests that an upload can name, in lower-case hexadecimal."""

    md5: str
    sha256: str
    blake2_256: str


@dataclass(frozen=True)
class StoredFile:
    """One distribution file; ``metadata_sha256`` is the digest of its ``.metadata`` file, if it has one."""

    filename: str
    size: int
    digests: Digests
    packagetype: str
    python_version: str
    uploaded: datetime
    metadata_sha256: str | None = None

    @property
    def path(self) -> str:
        """Where the file lies, below the folder of all files: its bytes decide, as on PyPI."""
        digest = self.digests.blake2_256
        return f"{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.filename}"


@dataclass(frozen=True)
class Stored:
    """A file was uploaded."""

    at: datetime
    project: str
    version: str
    file: StoredFile
    requires_python: str | None = None
    summary: str | None = None


@dataclass(frozen=True)
class Yanked:
    """A whole release was yanked; the reason may be empty."""

    at: datetime
    project: str
    version: str
    reason: str


@dataclass(frozen=True)
class Unyanked:
    """A yank was taken back."""

    at: datetime
    project: str
    version: str


@dataclass(frozen=True)
class FileDeleted:
    """One file was deleted; its release stays, and its name is burnt."""

    at: datetime
    project: str
    filename: str


@dataclass(frozen=True)
class ReleaseDeleted:
    """A release was deleted with its files."""

    at: datetime
    project: str
    version: str


@dataclass(frozen=True)
class ProjectDeleted:
    """A project was deleted with everything in it."""

    at: datetime
    project: str


@dataclass(frozen=True)
class Reserved:
    """Somebody else owns the project's name: this index's token may not upload to it."""

    at: datetime
    project: str


Event = Stored | Yanked | Unyanked | FileDeleted | ReleaseDeleted | ProjectDeleted | Reserved
