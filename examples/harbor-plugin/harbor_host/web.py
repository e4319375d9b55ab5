"""The host on a socket."""

from __future__ import annotations

import json
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from harbor_host.host import Host
from harbor_host.pages import Html
from harbor_host.plugins import PluginError


class _Handler(BaseHTTPRequestHandler):
    timeout = 30  # seconds: a silent connection is closed

    def __init__(self, host: Host, *connection: Any) -> None:
        self._host = host
        super().__init__(*connection)

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def _reply(self) -> None:
        try:
            status, body = HTTPStatus.OK, _answer(self._host, self.command, self.path)
        except KeyError:
            status, body = HTTPStatus.NOT_FOUND, {"error": f"there is no {self.command} {self.path}"}
        except PluginError as error:
            status, body = HTTPStatus.BAD_GATEWAY, {"error": str(error)}
        self._send(status, body)

    def _send(self, status: HTTPStatus, body: object) -> None:
        page = isinstance(body, Html)
        content = str(body).encode() if page else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if page else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _answer(host: Host, method: str, path: str) -> object:
    match method, *path.strip("/").split("/"):
        case "GET", "plugins":
            return _listing(host)
        case "GET", "api", "plugins":
            return [{"name": plugin.name, "version": plugin.version} for plugin in host.plugins]
        case "GET", "api", "records", table:
            return host.rows(table)
        case "GET", "plugins", base_url, page:
            return host.page(base_url, page)
        case "POST", "plugins", base_url, action:
            return host.act(base_url, action)
        case _:
            raise KeyError(path)


def _listing(host: Host) -> Html:
    items = "".join(f"<li>{escape(plugin.verbose_name)} {escape(plugin.version)}</li>" for plugin in host.plugins)
    return Html(f"<!doctype html><title>Plugins</title><h1>Plugins</h1><ul>{items}</ul>")


def make_server(host: Host, *, address: str, port: int) -> ThreadingHTTPServer:
    """Return the host, bound and ready to serve; port 0 takes a free one."""
    return ThreadingHTTPServer((address, port), partial(_Handler, host))
