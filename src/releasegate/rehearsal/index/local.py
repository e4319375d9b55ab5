"""An index as a person sees it who owns it: what it holds, what it may do, what is done on its web pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from releasegate.core.errors import Refused
from releasegate.rehearsal.index.app import IndexApp, RequestRecord
from releasegate.rehearsal.index.faults import IndexFaults
from releasegate.rehearsal.index.held.events import (
    Event,
    FileDeleted,
    ProjectDeleted,
    ReleaseDeleted,
    Reserved,
    Unyanked,
    Yanked,
)
from releasegate.rehearsal.index.held.state import IndexProject, IndexRelease, State
from releasegate.rehearsal.index.held.store import IndexStore
from releasegate.rehearsal.index.trusted import TrustedPublishing
from releasegate.rehearsal.index.upload.model import Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def utc_now() -> datetime:
    """Return the machine's own time."""
    return datetime.now(UTC)


class LocalIndex:
    """A package index in the folder *root*, as a WSGI application and as its owners see it; it opens no socket.

    Uploads need the user ``__token__`` and *token*. *clock* gives the time (aware, any zone) that releases are
    dated and judged by. A new instance on the same folder continues where the last one ended, however it ended.

    Raises:
        Unavailable: the folder's journal is damaged.
    """

    def __init__(
        self,
        *,
        name: str,
        root: Path,
        token: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self.root = root
        self._clock = clock
        self._stopping = threading.Event()
        self._store = IndexStore(root)
        self._app = IndexApp(self._store, token=token, clock=clock, wait=self._stopping.wait)

    def start(self) -> None:
        """Take the folder for this process.

        Raises:
            Unavailable: another process has it.
        """
        self._stopping.clear()
        self._store.open()

    def stop(self) -> None:
        """Let other processes have the folder."""
        self._stopping.set()
        self._store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def app(self) -> WSGIApplication:
        """The index as a WSGI application, to be called without a socket."""
        return self._app

    @property
    def policy(self) -> Policy:
        """What the index's owners have set; replace it to change it."""
        return self._app.policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._app.policy = policy

    @property
    def trusted(self) -> TrustedPublishing:
        """What the index knows of identities: register its publishers there."""
        return self._app.trusted

    @property
    def faults(self) -> IndexFaults:
        """What is going to go wrong, and what went wrong."""
        return self._app.faults

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        """Every request that was answered by this instance."""
        return self._app.requests

    @property
    def state(self) -> State:
        """What the index holds."""
        return self._store.state

    @property
    def stored(self) -> Mapping[str, int]:
        """How often each file name was stored in all the index's life, as its journal says."""
        return self._store.stored

    def yank(self, project: str, version: str, reason: str = "") -> None:
        """Yank a whole release, as a person does on its page. Raises ``Refused`` where there is none."""
        with self._store.writing:
            found, release = self._release(project, version)
            self._store.record(Yanked(self._time(), found.normalized, release.version, reason))

    def unyank(self, project: str, version: str) -> None:
        """Take a yank back. Raises ``Refused`` where there is no such release."""
        with self._store.writing:
            found, release = self._release(project, version)
            self._store.record(Unyanked(self._time(), found.normalized, release.version))

    def delete_file(self, filename: str) -> None:
        """Delete one file; its release stays, its name is burnt. Raises ``Refused`` where there is none."""
        with self._store.writing:
            found = self._store.state.find(filename)
            if found is None:
                raise self._nothing(filename)
            self._delete(FileDeleted(self._time(), found[0].normalized, filename))

    def delete_release(self, project: str, version: str) -> None:
        """Delete a release with its files; their names are burnt. Raises ``Refused`` where there is none."""
        with self._store.writing:
            found, release = self._release(project, version)
            self._delete(ReleaseDeleted(self._time(), found.normalized, release.version))

    def delete_project(self, project: str) -> None:
        """Delete a project; all its file names stay burnt. Raises ``Refused`` where there is none."""
        with self._store.writing:
            self._delete(ProjectDeleted(self._time(), self._project(project).normalized))

    def reserve(self, project: str) -> None:
        """Give the project's name to somebody else: uploads to it are answered 403 from now on."""
        self._store.record(Reserved(self._time(), project))

    def _delete(self, event: Event) -> None:
        before = {file.filename: file for _, file in self._store.state.files()}
        self._store.record(event)
        left = {file.filename for _, file in self._store.state.files()}
        for name in before.keys() - left:
            self._store.remove(before[name])

    def _time(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _project(self, name: str) -> IndexProject:
        project = self._store.state.project(name)
        if project is None:
            raise self._nothing(name)
        return project

    def _release(self, name: str, version: str) -> tuple[IndexProject, IndexRelease]:
        project = self._project(name)
        release = project.release(version)
        if release is None:
            raise self._nothing(f"{name} {version}")
        return project, release

    def _nothing(self, wanted: str) -> Refused:
        return Refused(f"The index {self.name} holds no {wanted}.", hint="Look at its simple page for what it holds")
