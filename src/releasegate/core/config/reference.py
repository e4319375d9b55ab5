"""The reference of the configuration as Markdown, written from the declarations that the parser reads by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, is_dataclass
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.config.reader import TABLES, Table
from releasegate.core.report import markdown_text


def tables(root: type[Any]) -> list[Table]:
    """Return the table of *root* and every one in it: those in a package before the next key's, the nearest first."""
    found = [root]
    for key in TABLES[root].keys:
        below = list(key.kind.tables)
        for each in below:  # grows while it is walked
            below += [inner for k in TABLES[each].keys for inner in k.kind.tables]
        found += below
    return [TABLES[each] for each in dict.fromkeys(found)]


def render_reference(root: type[Any]) -> str:
    """Return one section with a table of keys for every table of *root*, as of ``[tool.releasegate]``."""
    return "\n".join(line for table in tables(root) for line in _section(table))


def _section(table: Table) -> Iterator[str]:
    heading = f"`{table.heading}`" if table.heading.startswith("[") else table.heading
    rows = ((f"`{key.name}`", key.kind.words, _default(key.absent), key.key.meaning) for key in table.keys)
    yield from (f"## {heading}", "", table.meaning, "")
    yield from markdown_text.table(("key", "value", "default", "meaning"), rows)


def _default(value: Any) -> str:
    """Return the default as TOML would write it."""
    if value is MISSING:
        return "required"
    if value is None or value == {} or is_dataclass(value):
        return "none"
    if isinstance(value, tuple):
        return "`[]`"
    return f"`{json.dumps(str(value) if isinstance(value, PurePosixPath) else value)}`"
