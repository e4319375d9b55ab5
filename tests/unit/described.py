"""Whether a value is what a JSON Schema describes, as far as the one here uses the language."""

from __future__ import annotations

from typing import Any


def problems(  # noqa: PLR0911 - a case a word of the language
    value: Any, wanted: dict[str, Any], whole: dict[str, Any], at: str = "$"
) -> list[str]:
    """Return where *value* is not what a schema says, as far as the schema here uses the language."""
    if "$ref" in wanted:
        return problems(value, whole["$defs"][wanted["$ref"].rpartition("/")[2]], whole, at)
    if "anyOf" in wanted:
        return [] if any(not problems(value, each, whole, at) for each in wanted["anyOf"]) else [f"{at}: anyOf"]
    if "const" in wanted or "enum" in wanted:
        return [] if value in wanted.get("enum", [wanted.get("const")]) else [f"{at}: {value!r}"]
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
    if wanted["type"] in kinds:
        return [] if isinstance(value, kinds[wanted["type"]]) else [f"{at}: no {wanted['type']}"]
    if wanted["type"] == "array":
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [p for n, each in enumerate(value) for p in problems(each, wanted["items"], whole, f"{at}[{n}]")]
    if not isinstance(value, dict):
        return [f"{at}: no object"]
    found = [f"{at}: {key} is missing" for key in wanted.get("required", ()) if key not in value]
    for key, each in value.items():
        described = wanted.get("properties", {}).get(key, wanted.get("additionalProperties"))
        found += problems(each, described, whole, f"{at}.{key}") if described else [f"{at}.{key}: is not described"]
    return found
