"""An index without a socket: a transport of requests that answers from a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from packaging.version import Version
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from releasegate.adapters.index.get import reading_session
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.config.keys import IndexConfig
from releasegate.ports import IndexFile

PAGE = "https://index.test/simple/sample/"
JSON_API = "https://index.test/pypi/sample/json"
WHEEL = "sample-1.0-py3-none-any.whl"
CONTENT = b"a wheel's bytes"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Reply:
    """What the fake index answers under one address."""

    body: bytes = b""
    kind: str = JSON
    status: int = 200
    location: str | None = None


@dataclass
class FakeIndex(BaseAdapter):
    """A transport that answers from a table, and 404 for everything else; it keeps what it was asked.

    Of several replies each is given once, and the last one from then on.
    """

    replies: Mapping[str, Reply | list[Reply]]
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer as the table says."""
        self.asked.append(request)
        found = self.replies.get(str(request.url).partition("?look=")[0], Reply(status=404))
        reply = found if isinstance(found, Reply) else found.pop(0) if len(found) > 1 else found[0]
        headers = {"Content-Type": reply.kind, **({"Location": reply.location} if reply.location else {})}
        raw = HTTPResponse(BytesIO(reply.body), headers=headers, status=reply.status, preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Forget what was asked."""
        self.asked.clear()


def index(
    replies: Mapping[str, Reply | list[Reply]], *, upload: str = "https://index.test/legacy/"
) -> tuple[SimpleIndex, FakeIndex]:
    fake = FakeIndex(replies)
    session = reading_session()
    session.mount("https://", fake)
    config = IndexConfig("staging", upload, "https://index.test/simple/", token_env="TOKEN")
    return SimpleIndex(config, environ={}, workdir=Path("unused"), session=session), fake


def answering(body: object, **more: Reply) -> SimpleIndex:
    """Return an index whose page of the project ``sample`` is *body*, as JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return index({PAGE: Reply(content), **more})[0]


def page(*files: object, **more: object) -> dict[str, object]:
    return {"meta": {"api-version": "1.1"}, "name": "sample", "files": list(files), **more}


def entry(**more: object) -> dict[str, object]:
    return {"filename": WHEEL, "url": f"/files/{WHEEL}", "hashes": {"sha256": SHA256}, **more}


LISTED = IndexFile(WHEEL, f"https://index.test/files/{WHEEL}", Version("1.0"), SHA256)
