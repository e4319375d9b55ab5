"""The journal's format: one event is one JSON object on one line, in UTF-8."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from releasegate.rehearsal.index.held.events import (
    Digests,
    Event,
    FileDeleted,
    ProjectDeleted,
    ReleaseDeleted,
    Reserved,
    Stored,
    StoredFile,
    Unyanked,
    Yanked,
)

_KINDS: dict[str, type[Event]] = {
    "stored": Stored,
    "yanked": Yanked,
    "unyanked": Unyanked,
    "file-deleted": FileDeleted,
    "release-deleted": ReleaseDeleted,
    "project-deleted": ProjectDeleted,
    "reserved": Reserved,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_line(event: Event) -> bytes:
    """Return the event as one line, with its line end."""
    body = {"event": _NAMES[type(event)], **asdict(event)}
    return json.dumps(body, default=datetime.isoformat, sort_keys=True).encode() + b"\n"


def from_line(line: bytes) -> Event:
    """Return the event that *line* holds.

    Raises:
        ValueError: the line is no event.
    """
    try:
        body: Any = json.loads(line)
        kind = _KINDS[body.pop("event")]
        body["at"] = datetime.fromisoformat(body["at"])
        if kind is Stored:
            body["file"] = _file(body["file"])
        return kind(**body)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an event") from error


def _file(body: dict[str, Any]) -> StoredFile:
    return StoredFile(
        **{**body, "digests": Digests(**body["digests"]), "uploaded": datetime.fromisoformat(body["uploaded"])}
    )
