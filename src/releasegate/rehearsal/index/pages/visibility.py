"""What a reader of the simple pages sees: not always what the index holds."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from releasegate.rehearsal.index.faults import HideForReads, HideForSeconds, IndexFaults, StalePage
from releasegate.rehearsal.index.held.state import IndexProject, State


class Visibility:
    """Hides what has not propagated yet, and remembers what was served last."""

    def __init__(self, faults: IndexFaults) -> None:
        self._faults = faults
        self._lock = threading.Lock()
        self._reads_left: dict[str, int] = {}
        self._hidden_until: dict[str, datetime] = {}
        self._served: dict[str, IndexProject | None] = {}

    def stored(self, filename: str, *, now: datetime) -> None:
        """Hide the new file for as long as the faults say; called before it can be read."""
        reads = self._faults.take(HideForReads, of="upload", target=filename)
        seconds = self._faults.take(HideForSeconds, of="upload", target=filename)
        with self._lock:
            if reads:
                self._reads_left[filename] = reads.reads
            if seconds:
                self._hidden_until[filename] = now + timedelta(seconds=seconds.seconds)

    def project(self, name: str, state: State, *, now: datetime) -> IndexProject | None:
        """Return the project as a page shows it to the reader who asks now; ``None`` is a 404."""
        stale = self._faults.take(StalePage, of="page", target=name)
        with self._lock:
            if not stale:
                self._served[name] = self._visible(state.projects.get(name), now)
            return self._served.get(name)

    def _visible(self, project: IndexProject | None, now: datetime) -> IndexProject | None:
        if project is None:
            return None
        hidden = {file.filename for file in project.files if self._is_hidden(file.filename, now)}
        if hidden and len(hidden) == len(project.files):
            return None
        releases = {
            version: replace(release, files=tuple(f for f in release.files if f.filename not in hidden))
            for version, release in project.releases.items()
        }
        return replace(project, releases=releases)

    def _is_hidden(self, filename: str, now: datetime) -> bool:
        """Whether the file is hidden from this reader, who is counted."""
        left = self._reads_left.get(filename, 0)
        if left:
            self._reads_left[filename] = left - 1
        until = self._hidden_until.get(filename)
        return left > 0 or (until is not None and now < until)
