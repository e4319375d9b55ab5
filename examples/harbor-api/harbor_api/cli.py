"""The command ``harbor-api``."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence

from harbor_api import __version__
from harbor_api.server import make_server


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit code."""
    parser = argparse.ArgumentParser(prog="harbor-api", description="Serve a harbour's berths over HTTP.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8008, help="port, 0 for a free one (default: %(default)s)")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    chosen = parser.parse_args(arguments)
    try:
        server = make_server(chosen.host, chosen.port)
    except OSError as error:
        parser.error(f"cannot listen on {chosen.host}:{chosen.port}: {error.strerror}")
    with server, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"harbor-api {__version__} on http://{chosen.host}:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0
