"""An entry of the ledger: one thing that happened, as one JSON object on one line.

``event`` is ``started``, ``done``, ``failed``, ``waived`` or ``revoked``. Evidence counts only for the ``subject`` that
it was taken on (a commit, the bytes of a manifest): see ``Step.subject``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any, Literal, get_args

from releasegate.core.frozen import dataclass

EntryEvent = Literal["started", "done", "failed", "waived", "revoked"]
Evidence = Mapping[str, Any]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", re.ASCII)

_SHARED = ("run", "step", "event", "subject", "kind", "verdict")
_once = lru_cache(maxsize=1024)(str)
"""Returns a text as it was when it came first: what many entries say is in memory once."""

SEAL = "seal"
TAG = "tag"
ALLOWED_BY = "allowed by"
"""The key under which the evidence of a step that was not done has the key of the configuration that allows that."""
TOLD = "told"
"""The key under which a step's evidence has lines that are shown below it."""
MORE = "more"
"""The key under which it has lines that are shown where somebody wants to see more."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened to one version; ``at`` is UTC in ISO 8601, ``run`` names the run that wrote it.

    ``releasegate`` is the version that wrote it.
    """

    at: str
    run: str
    step: str
    event: EntryEvent
    subject: str
    line: str
    kind: str = "work"
    verdict: str = "pass"
    evidence: Evidence = field(default_factory=dict)
    releasegate: str = ""

    def to_json(self) -> str:
        """Return the entry as one line of JSON, without the line end."""
        return json.dumps(vars(self), sort_keys=True, ensure_ascii=False)


def entry_from_json(line: str) -> Entry | None:
    """Parse one line; ``None`` for a line that is torn or is no entry (a run may die at any byte)."""
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry_from(body)


def entry_from(body: Any) -> Entry | None:
    """Return the entry that a parsed line is, ``None`` where it is none; it may have keys beside those of an entry."""
    try:
        if body["event"] not in get_args(EntryEvent) or not isinstance(body["evidence"], dict):
            return None
        known = {key: body[key] for key in Entry.__dataclass_fields__ if key != "releasegate"}
        known |= {key: _once(text) for key in _SHARED if isinstance(text := known[key], str)}
        # Who wrote it is not what it says: an entry without a writer counts all the same.
        entry = Entry(**known, releasegate=str(body.get("releasegate", "")))
    except (KeyError, TypeError, RecursionError):
        return None
    return entry if _sound(entry) else None


def _sound(entry: Entry) -> bool:
    """Whether an entry's words are words and its moment is one: what sorts and compares entries relies on that."""
    texts = (entry.at, entry.run, entry.step, entry.subject, entry.line, entry.kind, entry.verdict)
    return all(isinstance(text, str) for text in texts) and _MOMENT.fullmatch(entry.at) is not None
