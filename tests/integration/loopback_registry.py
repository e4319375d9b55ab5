"""A registry of images on loopback, as far as an engine needs one: blobs and manifests, in memory."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

_DIGEST = "Docker-Content-Digest"


@dataclass
class Held:
    """What a registry holds: blobs and manifests by their digests and names, and what is being uploaded."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    begun: dict[str, bytes] = field(default_factory=dict)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    held: Held

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/v2/":
            return self._answer(200)
        kind, name = self._named(path)
        found = self.held.blobs.get(name) if kind == "blobs" else self.held.manifests.get(name)
        if found is None:
            return self._answer(404, json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN"}]}).encode())
        media = json.loads(found)["mediaType"] if kind == "manifests" else "application/octet-stream"
        return self._answer(200, found, {"Content-Type": media, _DIGEST: digest(found)})

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        number = str(uuid.uuid4())
        self.held.begun[number] = self._body()
        self._answer(202, headers={"Location": f"{urlsplit(self.path).path}{number}", "Range": "0-0"})

    def do_PATCH(self) -> None:
        path = urlsplit(self.path).path
        number = path.rpartition("/")[2]
        self.held.begun[number] += self._body()
        self._answer(202, headers={"Location": path, "Range": f"0-{len(self.held.begun[number]) - 1}"})

    def do_PUT(self) -> None:
        parts, body = urlsplit(self.path), self._body()
        if "/blobs/uploads/" in parts.path:
            whole = self.held.begun.pop(parts.path.rpartition("/")[2]) + body
            self.held.blobs[parse_qs(parts.query)["digest"][0]] = whole
            self._answer(201, headers={"Location": "/"})
        else:
            _, name = self._named(parts.path)
            self.held.manifests[name] = self.held.manifests[digest(body)] = body
            self._answer(201, headers={_DIGEST: digest(body)})

    def _named(self, path: str) -> tuple[str, str]:
        """Return the kind of what *path* is, and what it is known by: a digest, else the repository and the tag."""
        match = re.fullmatch(r"/v2/(.+)/(blobs|manifests)/([^/]+)", path)
        if match is None:
            return "blobs", ""
        return match[2], match[3] if match[3].startswith("sha256:") else f"{match[1]}:{match[3]}"

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while size := int(self.rfile.readline().strip(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Docker-Distribution-Api-Version": "registry/2.0", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def digest(content: bytes) -> str:
    """Return what content is known by."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def registry() -> Iterator[tuple[str, Held]]:
    """Yield the registry's host and port, and what it holds."""
    held = Held()
    handler = type("Handler", (_Handler,), {"held": held})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", held
        finally:
            server.shutdown()
            thread.join()
