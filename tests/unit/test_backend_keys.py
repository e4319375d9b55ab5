"""The run's key in the backend's database: a dear hash of it becomes a cheap one, and nothing else changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from suite_modules import script

KEY = b"key of the run"
DEAR = "$2b$12$" + "d" * 53
CHEAP = "$2b$04$" + "c" * 53
FOREIGN = "$2b$12$" + "f" * 53


@pytest.fixture(scope="module")
def keys() -> Any:
    """Return the module, which is no package: it is copied into an image."""
    return script("images/server/keys")


def fits(key: bytes, stored: bytes) -> bool:
    """Whether a hash is the key's, as bcrypt would say."""
    return key == KEY and stored.decode() in {DEAR, CHEAP}


def rows(file: Path) -> list[tuple[object, ...]]:
    """Return what the backend keeps."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute('SELECT * FROM "api ""keys"""').fetchall()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a backend's folder: a database with keys, an empty one, a lock and a folder."""
    with closing(sqlite3.connect(tmp_path / "kept.db")) as database, database:
        database.execute('CREATE TABLE "api ""keys""" (id INTEGER, label TEXT, "the hash" TEXT)')
        kept = [(1, "run", DEAR), (2, "other", FOREIGN), (3, DEAR[:20], None), (4, "cheap", CHEAP)]
        database.executemany('INSERT INTO "api ""keys""" VALUES (?, ?, ?)', kept)
    (tmp_path / "kept.db.lock").touch()
    (tmp_path / "folder").mkdir()
    return tmp_path


def test_only_the_dear_hash_of_the_key_is_replaced(keys: Any, data: Path) -> None:
    assert keys.lighten(KEY, data, fits=fits, hashed=lambda key: CHEAP.encode() if key == KEY else b"") == 1
    assert rows(data / "kept.db") == [
        (1, "run", CHEAP),
        (2, "other", FOREIGN),
        (3, DEAR[:20], None),
        (4, "cheap", CHEAP),
    ]
    assert (data / "kept.db.lock").read_bytes() == b""


def test_a_key_that_nobody_keeps_and_one_that_is_cheap_already_change_nothing(keys: Any, data: Path) -> None:
    before = rows(data / "kept.db")
    assert keys.lighten(b"another", data, fits=fits, hashed=lambda _: CHEAP.encode()) == 0
    assert rows(data / "kept.db") == before
    keys.lighten(KEY, data, fits=fits, hashed=lambda _: CHEAP.encode())
    assert keys.lighten(KEY, data, fits=fits, hashed=lambda _: b"never") == 0
