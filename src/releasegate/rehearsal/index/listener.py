"""Serves a WSGI application on loopback, silently, and stops at once when it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from releasegate.core.errors import Unavailable

if TYPE_CHECKING:
    from ssl import SSLContext

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"

_POLL = 0.01
_GRACE = 0.5
_CLIENT_TIMEOUT = 60.0


class _Handler(WSGIRequestHandler):
    """A handler that says nothing and does not wait for ever for a client."""

    timeout = _CLIENT_TIMEOUT

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's own name
        """Say nothing: who wants to know reads the application's own record."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:  # noqa: ARG002 - werkzeug's signature
        """Close the connection that the application, or the client, has cut."""
        self.close_connection = True


class _Server(ThreadedWSGIServer):
    """A threaded server that knows its open connections."""

    def __init__(self, app: WSGIApplication, *, listening: socket.socket, context: SSLContext | None) -> None:
        self.idle = threading.Condition()
        self.connections: set[socket.socket] = set()
        super().__init__(HOST, 0, app, handler=_Handler, fd=listening.fileno(), ssl_context=context)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.idle:
            self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self.idle:
            self.connections.discard(request)
            self.idle.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait for the last connection to end; false when *seconds* are over before."""
        with self.idle:
            return self.idle.wait_for(lambda: not self.connections, timeout=seconds)

    def cut_all(self) -> None:
        """Cut every connection that is still open."""
        with self.idle:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Listener:
    """A running server for one application; ``port`` 0 takes a free port, a *context* speaks HTTPS.

    Raises:
        Unavailable: the port is taken.
    """

    def __init__(self, app: WSGIApplication, *, port: int, context: SSLContext | None = None) -> None:
        self._scheme = "http" if context is None else "https"
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((HOST, port))
            except OSError as error:
                raise Unavailable(
                    f"Port {port} of {HOST} cannot be used: {error.strerror}.",
                    hint="Give another port, or 0 for a free one",
                ) from error
            listening.listen(128)
            self._server = _Server(app, listening=listening, context=context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The server's address, without a slash at the end."""
        return f"{self._scheme}://{HOST}:{self._server.port}"

    def stop(self) -> None:
        """Take no more requests, let those under way end for a moment, cut the rest."""
        self._server.shutdown()
        self._thread.join()
        if not self._server.wait_until_idle(_GRACE):
            self._server.cut_all()
            self._server.wait_until_idle(_GRACE)
