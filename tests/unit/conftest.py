"""Unit tests reach no network: a socket that is opened is an error."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket

from releasegate.adapters.index import second_look


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    """Forbid sockets for the length of a test."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once."""
    monkeypatch.setattr(second_look, "PAUSES", (0.0, 0.0))
