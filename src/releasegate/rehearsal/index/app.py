"""The index as a WSGI application: uploads in, pages and files out, faults in between."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.index.answers import Reply, moved, refused, text
from releasegate.rehearsal.index.faults import (
    Cut,
    IndexFaults,
    LoseAnswer,
    OtherMetadata,
    Refuse,
    RequestKind,
    Slow,
    Trickle,
)
from releasegate.rehearsal.index.held.store import IndexStore
from releasegate.rehearsal.index.pages.damage import with_other_metadata
from releasegate.rehearsal.index.pages.provenances import Provenances
from releasegate.rehearsal.index.pages.views import Reading
from releasegate.rehearsal.index.pages.visibility import Visibility
from releasegate.rehearsal.index.trusted import TrustedPublishing
from releasegate.rehearsal.index.upload.model import Policy, UploadAccepted, UploadRefusal
from releasegate.rehearsal.index.upload.receive import Received, receive
from releasegate.rehearsal.index.upload.rules import judge

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_ROUTES = Map(
    [
        Rule("/legacy/", endpoint="upload", methods=["POST"]),
        Rule("/simple/", endpoint="root", methods=["GET"]),
        Rule("/simple/<name>/", endpoint="project", methods=["GET"]),
        Rule("/pypi/<name>/json", endpoint="project_json", methods=["GET"]),
        Rule("/packages/<path:path>", endpoint="file", methods=["GET"]),
        Rule("/_/oidc/audience", endpoint="audience", methods=["GET"]),
        Rule("/_/oidc/mint-token", endpoint="mint", methods=["POST"]),
        Rule("/integrity/<name>/<version>/<filename>/provenance", endpoint="provenance", methods=["GET"]),
    ],
    strict_slashes=False,
    merge_slashes=False,
)

_DISTURBED: Mapping[str, RequestKind] = {"project": "page", "file": "file"}


@dataclass(frozen=True)
class RequestRecord:
    """One request that was answered; ``status`` is ``None`` where the connection was cut instead."""

    method: str
    path: str
    status: int | None
    project: str | None
    filename: str | None


class IndexApp:
    """Answers for one index. ``policy`` may be replaced at any time; *wait* is how a slow answer waits (seconds)."""

    def __init__(
        self,
        store: IndexStore,
        *,
        token: str,
        clock: Callable[[], datetime],
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self.policy = Policy()
        self.faults = IndexFaults()
        self._store = store
        self._token = token
        self._clock = clock
        self._wait = wait
        self._requests: list[RequestRecord] = []
        self._propagation = Visibility(self.faults)
        self.trusted = TrustedPublishing("pypi", secrets.token_bytes(32), clock)
        self.provenances = Provenances()
        reading = Reading(store, propagation=self._propagation, faults=self.faults, disturb=self._disturb, clock=clock)
        self._handlers: dict[str, Callable[..., Reply]] = {
            "upload": self._upload,
            "root": reading.root,
            "project": reading.project,
            "project_json": reading.project_json,
            "file": reading.file,
            "audience": self.trusted.tell_audience,
            "mint": self.trusted.mint,
            "provenance": self.provenances.serve,
        }

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        """Every request so far, in the order of the answers."""
        return tuple(self._requests)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; raises ``ConnectionResetError`` where a fault cuts the connection."""
        with Request(environ) as request:
            reply = self._reply(request)
        status = reply.response.status_code if reply.response else None
        self._requests.append(RequestRecord(request.method, request.path, status, reply.project, reply.filename))
        if reply.response is None:
            raise ConnectionResetError("a fault cuts this connection")
        answer = reply.response(environ, start_response)
        return answer if reply.every is None else self._trickling(answer, reply.response, seconds=reply.every)

    def _trickling(self, answer: Iterable[bytes], response: Response, *, seconds: float) -> Iterator[bytes]:
        with closing(response):
            for byte in chain.from_iterable(answer):
                yield bytes([byte])
                self._wait(seconds)

    def _reply(self, request: Request) -> Reply:
        arguments: Mapping[str, str] = {}
        try:
            endpoint, arguments = _ROUTES.bind_to_environ(request.environ).match()
            reply = self._handlers[endpoint](request, **arguments)
            of = _DISTURBED.get(endpoint, "upload")
            slow = self.faults.take(Trickle, of=of, target=reply.filename or reply.project or "")
            return replace(reply, every=slow.seconds) if slow else reply
        except HTTPException as error:
            project = arguments.get("name")
            return Reply(text(error.code or 500, error.name), project and canonicalize_name(project))

    def _upload(self, request: Request) -> Reply:
        received = receive(request, self.policy)
        if not request.path.endswith("/"):
            return _without_slash(request)
        name = received.upload.file.filename if received.upload.file else ""
        project = canonicalize_name(received.upload.field("name"))
        return self._disturb("upload", name, project=project) or self._settle(received, name, project=project)

    def _settle(self, received: Received, name: str, *, project: str) -> Reply:
        """Judge the upload and store it if it is accepted, one at a time."""
        now = self._clock().astimezone(UTC)
        with self._store.writing:
            state = self._store.state
            password = (received.upload.credentials or ("", ""))[1]
            publisher = self.trusted.publisher(password, project)
            policy = self.policy if publisher is None else replace(self.policy, identity="publisher")
            token = self._token if publisher is None else password
            answer = judge(received.upload, state=state, policy=policy, token=token, now=now)
            if isinstance(answer, UploadAccepted) and received.content is not None:
                self._propagation.stored(name, now=now)
                if self.faults.take(OtherMetadata, of="upload", target=name):
                    answer = with_other_metadata(answer)
                self.provenances.keep(name, received.upload.field("attestations"), publisher)
                self._store.add(answer.event, received.content, core_metadata=answer.core_metadata)
        if isinstance(answer, UploadRefusal):
            return Reply(refused(answer), project, name)
        lost = self.faults.take(LoseAnswer, of="upload", target=name) if isinstance(answer, UploadAccepted) else None
        if lost:
            return Reply(None if lost.status is None else text(lost.status, "Bad Gateway"), project, name)
        return Reply(text(200, ""), project, name)

    def _disturb(self, of: RequestKind, target: str, *, project: str) -> Reply | None:
        """Return what a fault answers in place of the index, after the wait that a fault makes."""
        filename = None if of == "page" else target
        if slow := self.faults.take(Slow, of=of, target=target):
            self._wait(slow.seconds)
        if self.faults.take(Cut, of=of, target=target):
            return Reply(None, project, filename)
        if refuse := self.faults.take(Refuse, of=of, target=target):
            reason = refuse.reason and UploadRefusal(refuse.status, refuse.reason)
            answer = refused(reason) if reason else text(refuse.status, "Service Unavailable")
            return Reply(answer, project, filename)
        return None


def _without_slash(request: Request) -> Reply:
    problem = "An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a trailing slash)"
    return Reply(moved(request, "/legacy/", status=308, message=problem))
