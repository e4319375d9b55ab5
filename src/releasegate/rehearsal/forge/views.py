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
from releasegate.rehearsal.forge.state import Change, Refusal, Repository
from releasegate.rehearsal.forge.store import Release


@dataclass(frozen=True)
class Asked:
    """A request with its body; ``known`` says that it has the token, ``whole`` that all of the body came.

    ``small`` is the length of a page at the most.
    """

    request: Request
    content: bytes
    known: bool
    whole: bool
    small: int

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent; raises ``Refusal`` 422 where it is none."""
        try:
            sent = json.loads(self.content)
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            raise Refusal(422, "Problems parsing JSON")
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
    repository: Repository

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

    def _places(self, asked: Asked) -> tuple[str, str]:
        host = asked.request.host_url.rstrip("/")
        return f"{host}{self.dialect.prefix}/repos/{self.name}", f"{host}/{self.name}"

    def _list(self, asked: Asked) -> Response:
        shown = [r for r in self.repository.releases() if not r.draft or asked.known]
        return self._paged(asked, [self.dialect.release(*self._places(asked), r) for r in shown])

    def _paged(self, asked: Asked, rows: Sequence[Any], *, within: str = "") -> Response:
        size = min(asked.number(self.dialect.page, asked.small), asked.small)
        number, last = asked.number("page", 1), -(-len(rows) // size)
        page = list(rows[(number - 1) * size : number * size])
        told = {"X-Total-Count": str(len(rows))} if isinstance(self.dialect, Gitea) else {}
        if number < last:
            links = (
                f'<{asked.request.base_url}?{urlencode({**asked.request.args, "page": to})}>; rel="{rel}"'
                for to, rel in ((number + 1, "next"), (last, "last"))
            )
            told["Link"] = ", ".join(links)
        return json_response({"total_count": len(rows), within: page} if within else page, 200, told)

    def _by_tag(self, asked: Asked, tag: str) -> Response:
        found = [r for r in self.repository.releases() if r.tag == tag]
        shown = [r for r in found if not r.draft or (asked.known and self.dialect.drafts_by_tag)]
        if not shown:
            raise Refusal(404, "Not Found")
        return self._release(asked, shown[0])

    def _one(self, asked: Asked, number: int) -> Response:
        return self._release(asked, self._shown(asked, number))

    def _shown(self, asked: Asked, number: int) -> Release:
        found = self.repository.release(number)
        if found.draft and not asked.known:
            raise Refusal(404, "Not Found")
        return found

    def _create(self, asked: Asked) -> Response:
        return self._release(asked, self.repository.create(_change(asked.body())), status=201)

    def _change(self, asked: Asked, number: int) -> Response:
        return self._release(asked, self.repository.change(number, _change(asked.body())))

    def _release(self, asked: Asked, release: Release, *, status: int = 200) -> Response:
        return json_response(self.dialect.release(*self._places(asked), release), status)

    def _assets(self, asked: Asked, number: int) -> Response:
        release = self._shown(asked, number)
        rows = [self.dialect.asset(*self._places(asked), release, a) for a in release.assets]
        return self._paged(asked, rows) if self.dialect.pages_assets else json_response(rows)

    def _attach(self, asked: Asked, number: int) -> Response:
        name = asked.request.args.get("name", "")
        if not asked.whole and isinstance(self.dialect, Gitea):
            raise Refusal(400, "unexpected EOF")
        asset = self.repository.attach(number, name=name, content=asked.content, whole=asked.whole)
        release = self.repository.release(number)
        return json_response(self.dialect.asset(*self._places(asked), release, asset), 201)

    def _detach(self, asked: Asked, asset: int, number: int = 0) -> Response:  # noqa: ARG002 - Gitea's path has it
        self.repository.detach(asset)
        return Response(status=204)

    def _asset(self, asked: Asked, asset: int) -> Response:
        release, found = self.repository.asset(asset)
        self._shown(asked, release.number)
        if "octet-stream" not in asked.request.headers.get("Accept", ""):
            return json_response(self.dialect.asset(*self._places(asked), release, found))
        # GitHub sends who wants the bytes to its storage; the address itself is the permission there.
        return redirect(f"{asked.request.host_url.rstrip('/')}/api/storage/{found.sha256}/{found.number}", code=302)

    def _stored(self, asked: Asked, sha256: str, asset: int) -> Response:  # noqa: ARG002 - every view gets it
        _, found = self.repository.asset(asset)
        if found.sha256 != sha256:
            raise Refusal(403, "Forbidden")
        return Response(self.repository.content(found), mimetype="application/octet-stream")

    def _download_named(self, asked: Asked, tag: str, name: str) -> Response:
        shown = [r for r in self.repository.releases() if r.tag == tag and (not r.draft or asked.known)]
        found = next((a for r in shown for a in r.assets if a.name == name and a.whole), None)
        if found is None:
            raise Refusal(404, "Not Found")
        return Response(self.repository.content(found), mimetype="application/octet-stream")

    def _commit(self, asked: Asked, tag: str) -> Response:
        commit = self.repository.commit_of(tag)
        if commit is None:
            raise Refusal(self.dialect.no_commit, f"No commit found for SHA: {tag}")
        return json_response(self.dialect.commit(self._places(asked)[0], tag, commit))

    def _runs(self, asked: Asked) -> Response:
        wanted = asked.request.args.get("branch")
        rows = [self.dialect.run(*self._places(asked), run) for run in self.repository.runs()]
        shown = [row for row in rows if wanted in {None, row["head_branch"]}]
        return self._paged(asked, shown, within="workflow_runs")

    def _tasks(self, asked: Asked) -> Response:
        home = self._places(asked)[1]
        rows = [Gitea().task(home, run) for run in self.repository.runs()]
        return self._paged(asked, rows, within="workflow_runs")


def _change(body: dict[str, Any]) -> Change:
    texts = {"tag_name": "tag", "target_commitish": "branch", "name": "title", "body": "notes"}
    wanted = {ours: body[theirs] for theirs, ours in texts.items() if isinstance(body.get(theirs), str)}
    marks = {mark: body[mark] for mark in ("draft", "prerelease") if isinstance(body.get(mark), bool)}
    return Change(**wanted, **marks)


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    return Response(json.dumps(body), status, headers, mimetype="application/json")
