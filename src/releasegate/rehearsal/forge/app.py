"""The embedded forge's HTTP API: one repository, in one dialect, for the one token that it knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.forge.dialects import Dialect
from releasegate.rehearsal.forge.state import Refusal, Release, Repository

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_RESET = "4102444800"


@dataclass
class ForgeApp:
    """Answers for *repository*, whose name is *name*; without *token* nobody sees a draft or writes.

    ``limited`` requests are answered with the rate limit, ``failing`` ones with 502 (after they were done, where
    ``after`` says so); ``small`` is the length of a page that nobody asked longer.
    """

    name: str
    token: str
    dialect: Dialect
    repository: Repository
    limited: int = 0
    failing: int = 0
    after: bool = False
    small: int = 30
    seen: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        repos, uploads = (f"{each}/repos/{self.name}" for each in (self.dialect.prefix, self.dialect.uploads))
        rules: dict[tuple[str, str], Callable[..., Response]] = {
            ("GET", f"{repos}/releases"): self._list,
            ("POST", f"{repos}/releases"): self._create,
            ("GET", f"{repos}/releases/tags/<path:tag>"): self._by_tag,
            ("PATCH", f"{repos}/releases/<int:number>"): self._change,
            ("GET", f"{repos}/releases/<int:number>/assets"): self._assets,
            ("POST", f"{uploads}/releases/<int:number>/assets"): self._attach,
            ("DELETE", f"{repos}/releases/assets/<int:asset>"): self._detach,
            ("DELETE", f"{repos}/releases/<int:number>/assets/<int:asset>"): self._detach,
            ("GET", f"{repos}/releases/assets/<int:asset>"): self._download,
            ("GET", "/releases/download/<path:tag>/<name>"): self._download_named,
            ("GET", f"{repos}/commits/tags/<path:tag>"): self._commit,
            ("GET", f"{repos}/tags/<path:tag>"): self._commit,
            ("GET", f"{repos}/actions/runs"): self._runs,
        }
        self._views: dict[str, Callable[..., Response]] = {
            f"{method} {path}": view for (method, path), view in rules.items()
        }
        self._map = Map([Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path in rules])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        self.seen.append(f"{request.method} {request.path}")
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if self.limited > 0:
            self.limited -= 1
            told = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": _RESET}
            return _json({"message": "API rate limit exceeded"}, self.dialect.limited, told)
        failing, self.failing = self.failing > 0, max(0, self.failing - 1)
        if failing and not self.after:
            return _json({"message": "Bad Gateway"}, 502)
        try:
            with self.lock:
                answer = self._dispatch(request)
        except Refusal as refusal:
            return _json({"message": refusal.words}, refusal.status)
        return _json({"message": "Bad Gateway"}, 502) if failing else answer

    def _dispatch(self, request: Request) -> Response:
        try:
            endpoint, values = self._map.bind_to_environ(request.environ).match()
        except (NotFound, HTTPException):
            return _json({"message": "Not Found"}, 404)
        if request.method != "GET" and not self._known(request):
            return _json({"message": "Bad credentials"}, 401)
        return self._views[endpoint](request, **values)

    def _known(self, request: Request) -> bool:
        words = request.headers.get("Authorization", "").split()
        return bool(words) and words[-1] == self.token

    def _base(self, request: Request) -> str:
        return f"{request.host_url.rstrip('/')}{self.dialect.prefix}/repos/{self.name}"

    def _list(self, request: Request) -> Response:
        seen = [r for r in self.repository.releases() if not r.draft or self._known(request)]
        return self._paged(request, [self.dialect.release(self._base(request), r) for r in seen])

    def _paged(self, request: Request, rows: Sequence[Any], *, within: str = "") -> Response:
        size = min(int(request.args.get(self.dialect.page, self.small)), self.small)
        number = int(request.args.get("page", 1))
        page = list(rows[(number - 1) * size : number * size])
        told = {"X-Total-Count": str(len(rows))}
        if number * size < len(rows):
            following = {**request.args, "page": str(number + 1)}
            query = "&".join(f"{key}={value}" for key, value in following.items())
            told["Link"] = f'<{request.base_url}?{query}>; rel="next"'
        return _json({"total_count": len(rows), within: page} if within else page, 200, told)

    def _by_tag(self, request: Request, tag: str) -> Response:
        found = next((r for r in self.repository.releases() if r.tag == tag and not r.draft), None)
        if found is None:
            raise Refusal(404, "Not Found")
        return self._release(request, found)

    def _create(self, request: Request) -> Response:
        body = request.get_json()
        made = self.repository.create(
            tag=str(body.get("tag_name", "")),
            branch=str(body.get("target_commitish", "")),
            draft=body.get("draft") is True,
            prerelease=body.get("prerelease") is True,
            conflict=self.dialect.conflict,
        )
        return self._release(request, made, status=201)

    def _change(self, request: Request, number: int) -> Response:
        body = request.get_json()
        changed = self.repository.change(number, draft=body.get("draft"), prerelease=body.get("prerelease"))
        return self._release(request, changed)

    def _release(self, request: Request, release: Release, *, status: int = 200) -> Response:
        return _json(self.dialect.release(self._base(request), release), status)

    def _assets(self, request: Request, number: int) -> Response:
        release = self.repository.release(number)
        rows = [self.dialect.asset(self._base(request), release, a) for a in release.assets]
        return self._paged(request, rows) if self.dialect.pages_assets else _json(rows)

    def _attach(self, request: Request, number: int) -> Response:
        asset = self.repository.attach(number, name=request.args.get("name", ""), content=request.get_data())
        release = self.repository.release(number)
        return _json(self.dialect.asset(self._base(request), release, asset), 201)

    def _detach(self, request: Request, asset: int, number: int = 0) -> Response:  # noqa: ARG002 - Gitea's path has it
        self.repository.detach(asset)
        return Response(status=204)

    def _download(self, request: Request, asset: int) -> Response:
        release, found = self.repository.asset(asset)
        if "octet-stream" in request.headers.get("Accept", ""):
            return Response(self.repository.content(found), mimetype="application/octet-stream")
        return _json(self.dialect.asset(self._base(request), release, found))

    def _download_named(self, request: Request, tag: str, name: str) -> Response:
        seen = [r for r in self.repository.releases() if r.tag == tag and (not r.draft or self._known(request))]
        found = next((a for r in seen for a in r.assets if a.name == name), None)
        if found is None:
            raise Refusal(404, "Not Found")
        return Response(self.repository.content(found), mimetype="application/octet-stream")

    def _commit(self, request: Request, tag: str) -> Response:  # noqa: ARG002 - every view gets it
        commit = self.repository.commit_of(tag)
        if commit is None:
            raise Refusal(self.dialect.conflict if self.dialect.conflict == 422 else 404, "No commit found")  # noqa: PLR2004
        return _json(self.dialect.commit(tag, commit))

    def _runs(self, request: Request) -> Response:
        wanted = request.args.get("branch")
        runs = [run for run in self.repository.runs() if wanted in {None, run[0]}]
        base = self._base(request)
        return self._paged(request, [self.dialect.run(base, *run) for run in runs], within="workflow_runs")


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, mimetype="application/json")
