"""The reading half of the index: simple pages, the project JSON, files and their metadata."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from werkzeug.exceptions import NotFound
from werkzeug.utils import send_file
from werkzeug.wrappers import Request

from releasegate.rehearsal.index.answers import Disturb, Reply, conditional, moved, page_kind
from releasegate.rehearsal.index.faults import BrokenFile, BrokenPage, IndexFaults
from releasegate.rehearsal.index.held.store import IndexStore
from releasegate.rehearsal.index.pages.damage import damaged_file, damaged_page
from releasegate.rehearsal.index.pages.project_json import project_json
from releasegate.rehearsal.index.pages.simple import JSON, project_html, project_page, root_html, root_page
from releasegate.rehearsal.index.pages.visibility import Visibility

if TYPE_CHECKING:
    from releasegate.rehearsal.index.held.events import StoredFile

_FILE_MAX_AGE = 365_000_000


class Reading:
    """Serves what *store* holds, as far as *propagation* and *faults* let a reader see it.

    Every method raises werkzeug's ``NotFound`` for what is not there.
    """

    def __init__(
        self,
        store: IndexStore,
        *,
        propagation: Visibility,
        faults: IndexFaults,
        disturb: Disturb,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._propagation = propagation
        self._faults = faults
        self._disturb = disturb
        self._clock = clock

    def root(self, request: Request) -> Reply:
        """Serve the list of all projects."""
        if not request.path.endswith("/"):
            return Reply(moved(request, "/simple/"))
        page, kind = root_page(self._store.state), page_kind(request)
        body = json.dumps(page) if kind == JSON else root_html(page)
        return Reply(conditional(request, body, kind=kind, serial=self._store.state.serial))

    def project(self, request: Request, name: str) -> Reply:
        """Serve one project's simple page; any other spelling of its name is redirected."""
        normalized = canonicalize_name(name)
        state = self._store.state
        if normalized in state.projects and request.path != f"/simple/{normalized}/":
            return Reply(moved(request, f"/simple/{normalized}/"), normalized)
        if disturbed := self._disturb("page", normalized, project=normalized):
            return disturbed
        project = self._propagation.project(normalized, state, now=self._clock().astimezone(UTC))
        if project is None:
            raise NotFound
        page, kind = project_page(project, _address(request)), page_kind(request)
        body = json.dumps(page) if kind == JSON else project_html(page)
        answer = conditional(request, body, kind=kind, serial=project.serial)
        if kind == JSON and (broken := self._faults.take(BrokenPage, of="page", target=normalized)):
            answer = damaged_page(answer, page, broken)
        return Reply(answer, normalized)

    def project_json(self, request: Request, name: str) -> Reply:
        """Serve the project JSON; it does not wait for the simple page's propagation."""
        normalized = canonicalize_name(name)
        project = self._store.state.projects.get(normalized)
        body = project_json(project, _address(request)) if project else None
        if project is None or body is None:
            raise NotFound
        if name != normalized:
            return Reply(moved(request, f"/pypi/{normalized}/json"), normalized)
        answer = conditional(request, json.dumps(body), kind="application/json", serial=project.serial)
        return Reply(answer, normalized)

    def file(self, request: Request, path: str) -> Reply:
        """Serve a file, or its core metadata, from the address that the pages give and no other."""
        name = path.rpartition("/")[2]
        found = self._store.state.find(name.removesuffix(".metadata"))
        if found is None or path not in {found[1].path, f"{found[1].path}.metadata"}:
            raise NotFound
        project, file = found
        if disturbed := self._disturb("file", name, project=project.normalized):
            return disturbed
        place = self._store.metadata_path(file) if name != file.filename else self._store.path(file)
        if not place.is_file():
            raise NotFound
        if broken := self._faults.take(BrokenFile, of="file", target=name):
            return Reply(damaged_file(place.read_bytes(), broken), project.normalized, name)
        etag = sha256(path.encode()).hexdigest()
        response = send_file(
            place, request.environ, mimetype="application/octet-stream", etag=etag, max_age=_FILE_MAX_AGE
        )
        return Reply(response, project.normalized, name)


def _address(request: Request) -> Callable[[StoredFile], str]:
    """Return what says where a file is served: on the host that the reader asked."""
    return lambda file: f"{request.host_url}packages/{file.path}"
