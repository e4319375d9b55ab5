"""Records: tables in memory, made by migrations and filled by plugins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Value = str | float
Outcome = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class CreateTable:
    """A migration's operation: a table and its columns; the first one is the key."""

    name: str
    columns: tuple[str, ...]


class Records:
    """Every table's rows, by key."""

    def __init__(self) -> None:
        self._columns: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, dict[Value, dict[str, Value]]] = {}

    def apply(self, operation: CreateTable) -> None:
        """Make the table; raises ``ValueError`` where there is one of that name."""
        if operation.name in self._columns:
            raise ValueError(f"the table {operation.name} exists")
        self._columns[operation.name] = operation.columns
        self._rows[operation.name] = {}

    def store(self, table: str, row: Mapping[str, Value]) -> Outcome:
        """Keep the row under its key and say what that did; raises ``ValueError`` for other columns."""
        columns = self._columns[table]
        if set(row) != set(columns):
            raise ValueError(f"the table {table} has the columns {', '.join(columns)}")
        rows = self._rows[table]
        key = row[columns[0]]
        before = rows.get(key)
        rows[key] = dict(row)
        if before is None:
            return "created"
        return "unchanged" if before == row else "updated"

    def rows(self, table: str) -> tuple[Mapping[str, Value], ...]:
        """Return the table's rows, oldest first; raises ``KeyError`` where there is no such table."""
        return tuple(self._rows[table].values())
