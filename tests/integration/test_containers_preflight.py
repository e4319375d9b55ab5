"""What is missing is said before anything is started; the programs here are real, but stand in for Docker's."""

from __future__ import annotations

import errno
import http.server
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from releasegate.adapters.containers.engine import opened
from releasegate.core.errors import Unavailable


def docker(folder: Path, *, says: str, code: int = 0) -> None:
    """Put a docker command into *folder* that says one thing to everybody."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)


@contextmanager
def engine(*, version: str = "1.47", root: str = "/nowhere", memory: int = 2**33) -> Iterator[str]:
    """Yield the address of something that answers as an engine does."""
    answers: dict[str, Any] = {
        "version": {"ApiVersion": version, "Version": "27.0", "MinAPIVersion": "1.24"},
        "info": {"MemTotal": memory, "NCPU": 4, "DockerRootDir": root},
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            body = b"OK" if name == "_ping" else json.dumps(answers[name]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refused(environ: dict[str, str]) -> str:
    with pytest.raises(Unavailable) as caught, opened(environ):
        pass
    assert caught.value.hint
    return caught.value.problem


def test_without_a_docker_command_nothing_is_run(tmp_path: Path) -> None:
    assert "There is no docker command here" in refused({"PATH": str(tmp_path)})


def test_without_compose_nothing_is_run(tmp_path: Path) -> None:
    docker(tmp_path, says="docker: compose is not a docker command", code=1)
    assert "has no Compose v2" in refused({"PATH": f"{tmp_path}:/bin:/usr/bin"})


def test_an_old_compose_is_refused(tmp_path: Path) -> None:
    docker(tmp_path, says="v2.6.0")
    assert refused({"PATH": f"{tmp_path}:/bin:/usr/bin"}) == "Compose 2.6.0 is too old: 2.20 is needed."


def test_an_engine_that_does_not_answer_is_named(tmp_path: Path) -> None:
    docker(tmp_path, says="2.26.1-4")
    environ = {"PATH": f"{tmp_path}:/bin:/usr/bin", "DOCKER_HOST": "tcp://127.0.0.1:1"}
    assert refused(environ) == "The Docker engine does not answer."


def test_a_user_who_is_not_let_in_is_told_so_and_not_to_start_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(asked: socket.socket, _address: object) -> None:
        asked.close()
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    docker(tmp_path, says="2.26.1")
    monkeypatch.setattr(socket.socket, "connect", shut)
    environ = {"PATH": f"{tmp_path}:/bin:/usr/bin", "DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}
    with pytest.raises(Unavailable) as caught, opened(environ):
        pass
    assert caught.value.problem == "This user may not use the Docker engine."
    assert caught.value.details == (f"unix://{tmp_path}/docker.sock: Permission denied",)
    assert "usermod" in caught.value.hint


def test_an_old_engine_is_refused(tmp_path: Path) -> None:
    docker(tmp_path, says="2.26.1")
    with engine(version="1.40") as host:
        said = refused({"PATH": f"{tmp_path}:/bin:/usr/bin", "DOCKER_HOST": host})
    assert said == "Docker engine 27.0 is too old: 20.10 is needed."


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker(tmp_path, says="2.26.1")
    monkeypatch.setattr("releasegate.adapters.containers.engine.LEAST_DISK", 10.0**9)
    with engine(root=str(tmp_path)) as host:
        said = refused({"PATH": f"{tmp_path}:/bin:/usr/bin", "DOCKER_HOST": host})
    assert "are free where the Docker engine keeps its images" in said


def test_the_disk_of_another_machine_is_not_looked_for_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker(tmp_path, says="2.26.1")
    monkeypatch.setattr("releasegate.adapters.containers.engine.LEAST_DISK", 10.0**9)
    monkeypatch.setattr("releasegate.adapters.containers.engine._HERE", (None,))
    with engine(root=str(tmp_path)) as host, opened({"PATH": f"{tmp_path}:/bin:/usr/bin", "DOCKER_HOST": host}):
        pass


def test_an_engine_that_will_do_is_described(tmp_path: Path) -> None:
    docker(tmp_path, says="2.26.1")
    with engine() as host, opened({"PATH": f"{tmp_path}:/bin:/usr/bin", "DOCKER_HOST": host}) as found:
        assert (found.memory, found.cpus) == (8.0, 4.0)
        assert (found.version, found.compose) == ("27.0", "2.26.1")
        assert str(found) == "Docker 27.0, Compose 2.26.1, 4 CPUs and 8 GiB of memory"
        assert found.environment["DOCKER_HOST"] == host
