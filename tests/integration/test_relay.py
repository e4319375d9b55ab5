"""A relay carries connections over a pipe: whole, both ways, many at once, and their ends too."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from releasegate.adapters.containers.elsewhere.relay import PROGRAM, Relay, relaying
from releasegate.core.errors import Unavailable

BYTES = os.urandom(3 * 2**20)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    argv = [sys.executable, "-I", "-c", PROGRAM.read_text(encoding="utf-8")]
    with relaying(argv, env=os.environ, cwd=tmp_path) as found:
        yield found


@pytest.fixture
def echo() -> Iterator[str]:
    """Return where a server listens that sends all back once it was told the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer(connection: socket.socket) -> None:
            with connection:
                told = b""
                while data := connection.recv(2**16):
                    told += data
                connection.sendall(told)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def asked(address: str, sent: bytes) -> bytes:
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        told = b""
        while data := connection.recv(2**16):
            told += data
        return told


def test_what_is_sent_arrives_whole_and_so_does_the_answer(relay: Relay, echo: str) -> None:
    assert asked(relay.address(echo), BYTES) == BYTES


def test_many_connections_do_not_mix(relay: Relay, echo: str) -> None:
    address = relay.address(echo)
    assert relay.address(echo) == address
    parts = [f"{n} ".encode() * 5000 for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda part: asked(address, part), parts)) == parts


def test_where_nobody_listens_there_is_no_answer_and_the_others_go_on(relay: Relay, echo: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with suppress(ConnectionError):
        assert asked(relay.address(f"127.0.0.1:{port}"), b"x") == b"", "an answer of nobody"
    assert asked(relay.address(echo), b"still") == b"still"


def test_a_relay_whose_far_end_does_not_start_is_told_in_its_words(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "raise SystemExit('no such network')"]
    with (
        pytest.raises(Unavailable, match="cannot be reached through the engine") as caught,
        relaying(argv, env=os.environ, cwd=tmp_path),
    ):
        pass
    assert caught.value.details == ("no such network",)


def test_what_fails_beside_a_relay_is_told_as_it_is(tmp_path: Path, echo: str) -> None:
    argv = [sys.executable, "-I", "-c", PROGRAM.read_text(encoding="utf-8")]

    def fails() -> None:
        with relaying(argv, env=os.environ, cwd=tmp_path) as found:
            assert asked(found.address(echo), b"x") == b"x"
            raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        fails()
