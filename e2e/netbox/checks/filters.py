"""What a list can be narrowed by, by the API's own description: all at once, with values of the right kind."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests
from words import words

from netbox import NetBox
from samples import sample

ROUNDS = 4
"""How often what is refused is left out: each refusal names at least one."""
PAGING = frozenset({"limit", "offset", "ordering", "brief", "fields", "exclude", "format", "q"})
LOOKUP = "__"
"""What is in the name of a further way to compare: each field is tried once."""


def filters(document: Mapping[str, Any], route: str) -> dict[str, Any]:
    """Return the filters of a list, each with a value that it may take."""
    return dict(_filters(document.get("paths", {}).get(route, {}).get("get", {}).get("parameters", ())))


def _filters(parameters: Any) -> Iterator[tuple[str, Any]]:
    for each in parameters:
        name, schema = str(each.get("name", "")), each.get("schema", {})
        if each.get("in") == "query" and name not in PAGING and LOOKUP not in name:
            yield name, _value(name, schema.get("items", schema) if schema.get("type") == "array" else schema)


def _value(name: str, schema: Mapping[str, Any]) -> Any:
    """Return a value of a filter's kind; a number is one that a record is likely to have."""
    value = 1 if schema.get("type") == "integer" else sample(name, schema)
    return str(value).lower() if isinstance(value, bool) else value


def narrowed(netbox: NetBox, route: str, wanted: Mapping[str, Any]) -> requests.Response:
    """Return a list narrowed by all that it can be; a filter whose value is refused in words is left out."""
    asked = dict(wanted)
    answer = netbox.request("GET", route, params=asked)
    for _ in range(ROUNDS):
        told = answer.json() if answer.status_code == requests.codes.bad_request else {}
        refused = asked.keys() & (told if isinstance(told, dict) else {}).keys()
        if not refused:
            break
        asked = {name: value for name, value in asked.items() if name not in refused}
        answer = netbox.request("GET", route, params=asked)
    return answer


def faults(netbox: NetBox, document: Mapping[str, Any], routes: list[str]) -> dict[str, str]:
    """Return the lists that fail inside where they are narrowed, each with the filter that does it, if it is one."""
    found = {}
    for route in routes:
        wanted = filters(document, route)
        answer = narrowed(netbox, route, wanted) if wanted else None
        if answer is not None and answer.status_code >= requests.codes.internal_server_error:
            one = next((name for name, value in wanted.items() if _fails(netbox, route, name, value)), "all at once")
            found[f"{route}?{one}"] = f"answered {answer.status_code}{words(answer)}"
    return found


def _fails(netbox: NetBox, route: str, name: str, value: Any) -> bool:
    answer = netbox.request("GET", route, params={name: value, "limit": 1})
    return bool(answer.status_code >= requests.codes.internal_server_error)
