"""The schema of the configuration for editors, made from the declarations that the parser reads by: JSON Schema.

It is written anew by
``python -m releasegate.frontends.generated.configuration_schema > src/releasegate/configuration.schema.json``.
It says which keys there are and what kind of value each takes; what only the parser knows, the parser says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from pathlib import PurePosixPath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from releasegate.core.config.keys import Settings
from releasegate.core.config.reader import TABLES, FieldKey, ValueKind

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", PurePosixPath: "string"}


def schema() -> str:
    """Return the whole of ``configuration.schema.json``: what a ``pyproject.toml`` may have of releasegate."""
    found: dict[str, Any] = {}
    settings = _table(Settings, found)
    # A repository whose table lies in another one names that, and nothing else.
    settings["anyOf"] = [{"required": settings.pop("required")}, {"required": ["table"], "maxProperties": 1}]
    tool = {"type": "object", "properties": {"releasegate": settings}}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "[tool.releasegate] of a pyproject.toml"}
    whole = {**head, "type": "object", "properties": {"tool": tool}, "definitions": found}
    return json.dumps(whole, indent=2) + "\n"


def _table(described: type, found: dict[str, Any]) -> dict[str, Any]:
    table = TABLES[described]
    required = [key.name for key in table.keys if key.absent is MISSING]
    # The packages may be left out where another repository has the table.
    required += ["packages"] if described is Settings and "packages" not in required else []
    return {
        "description": table.meaning,
        "type": "object",
        "properties": {key.name: _key(key, found) for key in table.keys},
        "required": required,
        "additionalProperties": False,
    }


def _key(key: FieldKey, found: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"description": f"{key.key.meaning}: {key.kind.words}", **_value(key.field.type, found)}
    if "$ref" in said:
        # What stands beside a reference is passed over.
        said = {"description": said["description"], "allOf": [{"$ref": said["$ref"]}]}
    if isinstance(key.absent, str | bool | int | float):
        said["default"] = key.absent
    return said


def _value(hint: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Return what a value is that fills a field of this type."""
    origin, given = get_origin(hint), get_args(hint)
    if origin is Annotated:
        several = _value(given[0], found)
        alone = any(isinstance(each, ValueKind) and each.alone for each in given[1:])
        return {"anyOf": [several["items"], several]} if alone else several
    if origin in {Union, UnionType}:
        members = [_value(each, found) for each in given if each is not NoneType]
        return members[0] if len(members) == 1 else {"anyOf": members}
    kinds: dict[Any, Callable[[], dict[str, Any]]] = {
        tuple: lambda: {"type": "array", "items": _value(given[0], found)},
        Mapping: lambda: {"type": "object", "additionalProperties": _value(given[1], found)},
        Literal: lambda: {"enum": list(given)},
    }
    if origin in kinds:
        return kinds[origin]()
    if hint in TABLES:
        if hint.__name__ not in found:
            found[hint.__name__] = {}  # holds its place in the order
            found[hint.__name__] = _table(hint, found)
        return {"$ref": f"#/definitions/{hint.__name__}"}
    # What else a field holds is written as a string.
    return {"type": _PLAIN.get(hint, "string")}


if __name__ == "__main__":
    sys.stdout.write(schema())
