"""Git's own server on loopback, which lets nobody in without the token of the repository."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.rehearsal.index.listener import Listener

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@contextmanager
def git_server(root: Path, tokens: Mapping[str, str]) -> Iterator[str]:
    """Serve the bare repositories below *root*, each by its path, to whoever has its token; give the address."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        token = next((each for name, each in tokens.items() if path.startswith(f"/{name}/")), "")
        wanted = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        if environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2] != wanted:
            start_response("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="forge"')])
            return [b""]
        names = ("REQUEST_METHOD", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH")
        told = {name: str(environ.get(name, "")) for name in names}
        env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", **told}
        env |= {"PATH_INFO": path, "HTTP_CONTENT_ENCODING": environ.get("HTTP_CONTENT_ENCODING", "")}
        env |= {f"GIT_CONFIG_{key}": value for key, value in (("COUNT", "1"), ("KEY_0", "safe.directory"))}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        done = subprocess.run(
            ["git", "http-backend"],
            env={**env, "GIT_CONFIG_VALUE_0": "*"},
            input=body,
            capture_output=True,
            check=False,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        start_response(headers.pop("Status", "200 OK"), list(headers.items()))
        return [content]

    listener = Listener(answer, port=0)
    try:
        yield listener.address
    finally:
        listener.stop()
