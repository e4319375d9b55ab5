"""What the embedded forge answers at each of its paths."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.forge.dialects import Dialect
from releasegate.rehearsal.forge.gitea import Gitea
from releasegate.rehearsal.forge.state import Change, ForgeRefusal, ForgeRepository
from releasegate.rehearsal.forge.store import StoredRelease, WorkflowRun


@dataclass(frozen=True)
class ForgeRequest:
    """A request with its body; ``known`` says that it has the token, ``whole`` that all of the body came.

    ``small`` is the length of a page at the most.
    """

    request: Request
    content: bytes
    known: bool
    whole: bool
    small: int

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent; raises ``ForgeRefusal`` 422 where it is none."""
        try:
            sent = json.loads(self.content)
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            raise ForgeRefusal(422, "Problems parsing JSON")
        return sent

    def number(self, name: str, default: int) -> int:
        """Return a positive number of the query."""
        given = self.request.args.get(name, "")
        return max(1, int(given)) if given.isdecimal() else default


@dataclass(frozen=True)
class Views:
    """The answers for *repository*, whose name is *name*."""

    name: str
    dialect: Dialect
    repository: ForgeRepository

    def rules(self) -> dict[tuple[str, str], Callable[..., Response]]:
        """Return the answer for every method and path."""
        repos, uploads = (f"{each}/repos/{self.name}" for each in (self.dialect.prefix, self.dialect.uploads))
        shared: dict[tuple[str, str], Callable[..., Response]] = {
            ("GET", f"{repos}/releases"): self._list,
            ("POST", f"{repos}/releases"): self._create,
            ("GET", f"{repos}/releases/tags/<path:tag>"): self._by_tag,
            ("GET", f"{repos}/releases/<int:number>"): self._one,
            ("PATCH", f"{repos}/releases/<int:number>"): self._change,
            ("GET", f"{repos}/releases/<int:number>/assets"): self._assets,
            ("POST", f"{uploads}/releases/<int:number>/assets"): self._attach,
            ("GET", f"/{self.name}/releases/download/<path:tag>/<name>"): self._download_named,
            ("GET", f"{repos}/actions/runs"): self._runs,
            ("GET", f"{repos}/actions/runs/<int:number>"): self._run,
        }
        if isinstance(self.dialect, Gitea):
            return {
                **shared,
                ("DELETE", f"{repos}/releases/<int:number>/assets/<int:asset>"): self._detach,
                ("GET", f"{repos}/tags/<path:tag>"): self._commit,
                ("GET", f"{repos}/actions/tasks"): self._tasks,
            }
        return {
            **shared,
            ("DELETE", f"{repos}/releases/assets/<int:asset>"): self._detach,
            ("GET", f"{repos}/releases/assets/<int:asset>"): self._asset,
            ("GET", "/api/storage/<sha256>/<int:asset>"): self._stored,
            ("GET", f"{repos}/commits/tags/<path:tag>"): self._commit,
        }

    def _places(self, request: ForgeRequest) -> tuple[str, str]:
        host = request.request.host_url.rstrip("/")
        return f"{host}{self.dialect.prefix}/repos/{self.name}", f"{host}/{self.name}"

    def _list(self, request: ForgeRequest) -> Response:
        shown = [r for r in self.repository.releases() if not r.draft or request.known]
        return self._paged(request, [self.dialect.release(*self._places(request), r) for r in shown])

    def _paged(self, request: ForgeRequest, rows: Sequence[Any], *, within: str = "") -> Response:
        size = min(request.number(self.dialect.page, request.small), request.small)
        number, last = request.number("page", 1), -(-len(rows) // size)
        page = list(rows[(number - 1) * size : number * size])
        told = {"X-Total-Count": str(len(rows))} if isinstance(self.dialect, Gitea) else {}
        if number < last:
            links = (
                f'<{request.request.base_url}?{urlencode({**request.request.args, "page": to})}>; rel="{rel}"'
                for to, rel in ((number + 1, "next"), (last, "last"))
            )
            told["Link"] = ", ".join(links)
        return json_response({"total_count": len(rows), within: page} if within else page, 200, told)

    def _by_tag(self, request: ForgeRequest, tag: str) -> Response:
        found = [r for r in self.repository.releases() if r.tag == tag]
        shown = [r for r in found if not r.draft or (request.known and self.dialect.drafts_by_tag)]
        if not shown:
            raise ForgeRefusal(404, "Not Found")
        return self._release(request, shown[0])

    def _one(self, request: ForgeRequest, number: int) -> Response:
        return self._release(request, self._shown(request, number))

    def _shown(self, request: ForgeRequest, number: int) -> StoredRelease:
        found = self.repository.release(number)
        if found.draft and not request.known:
            raise ForgeRefusal(404, "Not Found")
        return found

    def _create(self, request: ForgeRequest) -> Response:
        return self._release(request, self.repository.create(_change(request.body())), status=201)

    def _change(self, request: ForgeRequest, number: int) -> Response:
        return self._release(request, self.repository.change(number, _change(request.body())))

    def _release(self, request: ForgeRequest, release: StoredRelease, *, status: int = 200) -> Response:
        return json_response(self.dialect.release(*self._places(request), release), status)

    def _assets(self, request: ForgeRequest, number: int) -> Response:
        release = self._shown(request, number)
        rows = [self.dialect.asset(*self._places(request), release, a) for a in release.assets]
        return self._paged(request, rows) if self.dialect.pages_assets else json_response(rows)

    def _attach(self, request: ForgeRequest, number: int) -> Response:
        name = request.request.args.get("name", "")
        if not request.whole and isinstance(self.dialect, Gitea):
            raise ForgeRefusal(400, "unexpected EOF")
        asset = self.repository.attach(number, name=name, content=request.content, whole=request.whole)
        release = self.repository.release(number)
        return json_response(self.dialect.asset(*self._places(request), release, asset), 201)

    def _detach(self, request: ForgeRequest, asset: int, number: int = 0) -> Response:  # noqa: ARG002 - Gitea's path has it
        self.repository.detach(asset)
        return Response(status=204)

    def _asset(self, request: ForgeRequest, asset: int) -> Response:
        release, found = self.repository.asset(asset)
        self._shown(request, release.number)
        if "octet-stream" not in request.request.headers.get("Accept", ""):
            return json_response(self.dialect.asset(*self._places(request), release, found))
        # GitHub sends who wants the bytes to its storage; the address itself is the permission there.
        return redirect(f"{request.request.host_url.rstrip('/')}/api/storage/{found.sha256}/{found.number}", code=302)

    def _stored(self, request: ForgeRequest, sha256: str, asset: int) -> Response:  # noqa: ARG002 - every view gets it
        _, found = self.repository.asset(asset)
        if found.sha256 != sha256:
            raise ForgeRefusal(403, "Forbidden")
        return Response(self.repository.content(found), mimetype="application/octet-stream")

    def _download_named(self, request: ForgeRequest, tag: str, name: str) -> Response:
        shown = [r for r in self.repository.releases() if r.tag == tag and (not r.draft or request.known)]
        found = next((a for r in shown for a in r.assets if a.name == name and a.whole), None)
        if found is None:
            raise ForgeRefusal(404, "Not Found")
        return Response(self.repository.content(found), mimetype="application/octet-stream")

    def _commit(self, request: ForgeRequest, tag: str) -> Response:
        commit = self.repository.commit_of(tag)
        if commit is None:
            raise ForgeRefusal(self.dialect.no_commit, f"No commit found for SHA: {tag}")
        return json_response(self.dialect.commit(self._places(request)[0], tag, commit))

    def _runs(self, request: ForgeRequest) -> Response:
        wanted = request.request.args.get("branch")
        rows = [self._shown_run(request, run) for run in self.repository.runs()]
        status = request.request.args.get("status")
        shown = [row for row in rows if wanted in {None, row["head_branch"]} and status in {None, row["status"]}]
        return self._paged(request, shown, within="workflow_runs")

    def _run(self, request: ForgeRequest, number: int) -> Response:
        found = next((run for run in self.repository.runs() if run.number == number), None)
        if found is None:
            raise ForgeRefusal(404, "Not Found")
        return json_response(self._shown_run(request, found))

    def _shown_run(self, request: ForgeRequest, run: WorkflowRun) -> dict[str, Any]:
        return self.dialect.run(*self._places(request), run, self.repository.commit_of_run(run))

    def _tasks(self, request: ForgeRequest) -> Response:
        home = self._places(request)[1]
        rows = [Gitea().task(home, run) for run in self.repository.runs()]
        return self._paged(request, rows, within="workflow_runs")


def _change(body: dict[str, Any]) -> Change:
    texts = {"tag_name": "tag", "target_commitish": "branch", "name": "title", "body": "notes"}
    wanted = {ours: body[theirs] for theirs, ours in texts.items() if isinstance(body.get(theirs), str)}
    marks = {mark: body[mark] for mark in ("draft", "prerelease") if isinstance(body.get(mark), bool)}
    return Change(**wanted, **marks)


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    return Response(json.dumps(body), status, headers, mimetype="application/json")
