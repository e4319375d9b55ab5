"""Whether an engine is here: whether what it publishes on its loopback is reached on this one's."""

from __future__ import annotations

import secrets
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.runs.labels import Run

if TYPE_CHECKING:
    from docker.models.containers import Container

_PORT = 8099
_SECONDS = 5.0
_PAUSE = 0.1
_SAYS = f"""\
import os, socket
with socket.create_server(("", {_PORT})) as server:
    while True:
        with server.accept()[0] as asked:
            asked.sendall(os.environ["WORD"].encode())
"""


def is_here(engine: ContainerEngine, *, image: str, run: Run) -> bool:
    """Return whether the engine's loopback is this one; where nothing tells, a container of *image* is asked.

    That has a Python. Another engine may publish the same port here: what answers must say a word that only it knows.
    """
    if _shares_network(engine.address):
        return True
    word = secrets.token_hex(16)
    container = engine.client.containers.run(
        image,
        ["-u", "-I", "-c", _SAYS],
        entrypoint=["python3"],
        detach=True,
        environment={"WORD": word},
        labels=run.labels(),
        ports=cast("Any", {f"{_PORT}/tcp": ("127.0.0.1", None)}),  # any free one, which the types do not know
    )
    try:
        return _says(container, word)
    finally:
        container.remove(force=True, v=True)


def _shares_network(address: str) -> bool:
    """Whether who listens on the engine's socket is seen to be in this process's network."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
            asked.connect(_socket_of(address))
            told = asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        process, _, _ = struct.unpack("3i", told)
        return process > 0 and _network(str(process)) == _network("self")
    except (OSError, AttributeError):  # no such socket, another user's, or a system that does not tell
        return False


def _network(process: str) -> Path:
    return Path("/proc", process, "ns", "net").readlink()


def _socket_of(address: str) -> str:
    """Return the path of a socket's address; nothing that could be connected to for any other."""
    parts = urlsplit(address)
    return parts.path if parts.scheme in {"unix", "http+unix"} else ""


def _says(container: Container, word: str) -> bool:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        container.reload()
        published = container.ports.get(f"{_PORT}/tcp")
        with suppress(OSError):
            if published and _heard(int(published[0]["HostPort"])) == word:
                return True
        time.sleep(_PAUSE)
    return False


def _heard(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as asked:
        asked.settimeout(_SECONDS)
        return asked.recv(64).decode(errors="replace")
