"""A companion that runs as a process on loopback, from ready to ended."""

from __future__ import annotations

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from releasegate.adapters.process import KILLED, last_lines, started
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import Service
from releasegate.core.e2e.contracts import telling_line
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.install.environment import service_environment
from releasegate.core.install.pip_faults import no_room

LOOPBACK = "127.0.0.1"
_ASK_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
_LOG_LINES = 40
_PORT_TAKEN = "Address already in use"


@dataclass(frozen=True)
class Running:
    """A service that answered: its address, and the file that its output goes to."""

    url: str
    output: Path
    process: subprocess.Popen[bytes]

    def log(self) -> tuple[str, ...]:
        """Return the last lines that it wrote."""
        return _log(self.output)

    def ended(self, *, within: float) -> int | None:
        """Return its exit code if it ends within so many seconds, else ``None``."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def serving(
    venv: Venv, name: str, *, service: Service, told: Mapping[str, str], ready_within: float
) -> Iterator[Running]:
    """Start the service of *name* in its environment on a free port, wait until it answers, end it with the block.

    *told* are variables beside the service's own; ``ready_within`` is in seconds. It also ends when this process does,
    however that comes about.

    Raises:
        GateFailed: its program is nowhere, it ended, or it did not answer in time; its output is in the details.
        Unavailable: it was killed, the disk is full, or somebody else took its port meanwhile.
    """
    port = _free_port()
    command = [word.replace("{host}", LOOPBACK).replace("{port}", str(port)) for word in service.command]
    cwd = venv.folder / "service"
    cwd.mkdir()
    told = {**told, **service_environment(service, secret=secrets.token_urlsafe(32), data=str(cwd))}
    path = venv.folder / "service.log"
    with path.open("wb") as output, _started(venv, name, command, told=told, output=output) as process:
        trouble = _await_ready(process, port=port, path=service.ready, deadline=time.monotonic() + ready_within)
        if trouble is not None:
            _require_ground(name, process.returncode, _log(path))
            why = telling_line(_log(path))
            raise GateFailed(
                f"{name} {trouble}{f': {why}' if why else '.'}",
                hint="Start it by hand as service.command says, and look at service.ready",
                details=_log(path),
            )
        yield Running(f"http://{LOOPBACK}:{port}", path, process)


def killed(name: str, code: int, said: Sequence[str]) -> Unavailable:
    """Return what it means that somebody killed what *name* names."""
    return Unavailable(
        f"{name} was killed (exit code {code}), as it is where memory runs out.",
        hint="Run the same command again",
        details=said,
    )


def _require_ground(name: str, code: int | None, said: Sequence[str]) -> None:
    """Raise where a service could not start for what is not its own.

    Raises:
        Unavailable: it was killed, the disk is full, or its port, which was free, is not any more.
    """
    if code in KILLED:
        raise killed(name, code, said)
    for line in said:
        if no_room(line) or _PORT_TAKEN in line:
            raise Unavailable(f"{name} could not start: {line}", hint="Run the same command again", details=said)


@contextmanager
def _started(
    venv: Venv, name: str, command: Sequence[str], *, told: Mapping[str, str], output: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    cwd = venv.folder / "service"
    env = venv.environment(**{"PYTHONUNBUFFERED": "1", **told})
    try:
        words = venv.isolation().words(command, env=env, cwd=cwd)
    except Unavailable as error:
        raise GateFailed(
            f"{name} does not install {command[0]}, which service.command starts.",
            hint="Add what installs it to the package's dependencies, or correct service.command",
        ) from error
    beside = subprocess.STDOUT
    with started(words, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=beside) as process:
        yield process


def _await_ready(process: subprocess.Popen[bytes], *, port: int, path: str, deadline: float) -> str | None:
    """Wait until the service answers; return what went wrong, if something did."""
    while not _answers(port, path):
        if process.poll() is not None:
            return f"ended with exit code {process.returncode} before it answered {path}"
        if time.monotonic() > deadline:
            return f"did not answer {path} in time"
        time.sleep(_PAUSE_SECONDS)
    return None


def _log(path: Path) -> tuple[str, ...]:
    return last_lines(path.read_text(encoding="utf-8", errors="replace"), count=_LOG_LINES)


def _answers(port: int, path: str) -> bool:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(LOOPBACK, port, timeout=_ASK_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status // 100 == 2  # noqa: PLR2004 - the 2xx of RFC 9110
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port
