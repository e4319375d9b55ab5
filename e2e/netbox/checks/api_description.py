"""What an API says of itself: which list holds which kind of record, and what a new record of it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

REFERENCE = "#/components/schemas/"
SHORT = ("Brief", "Nested")
LISTED, PAGE = "Paginated", "List"


@dataclass(frozen=True)
class Field:
    """One field of a new record: how it is described, and the kind that it refers to, where it refers to one."""

    name: str
    schema: Mapping[str, Any]
    required: bool
    refers_to: str = ""
    many: bool = False


@dataclass(frozen=True)
class Described:
    """NetBox's OpenAPI document."""

    document: Mapping[str, Any]

    @cached_property
    def lists(self) -> dict[str, str]:
        """The path of each kind's list, by the kind's name."""
        found: dict[str, str] = {}
        for path, methods in self.document.get("paths", {}).items():
            answer = methods.get("get", {}).get("responses", {}).get("200", {})
            name = _referred(answer.get("content", {}).get("application/json", {}).get("schema", {}))
            if "{" not in path and name.startswith(LISTED) and name.endswith(PAGE):
                found.setdefault(name.removeprefix(LISTED).removesuffix(PAGE), path)
        return found

    def takes(self, path: str) -> tuple[Field, ...]:
        """Return what a POST to a list takes; nothing where it takes none."""
        body = self.document.get("paths", {}).get(path, {}).get("post", {}).get("requestBody", {})
        schema = self._resolved(body.get("content", {}).get("application/json", {}).get("schema", {}))
        required = frozenset(schema.get("required", ()))
        return tuple(self._field(name, each, name in required) for name, each in schema.get("properties", {}).items())

    def _field(self, name: str, schema: Mapping[str, Any], required: bool) -> Field:  # noqa: FBT001 - of the description
        many = schema.get("type") == "array"
        kind = self._kind(schema.get("items", {}) if many else schema)
        return Field(name, schema, required, kind, many)

    def _kind(self, schema: Mapping[str, Any]) -> str:
        """Return the kind that a field refers to: NetBox describes it by a short form, or by a number."""
        for each in (schema, *schema.get("oneOf", ()), *schema.get("allOf", ())):
            name = _referred(each) or next(
                (_referred(inner) for inner in each.get("allOf", ()) if _referred(inner)), ""
            )
            for short in SHORT:
                if name.startswith(short) and (kind := name.removeprefix(short).removesuffix("Request")) in self.lists:
                    return kind
        return ""

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the object that a schema stands for: of one record and a list of them, the one record."""
        options = schema.get("oneOf") or [schema]
        name = next((_referred(each) for each in options if _referred(each)), "")
        found: Mapping[str, Any] = self.document.get("components", {}).get("schemas", {}).get(name, schema)
        return found


def _referred(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).removeprefix(REFERENCE)
