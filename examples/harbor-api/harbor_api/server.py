"""The application on a socket."""

from __future__ import annotations

import json
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from harbor_api.application import Application


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # seconds: a silent connection is closed

    def __init__(self, application: Application, *connection: Any) -> None:
        self._application = application
        super().__init__(*connection)

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def _reply(self) -> None:
        answer = self._application.answer(self.command, self.path)
        body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def make_server(host: str, port: int) -> ThreadingHTTPServer:
    """Return the service, bound and ready to serve; port 0 takes a free one."""
    return ThreadingHTTPServer((host, port), partial(_Handler, Application()))
