"""The schema of what is told with ``--json``, made from the model: JSON Schema, draft 2020-12.

``python -m releasegate.frontends.generated.report_schema > src/releasegate/report.schema.json`` writes it anew.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from releasegate.core.report.model import SCHEMA, Report

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema() -> str:
    """Return the whole of ``report.schema.json``."""
    found: dict[str, Any] = {}
    report = _object(Report, found)
    report["properties"] = {"schema": {"const": SCHEMA}, **report["properties"]}
    report["required"] = ["schema", *report["required"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "What releasegate tells with --json"}
    return json.dumps({**head, **report, "$defs": found}, indent=2) + "\n"


def _object(described: type, found: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(described, include_extras=True)
    # A reader passes over keys that it does not know: one that is added does not count the version up.
    return {
        "description": inspect.getdoc(described),
        "type": "object",
        "properties": {each.name: _value(hints[each.name], found) for each in fields(described)},
        "required": [each.name for each in fields(described)],
    }


def _value(hint: Any, found: dict[str, Any]) -> dict[str, Any]:
    origin, given = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return {**_value(given[0], found), "description": given[1]}
    if origin in {Union, UnionType}:
        return {"anyOf": [_value(each, found) for each in given]}
    kinds: dict[Any, Callable[[], dict[str, Any]]] = {
        Literal: lambda: {"enum": list(given)},
        tuple: lambda: {"type": "array", "items": _value(given[0], found)},
        Mapping: lambda: {"type": "object", "additionalProperties": _value(given[1], found)},
    }
    if origin in kinds:
        return kinds[origin]()
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in found:
            found[hint.__name__] = {}  # holds its place in the order
            found[hint.__name__] = _object(hint, found)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": _PLAIN[hint]}


if __name__ == "__main__":
    sys.stdout.write(schema())
