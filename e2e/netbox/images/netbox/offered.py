"""What a plugin offers to people and programs: its pages and API routes, and what is in each, by its own classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from views import views

PARTS = (
    ("form field", "form", "base_fields"),
    ("column", "table", "base_columns"),
    ("filter", "filterset", "base_filters"),
)
"""What a page has: what one is called, the view's attribute with the class of all, and where that class has them."""
_IN_A_FORMAT = ".{format}/?"
_ARGUMENT = re.compile(r"\{\w+\}")


def offered(patterns: Any, api_patterns: Any, base: str) -> dict[str, dict[str, list[str]]]:
    """Return the pages, with what each shows and asks for, and the API routes, with their methods and fields."""
    found: dict[str, dict[str, list[str]]] = {
        kind: {} for kind in ("page", "route", "field", *(kind for kind, *_ in PARTS))
    }
    for path, view in views(patterns, "plugins/", base):
        shown, place = getattr(view.callback, "view_class", None), _ARGUMENT.sub("{}", path)
        found["page"][place] = []
        for kind, attribute, inside in PARTS:
            found[kind][place] = _names(getattr(getattr(shown, attribute, None), inside, {}))
    for path, view in views(api_patterns, "api/plugins/", base):
        if path.endswith(_IN_A_FORMAT):
            continue
        place, methods = _ARGUMENT.sub("{}", path), getattr(view.callback, "actions", None) or {}
        found["route"][place] = sorted({*found["route"].get(place, ()), *map(str.upper, methods)})
        if "get" in methods:
            found["field"][place] = _fields(getattr(view.callback, "cls", None))
    return {
        kind: {place: names for place, names in each.items() if names or kind == "page"} for kind, each in found.items()
    }


def tables(patterns: Any, base: str) -> dict[str, dict[str, Any]]:
    """Return of each page without an argument that shows a table what that is called, and every column of it."""
    found = {}
    for path, view in views(patterns, "plugins/", base):
        table = getattr(getattr(view.callback, "view_class", None), "table", None)
        if "{" not in path and getattr(table, "base_columns", None):
            found[path] = {"name": table.__name__, "columns": list(table.base_columns)}
    return found


def _names(parts: Iterable[str] | Mapping[str, Any]) -> list[str]:
    """Return the names; of a filter's many comparisons it is one."""
    return sorted({str(name).partition("__")[0] for name in parts})


def _fields(viewset: Any) -> list[str]:
    """Return the fields of an API's records; nothing where they depend on what is asked."""
    try:
        return _names(viewset.serializer_class().fields)
    except Exception:  # noqa: BLE001 -- a serializer may want a request
        return []
