"""Makes the run's API key cheap to check, in whatever SQLite database the backend keeps its hash.

The key is random and lives as long as the stack: nothing is won by a slow hash of it, and at its usual cost bcrypt is
a sixth of what a synchronisation takes. The backend stays as it is: what it checks is a real hash of the same key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

COST = 4
"""The least that bcrypt takes: a hash begins with ``$2b$04$``, by the format of Provos and Mazières."""
_LOOK = "$2_$__$%"


def lighten(key: bytes, folder: Path, *, fits: Callable[[bytes, bytes], bool], hashed: Callable[[bytes], bytes]) -> int:
    """Give every dear hash of *key* in *folder* up for a cheap one, and return how many there were."""
    return sum(_lightened(key, file, fits, hashed) for file in sorted(folder.iterdir()) if _is_database(file))


def _lightened(key: bytes, file: Path, fits: Callable[[bytes, bytes], bool], hashed: Callable[[bytes], bytes]) -> int:
    done = 0
    with closing(sqlite3.connect(file, timeout=30)) as database, database:
        for table, column in _columns(database):
            found = database.execute(f"SELECT {column} FROM {table} WHERE {column} LIKE ?", (_LOOK,))  # noqa: S608
            for (stored,) in found.fetchall():
                if stored[4:6] > f"{COST:02}" and fits(key, stored.encode()):
                    change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - quoted names
                    done += database.execute(change, (hashed(key).decode(), stored)).rowcount
    return done


def _columns(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield each column of each table, both quoted."""
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in database.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall():
            yield _quoted(table), _quoted(row[0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_database(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"
