"""An upload as the index sees it, and the three answers that it can get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from releasegate.rehearsal.index.held.events import Digests, Stored
from releasegate.rehearsal.index.upload.members import Contents, Unreadable

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE


@dataclass(frozen=True)
class UploadedFile:
    """The file of an upload: its name and media type as sent, its size in bytes, its digests, and what is inside."""

    filename: str
    size: int
    digests: Digests
    contents: Contents | Unreadable
    media_type: str = ""


@dataclass(frozen=True)
class ReceivedUpload:
    """One upload request: who sends it (``None``: nobody said), the form's fields and the file."""

    credentials: tuple[str, str] | None
    fields: Mapping[str, tuple[str, ...]]
    file: UploadedFile | None

    def field(self, name: str, default: str = "") -> str:
        """Return the first value of the field *name*, or *default*."""
        return next(iter(self.fields.get(name, ())), default)


@dataclass(frozen=True)
class Policy:
    """What the index's owners can set.

    ``uploads`` is switched by the operators; ``identity`` is what the token stands for (a trusted publisher's
    token cannot create projects, and alone may send attestations). ``file_limit`` and ``project_limit`` are in
    bytes; ``new_projects`` is how many projects may be created in all (``None``: any number); a release takes no
    more files once its first one is older than ``release_age``.
    """

    uploads: Literal["open", "read-only"] = "open"
    identity: Literal["user", "publisher"] = "user"
    file_limit: int = 100 * MEGABYTE
    project_limit: int = 10 * GIGABYTE
    new_projects: int | None = None
    release_age: timedelta = timedelta(days=14)


@dataclass(frozen=True)
class UploadRefusal:
    """The upload is refused and consumes nothing; the message is the reason phrase and stands in the body."""

    status: int
    message: str


@dataclass(frozen=True)
class Identical:
    """The very same file is there already: 200, and nothing changes."""


@dataclass(frozen=True)
class UploadAccepted:
    """The file is to be stored: what the journal will say, and the wheel's core metadata (PEP 658)."""

    event: Stored
    core_metadata: bytes | None


UploadOutcome = UploadRefusal | Identical | UploadAccepted


def bad_request(message: str) -> UploadRefusal:
    """Return the refusal with status 400."""
    return UploadRefusal(400, message)
