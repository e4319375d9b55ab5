"""How tests ask the embedded index without a socket: uploads as twine sends them, and a clock that a test moves."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.test import Client, TestResponse

from releasegate.rehearsal.index import LocalIndex, Sample

TOKEN = "a-token"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def local_index(root: Path) -> LocalIndex:
    return LocalIndex(name="testpypi", root=root / "index", token=TOKEN)


def upload(
    index: LocalIndex, sample: Sample, fields: Mapping[str, str | list[str]] | None = None, *, password: str = TOKEN
) -> TestResponse:
    content = (io.BytesIO(sample.content), sample.filename, "application/octet-stream")
    data = {**sample.fields, **(fields or {}), "content": content}
    return Client(index.app).post("/legacy/", data=data, auth=("__token__", password))


def assert_refused(response: TestResponse, status: int, words: str) -> None:
    """Words stand in the reason phrase, where twine looks, and in the body."""
    assert response.status_code == status
    assert words in response.status
    assert words.replace("'", "&#x27;") in response.text
