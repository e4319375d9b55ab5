"""Whether a server can be reached at all: asked by the socket alone, so that nobody who is offline waits or pays."""

from __future__ import annotations

import os
import socket
from functools import cache
from urllib.parse import urlsplit

SECONDS = 10.0
"""How long a connection may take."""

_PORTS = {"http": 80, "https": 443}


def require_reachable(url: str) -> None:
    """Raise ``OSError`` where nothing answers at the host of *url*; a host that answered once is not asked again.

    Where a proxy is configured, only the proxy could tell, and nothing is asked.
    """
    parts = urlsplit(url)
    proxies = (f"{parts.scheme}_proxy", "all_proxy")
    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in proxies):
        return
    _connect(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443))


@cache
def _connect(host: str, port: int) -> None:
    socket.create_connection((host, port), timeout=SECONDS).close()
