"""How a TOML table becomes a dataclass: its fields declare the keys, and every problem is noted, none raised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, get_args

from releasegate.core.config.messages import kind_of, typed, unknown
from releasegate.core.frozen import dataclass
from releasegate.core.toml.lines import KeyPath

T = TypeVar("T")


@dataclass(frozen=True)
class KeyProblem:
    """What is wrong at one key, and what to write instead."""

    path: KeyPath
    sentence: str


@dataclass(frozen=True)
class Location:
    """Where a value stands while it is read. Problems of all locations of one reading end in the same list."""

    path: KeyPath
    problems: list[KeyProblem]

    def at(self, part: str | int) -> Location:
        """Return the location of a key of this table or of a member of this list."""
        return Location((*self.path, part), self.problems)

    def wrong(self, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(KeyProblem(self.path, sentence))

    def read(self, kind: ValueKind, value: Any) -> Any:
        """Return what *value* means as *kind*, or note the problem and return ``None``."""
        try:
            return kind.read(value, self)
        except ValueError as error:
            self.wrong(str(error))
            return None


@dataclass(frozen=True)
class ValueKind:
    """What may stand at a key: in words, and as its reader, which raises ``ValueError`` with what to write instead.

    ``tables`` are the dataclasses of the tables that stand in it; with ``alone`` one member of a list may stand without
    the list.
    """

    words: str
    read: Callable[[Any, Location], Any]
    tables: tuple[type[Any], ...] = ()
    alone: bool = False


@dataclass(frozen=True)
class Key:
    """Makes a field a key: ``timeout: Annotated[Seconds, Key("when the command is given up")] = 300.0``.

    The kind is that of the field's type. ``name`` is the key's own, where it is not the field's; ``absent`` is the
    value of a key that is not written, where the field has no default.
    """

    meaning: str
    name: str = ""
    absent: Any = None


@dataclass(frozen=True)
class FieldKey:
    """A key together with the field that it fills."""

    key: Key
    field: Field[Any]
    kind: ValueKind

    @property
    def name(self) -> str:
        """The key as it stands in TOML."""
        return self.key.name or self.field.name.replace("_", "-")

    @property
    def absent(self) -> Any:
        """The value where the key is not written; ``MISSING`` for a required key."""
        if self.key.absent is not None:
            return self.key.absent
        made: Any = self.field.default_factory
        return self.field.default if made is MISSING else made()


@dataclass(frozen=True)
class Table:
    """The keys of one table; ``type`` is the dataclass that they fill, ``heading`` how people find the table."""

    heading: str
    type: type[Any]
    meaning: str
    keys: tuple[FieldKey, ...]


_CONFIGURATION = "tool.releasegate"
TABLES: dict[type[Any], Table] = {}
"""Every table by its dataclass."""


def table(heading: str) -> Callable[[type[T]], type[T]]:
    """Declare a dataclass to be a table; the first paragraph of its docstring is the table's meaning for people."""

    def declare(cls: type[T]) -> type[T]:
        meaning = " ".join(str(cls.__doc__).partition("\n\n")[0].replace("``", "`").split())
        TABLES[cls] = Table(heading, cls, meaning, tuple(_keys(cls)))
        return cls

    return declare


def _keys(cls: type[Any]) -> Iterator[FieldKey]:
    # The annotations are objects, for the modules that declare tables do not postpone their evaluation: asking
    # typing.get_type_hints for them would cost every command its time.
    for field in fields(cls):
        for key in getattr(field.type, "__metadata__", ()):
            if isinstance(key, Key):
                yield FieldKey(key, field, kind_of_type(field.type))


def kind_of_type(declared: Any) -> ValueKind:
    """Return the kind of a type: that of its annotation or of its table, also where it may be ``None`` instead."""
    bare = getattr(declared, "__origin__", declared)
    types = (bare, *get_args(bare))
    kinds = [m for each in (declared, *types) for m in getattr(each, "__metadata__", ()) if isinstance(m, ValueKind)]
    return (kinds or [_a_table(each) for each in types if each in TABLES])[0]


def _headings(name: str, table: Table) -> list[str]:
    """Return the headings of the tables in the file of *table* that have a key *name*."""
    having = [each.heading for each in TABLES.values() if name in {key.name for key in each.keys}]
    return [heading for heading in having if _CONFIGURATION in heading and _CONFIGURATION in table.heading]


def read_fields(table: Table, value: Any, here: Location) -> dict[str, Any]:
    """Return the fields that *value* fills; a key with a problem fills none."""
    if not isinstance(value, dict):
        here.wrong(f"is {kind_of(value)}; write a table")
        return {}
    keys = {key.name: key for key in table.keys}
    for name in value:
        if name not in keys:
            here.at(name).wrong(unknown(name, keys, value=value[name], elsewhere=_headings(name, table)))
    filled: dict[str, Any] = {}
    for name, key in keys.items():
        absent = key.absent
        if name in value:
            found = here.at(name).read(key.kind, value[name])
            if found is not None:
                filled[key.field.name] = found
        elif absent is MISSING:
            here.at(name).wrong(f"is missing; write {key.kind.words}: {key.key.meaning}")
        else:
            filled[key.field.name] = absent
    return filled


def read_table(table: Table, value: Any, here: Location) -> Any:
    """Return what *value* makes, or ``None`` where something that it needs has a problem."""
    filled = read_fields(table, value, here)
    needed = {key.field.name for key in table.keys if key.absent is MISSING}
    return table.type(**filled) if filled and needed <= filled.keys() else None


def _a_table(cls: type[Any]) -> ValueKind:
    return ValueKind("a table, see below", lambda value, here: read_table(TABLES[cls], value, here), (cls,))


def rows(cls: type[Any]) -> ValueKind:
    """Return the kind of a list of tables, one or more; they are read as fields, for they refer to each other."""
    table = TABLES[cls]

    def read(value: Any, here: Location) -> Any:
        typed(value, list, instead=f"{table.heading} tables")
        if not value:
            raise ValueError(f"is empty; write at least one {table.heading} table")
        return tuple(read_fields(table, member, here.at(n)) for n, member in enumerate(value))

    return ValueKind(f"one {table.heading} table or more", read, (cls,))


def named(cls: type[Any]) -> ValueKind:
    """Return the kind of a table of tables; they are read as fields by name."""
    table = TABLES[cls]

    def read(value: Any, here: Location) -> Any:
        typed(value, dict, instead=f"{table.heading} tables")
        return {name: read_fields(table, member, here.at(name)) for name, member in value.items()}

    return ValueKind(f"{table.heading} tables", read, (cls,))
