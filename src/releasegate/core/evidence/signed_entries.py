"""What a machine signs: that it wrote these entries of this version of this package, whose note is on this commit.

A statement is a line of a note. It says nothing on another commit, of another version or another package, and of an
entry of which a single character differs: what is copied, moved or changed is signed by nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry


@dataclass(frozen=True)
class Statement:
    """The entries that are signed, each by the sha256 of its line, with their subject; *signature* is SSH's."""

    package: str
    version: str
    commit: str
    signs: tuple[str, ...]
    signature: str = ""

    @property
    def payload(self) -> bytes:
        """The bytes that are signed."""
        body = {"package": self.package, "version": self.version, "commit": self.commit, "signs": list(self.signs)}
        return json.dumps(body, sort_keys=True).encode()

    def to_json(self) -> str:
        """Return the statement as a line of a note, without the line end."""
        return json.dumps({**vars(self), "signs": list(self.signs)}, sort_keys=True)

    def covers(self, entry: Entry) -> bool:
        """Whether *entry* is one of those that are signed."""
        return digest(entry) in self.signs


def statement(package: str, version: str, commit: str, entries: Iterable[Entry]) -> Statement:
    """Return what there is to sign of *entries*."""
    return Statement(package, version, commit, tuple(dict.fromkeys(map(digest, entries))))


def statement_from(body: Any) -> Statement | None:
    """Return the statement that a line of a note is, ``None`` where it is none."""
    signs = body.get("signs") if isinstance(body, dict) else None
    if not isinstance(signs, list) or not all(isinstance(each, str) for each in signs):
        return None
    texts = [body.get(key) for key in ("package", "version", "commit", "signature")]
    if not all(isinstance(text, str) and text.isascii() for text in texts):
        return None
    package, version, commit, signature = texts
    return Statement(package, version, commit, tuple(signs), signature)


def digest(entry: Entry) -> str:
    """Return the sha256 by which a statement names an entry."""
    return hashlib.sha256(entry.to_json().encode("utf-8", "backslashreplace")).hexdigest()
