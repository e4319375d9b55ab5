"""The embedded forge's HTTP API: one repository, in one dialect, for the one token that it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.forge.branches import BranchViews, Protection
from releasegate.rehearsal.forge.dialects import Dialect
from releasegate.rehearsal.forge.faults import Fault, ForgeFaults, Limit
from releasegate.rehearsal.forge.state import ForgeRefusal, ForgeRepository
from releasegate.rehearsal.forge.views import ForgeRequest, Views, json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_RESET = "4102444800"

_INSTEAD: dict[Fault, Callable[[], Response]] = {
    "refuse": lambda: json_response({"message": "Bad Gateway"}, 502),
    "missing": lambda: json_response({"message": "Not Found"}, 404),
    "nonsense": lambda: json_response([[42, {"tag_name": 7}]]),
    "page": lambda: Response("<html>Back soon</html>", mimetype="text/html"),
}


@dataclass
class ForgeApp:
    """Answers for *repository*, whose name is *name*; without *token* nobody sees a draft or writes.

    ``small`` is the length of a page at the most; ``seen`` are the requests so far, ``protections`` those of branches.
    """

    name: str
    token: str
    dialect: Dialect
    repository: ForgeRepository
    small: int = 30
    seen: list[str] = field(default_factory=list)
    faults: ForgeFaults = field(default_factory=ForgeFaults)
    protections: dict[str, Protection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        views = Views(self.name, self.dialect, self.repository)
        rules = {**views.rules(), **BranchViews(self.name, self.dialect, self.protections).rules()}
        self._views: dict[str, Callable[..., Response]] = {
            f"{method} {path}": view for (method, path), view in rules.items()
        }
        self._map = Map([Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path in rules])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; raises ``ConnectionResetError`` where a fault cuts the connection."""
        with Request(environ) as request:
            self.seen.append(f"{request.method} {request.path}")
            answer = self._answer(request)
        if answer is None:
            raise ConnectionResetError("a fault cuts this connection")
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response | None:
        content = request.get_data()
        fault = self.faults.take(request.method)
        if isinstance(fault, Limit):
            return self._limited(fault)
        if fault is not None and (instead := _INSTEAD.get(fault)):
            return instead()
        with self.repository.lock:
            answer = self._judged(request, content[: len(content) // 2] if fault == "half" else content, fault)
        if fault in {"cut", "half"}:
            return None
        return json_response({"message": "Bad Gateway"}, 502) if fault == "lose" else answer

    def _judged(self, request: Request, content: bytes, fault: Fault | None) -> Response:
        words = request.headers.get("Authorization", "").split()
        if words and words[-1] != self.token:
            return json_response({"message": "Bad credentials"}, 401)
        if request.method != "GET" and not words:
            return json_response({"message": "Requires authentication"}, 401)
        try:
            endpoint, values = self._map.bind_to_environ(request.environ).match()
        except HTTPException:
            return json_response({"message": "Not Found"}, 404)
        asked = ForgeRequest(request, content, known=bool(words), whole=fault != "half", small=self.small)
        try:
            return self._views[endpoint](asked, **values)
        except ForgeRefusal as refusal:
            return json_response({"message": refusal.words}, refusal.status)

    def _limited(self, limit: Limit) -> Response:
        told = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": _RESET}
        if limit.seconds is not None:
            told = {"Retry-After": str(limit.seconds)}
        return json_response({"message": "API rate limit exceeded"}, self.dialect.limited, told)
