"""The reference is written from the keys that the parser reads by."""

from dataclasses import fields

import pytest

from releasegate.core.config.keys import IndexConfig, Settings
from releasegate.core.config.reader import TABLES, Table
from releasegate.core.config.reference import render_reference, tables
from releasegate.core.stacks.host import KnownHosts
from releasegate.core.stacks.kit import Kit

ROOTS = (Settings, Kit, KnownHosts)
EVERY = list({table.type: table for root in ROOTS for table in tables(root)}.values())
NO_KEYS = {"hosts", "kit", "levels"}
"""Fields that are filled from other files than the one that is read."""


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.type.__name__)
def test_the_keys_of_a_table_fill_every_field(table: Table) -> None:
    filled = {key.field.name for key in table.keys}
    # An index's name is its table's own.
    named = {"name"} if table.type is IndexConfig else set[str]()
    own = named if table.type is KnownHosts else named | NO_KEYS
    assert filled == {field.name for field in fields(table.type)} - own


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.type.__name__)
def test_every_key_is_in_the_reference(table: Table) -> None:
    root = next(root for root in ROOTS if table in tables(root))
    sections = (section.partition("\n") for section in render_reference(root).removeprefix("## ").split("\n## "))
    (section,) = (body for heading, _, body in sections if heading.strip("`") == table.heading)
    rows = [line.split(" | ")[0] for line in section.splitlines()]
    assert [row for row in rows if row.startswith("| `")] == [f"| `{key.name}`" for key in table.keys]


def test_every_table_that_is_declared_is_in_the_reference_once() -> None:
    assert len(EVERY) == len(TABLES)
    assert {table.type for table in EVERY} == TABLES.keys()


@pytest.mark.parametrize(
    "row",
    [
        "| `name` | a package's name | required | the package's name |",
        '| `path` | a relative path | `"."` | its repository\'s folder, seen from this file |',
        "| `production-without-forge` | true or false | `false` |",
        "| `propagation` | a number of seconds | `900.0` |",
        "| `data` | a list of glob patterns | `[]` |",
        "| `companion` | a table, or a list of tables, see below | `[]` |",
        "| `end-to-end` | a table, see below | none |",
        "| `wheel` | a table, see below | none |",
        "| `indexes` | [tool.releasegate.indexes.NAME] tables | none |",
    ],
)
def test_a_row_has_the_default_as_toml_writes_it(row: str) -> None:
    assert row in render_reference(Settings)


def test_a_section_begins_with_its_heading_and_meaning() -> None:
    start = "## `[tool.releasegate]`\n\nWhat holds for all packages.\n\n| key | value | default | meaning |\n"
    assert render_reference(Settings).startswith(start)
