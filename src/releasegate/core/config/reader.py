"""How a TOML table becomes fields: keys are data, and every problem is noted where it stands, none raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any

from releasegate.core.config.messages import NO_SECRETS, is_secret, kind_of, typed, unknown
from releasegate.core.config.toml_text import KeyPath


@dataclass(frozen=True)
class Problem:
    """What is wrong at one key, and what to write instead."""

    path: KeyPath
    sentence: str


@dataclass(frozen=True)
class Site:
    """One key while it is read. Problems of all sites of one reading end in the same list."""

    path: KeyPath
    problems: list[Problem]

    def at(self, part: str | int) -> Site:
        """Return the site of a key of this table or of a member of this list."""
        return Site((*self.path, part), self.problems)

    def wrong(self, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.path, sentence))

    def read(self, kind: ValueKind, value: Any) -> Any:
        """Return what *value* means as *kind*, or note the problem and return ``None``."""
        try:
            return kind.read(value, self)
        except ValueError as error:
            self.wrong(str(error))
            return None


@dataclass(frozen=True)
class ValueKind:
    """What may stand at a key: in words, and as its reader, which raises ``ValueError`` with what to write instead."""

    words: str
    read: Callable[[Any, Site], Any]


@dataclass(frozen=True)
class Key:
    """One key of a table, by its TOML name; ``field`` is the field that it fills (by default the same name).

    ``absent`` is the value of a key that is not written, where the dataclass does not say.
    """

    name: str
    kind: ValueKind
    meaning: str
    field: str = ""
    absent: Any = None


@dataclass(frozen=True)
class Table:
    """The keys of one table; ``make`` is the dataclass that they fill, ``heading`` how people find the table."""

    heading: str
    make: type[Any]
    meaning: str
    keys: tuple[Key, ...]

    def field(self, key: Key) -> str:
        """Return the field of ``make`` that *key* fills."""
        return key.field or key.name.replace("-", "_")

    def absent(self, key: Key) -> Any:
        """Return the value of *key* where it is not written; ``MISSING`` for a required key."""
        if key.absent is not None:
            return key.absent
        mine = next(field for field in fields(self.make) if field.name == self.field(key))
        made: Any = mine.default_factory
        return mine.default if made is MISSING else made()


def read_fields(table: Table, value: Any, site: Site) -> dict[str, Any]:
    """Return the fields that *value* fills; a key with a problem fills none."""
    if not isinstance(value, dict):
        site.wrong(f"is {kind_of(value)}; write a table")
        return {}
    keys = {key.name: key for key in table.keys}
    for name in value:
        if name not in keys:
            site.at(name).wrong(unknown(name, keys, value=value[name]))
    filled: dict[str, Any] = {}
    for key in table.keys:
        absent = table.absent(key)
        if key.name in value:
            found = site.at(key.name).read(key.kind, value[key.name])
            if found is not None:
                filled[table.field(key)] = found
        elif absent is MISSING:
            site.at(key.name).wrong(f"is missing; write {key.kind.words}: {key.meaning}")
        else:
            filled[table.field(key)] = absent
    return filled


def read_table(table: Table, value: Any, site: Site) -> Any:
    """Return what *value* makes, or ``None`` where something that it needs has a problem."""
    filled = read_fields(table, value, site)
    needed = {table.field(key) for key in table.keys if table.absent(key) is MISSING}
    return table.make(**filled) if filled and needed <= filled.keys() else None


def a_table(table: Table) -> ValueKind:
    """Return the kind of a table within a table."""
    return ValueKind("a table, see below", lambda value, site: read_table(table, value, site))


def rows(table: Table) -> ValueKind:
    """Return the kind of a list of tables, one or more; they are read as fields, for they refer to each other."""

    def read(value: Any, site: Site) -> Any:
        typed(value, list, instead=f"{table.heading} tables")
        if not value:
            raise ValueError(f"is empty; write at least one {table.heading} table")
        return tuple(read_fields(table, member, site.at(n)) for n, member in enumerate(value))

    return ValueKind(f"one {table.heading} table or more", read)


def named(table: Table) -> ValueKind:
    """Return the kind of a table of tables; they are read as fields by name."""

    def read(value: Any, site: Site) -> Any:
        typed(value, dict, instead=f"{table.heading} tables")
        return {name: read_fields(table, member, site.at(name)) for name, member in value.items()}

    return ValueKind(f"{table.heading} tables", read)


def text(words: str, check: Callable[[str], Any]) -> ValueKind:
    """Return the kind of a string that *check* turns into the field, raising ``ValueError`` with what is wrong."""

    def read(value: Any, _: Site) -> Any:
        typed(value, str, instead=f"{words}, in quotes")
        if is_secret(value):
            raise ValueError(NO_SECRETS)
        return check(value)

    return ValueKind(words, read)


def list_of(kind: ValueKind, words: str, *, least: int = 0) -> ValueKind:
    """Return the kind of a list of *least* members or more, each of *kind*."""

    def read(value: Any, site: Site) -> Any:
        typed(value, list, instead=words)
        if len(value) < least:
            raise ValueError(f"is empty; write {words}")
        members = (site.at(n).read(kind, member) for n, member in enumerate(value))
        return tuple(member for member in members if member is not None)

    return ValueKind(words, read)
