"""A real devpi-server and a real pypiserver on loopback, for the tests that need an index that is not ours."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from releasegate.core.config.keys import IndexConfig

BIN = Path(sys.executable).parent
STARTED = 180.0
"""Seconds until a server must answer."""


@dataclass(frozen=True)
class RunningIndex:
    """An index that runs: its two addresses, and who may upload with what password."""

    name: str
    upload: str
    simple: str
    username: str
    token: str

    @property
    def config(self) -> IndexConfig:
        """The index as the configuration names it; its token is read from ``INDEX_TOKEN``."""
        return IndexConfig(self.name, self.upload, self.simple, token_env="INDEX_TOKEN", username=self.username)

    @property
    def environ(self) -> dict[str, str]:
        """The caller's environment with the token in it."""
        return {**os.environ, "INDEX_TOKEN": self.token}


@contextmanager
def devpi(tmp: Path) -> Iterator[RunningIndex]:
    """Run a devpi-server with one non-volatile index in *tmp*."""
    folder = tmp / "devpi"
    subprocess.run(
        [BIN / "devpi-init", "--serverdir", folder, "--no-root-pypi"], check=True, capture_output=True, timeout=STARTED
    )
    port = free_port()
    options = ("--host", "127.0.0.1", "--port", str(port), "--serverdir", str(folder), "--offline-mode")
    # What makes guessing a server's secret dear makes its start take ten seconds of a processor, too.
    cheap = ("--argon2-memory-cost", "8", "--argon2-parallelism", "1", "--argon2-time-cost", "1")
    with server("devpi-server", *options, *cheap, url=f"http://127.0.0.1:{port}/+api", log=tmp / "devpi.log"):
        root = f"http://127.0.0.1:{port}"
        user, password = "releaser", "devpi-secret"
        _make_index(root, user=user, password=password)
        yield RunningIndex("devpi", f"{root}/{user}/stable/", f"{root}/{user}/stable/+simple", user, password)


@contextmanager
def pypiserver(tmp: Path) -> Iterator[RunningIndex]:
    """Run a pypiserver that holds what is uploaded to it in *tmp*, and sends nobody elsewhere."""
    folder = tmp / "pypiserver"
    folder.mkdir(parents=True)
    port = free_port()
    options = ("-p", str(port), "-i", "127.0.0.1", "-P", ".", "-a", ".", "--disable-fallback", str(folder))
    root = f"http://127.0.0.1:{port}"
    with server("pypi-server", "run", *options, url=f"{root}/health", log=tmp / "pypiserver.log"):
        yield RunningIndex("pypiserver", f"{root}/", f"{root}/simple", "anybody", "anything")


@contextmanager
def closed_pypiserver(tmp: Path) -> Iterator[RunningIndex]:
    """Run a pypiserver that lets nobody read without the token, and sends readers to PyPI for what it does not hold."""
    folder, user, password = tmp / "pypiserver", "team", "pypiserver/s3cret"
    folder.mkdir(parents=True)
    digest = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()  # noqa: S324 - htpasswd's own form
    (tmp / "htpasswd").write_text(f"{user}:{{SHA}}{digest}\n")
    port = free_port()
    options = ("-p", str(port), "-i", "127.0.0.1", "-P", str(tmp / "htpasswd"), "-a", "update,list,download")
    root = f"http://127.0.0.1:{port}"
    with server("pypi-server", "run", *options, str(folder), url=f"{root}/health", log=tmp / "pypiserver.log"):
        yield RunningIndex("pypiserver", f"{root}/", f"{root}/simple", user, password)


def free_port() -> int:
    """Return a port of the loopback interface that was free a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def server(program: str, *arguments: str, url: str, log: Path) -> Iterator[None]:
    """Run one of the environment's own servers until *url* answered, and end it afterwards."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [BIN / program, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _await(process, url, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTED
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer:\n{log.read_text(errors='replace')}")


def _make_index(root: str, *, user: str, password: str) -> None:
    _json("PUT", f"{root}/{user}", {"password": password})
    token = _json("POST", f"{root}/+login", {"user": user, "password": password})["result"]["password"]
    settings = {"type": "stage", "volatile": False, "bases": []}
    _json("PUT", f"{root}/{user}/stable", settings, auth=(user, token))


def _json(method: str, url: str, body: dict[str, Any], *, auth: tuple[str, str] | None = None) -> Any:
    answer = requests.request(method, url, json=body, auth=auth, timeout=30)
    answer.raise_for_status()
    return answer.json()
