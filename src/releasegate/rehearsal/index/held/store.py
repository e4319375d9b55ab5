"""Keeps an index on disk: the files, and the append-only journal that says which of them count.

A process may be killed at any byte. A file's bytes are on the disk before its line is in the journal, so a line
is always true; a last line without its end was never acknowledged, is ignored, and is cut off by the next append.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import filelock

from releasegate.core.errors import Unavailable
from releasegate.rehearsal.index.held.events import Event, Stored, StoredFile
from releasegate.rehearsal.index.held.journal import from_line, to_line
from releasegate.rehearsal.index.held.state import State, replay


class IndexStore:
    """The index in the folder *root*, which is created where it is missing.

    Everything but reading needs ``open``: one process at a time writes. ``writing`` is held by whoever decides on
    the state and then adds to it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.writing = threading.RLock()
        self._journal = root / "journal.jsonl"
        self._lock = filelock.FileLock(root / "lock", thread_local=False)
        self._events: list[Event] = []
        self._end = 0
        self.state = State()
        self._read()

    def open(self) -> None:
        """Take the folder for this process and read the journal.

        Raises:
            Unavailable: another process has it, or the journal is damaged.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise Unavailable(
                f"Another process serves the index in {self.root}.", hint="Stop it, or give this index its own folder"
            ) from error
        try:
            self._read()
        except Unavailable:
            self._lock.release()
            raise
        shutil.rmtree(self.root / "incoming", ignore_errors=True)

    def close(self) -> None:
        """Let other processes have the folder."""
        self._lock.release()

    @property
    def stored(self) -> Mapping[str, int]:
        """How often each file name was stored, as the journal says."""
        return Counter(event.file.filename for event in self._events if isinstance(event, Stored))

    def path(self, file: StoredFile) -> Path:
        """Return where the file's bytes lie."""
        return self.root / "files" / file.path

    def metadata_path(self, file: StoredFile) -> Path:
        """Return where the file's core metadata lies."""
        path = self.path(file)
        return path.with_name(f"{path.name}.metadata")

    def add(self, event: Stored, content: IO[bytes], *, core_metadata: bytes | None) -> None:
        """Store a file: its bytes first, then its line."""
        self._require_open()
        if core_metadata is not None:
            self._place(self.metadata_path(event.file), core_metadata)
        self._place(self.path(event.file), content)
        self.record(event)

    def record(self, event: Event) -> None:
        """Append the event; it is on the disk when this returns."""
        self._require_open()
        line = to_line(event)
        with self.writing:
            descriptor = os.open(self._journal, os.O_RDWR | os.O_CREAT, 0o644)
            with os.fdopen(descriptor, "r+b") as journal:
                journal.truncate(self._end)
                journal.seek(self._end)
                journal.write(line)
                journal.flush()
                os.fsync(journal.fileno())
            if not self._end:
                _sync_folder(self.root)
            self._end += len(line)
            self._events.append(event)
            self.state = replay([event], self.state)

    def remove(self, file: StoredFile) -> None:
        """Remove the bytes of a file that the journal no longer counts."""
        for path in (self.path(file), self.metadata_path(file)):
            path.unlink(missing_ok=True)

    def _require_open(self) -> None:
        if not self._lock.is_locked:
            raise Unavailable(f"The index in {self.root} is not running.", hint="Start it first")

    def _read(self) -> None:
        text = self._journal.read_bytes() if self._journal.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        events: list[Event] = []
        state = State()
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                events.append(from_line(line))
                state = replay(events[-1:], state)
            except (ValueError, KeyError) as error:
                raise Unavailable(
                    f"{self._journal}:{number} is not an event of an index.",
                    hint="Remove the index's folder: a rehearsal fills a new one",
                ) from error
        self._events, self._end, self.state = events, len(whole), state

    def _place(self, path: Path, content: bytes | IO[bytes]) -> None:
        """Make *path* hold *content*, whole or not at all, and on the disk."""
        incoming = self.root / "incoming"
        incoming.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                content.seek(0)
                shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(file.name).replace(path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Put the folder's own entries on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
