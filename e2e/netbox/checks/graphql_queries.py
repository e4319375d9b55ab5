"""GraphQL by its own description: each query that lists or shows a model is asked for all that is in it, and narrowed.

What a record refers to is asked for by its kind alone.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from words import words

from netbox import AT_ONCE, NetBox

KIND = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"
ASKED = f"{{ __schema {{ queryType {{ fields {{ name args {{ name type {{ {KIND} }} }} type {{ {KIND} }} }} }} }} }}"
PLAIN = frozenset({"SCALAR", "ENUM"})
NARROWS = "filters"
"""The argument that a list is narrowed by."""
TEXTS = frozenset({"ID", "String"})
EXACT = "exact"


@dataclass(frozen=True)
class Query:
    """One field of the query: what it answers with, whether it lists or wants a number, and what narrows its list."""

    name: str
    kind: str
    lists: bool
    wants_number: bool
    narrowed_by: str = ""


def faults(netbox: NetBox, models: Mapping[str, int]) -> dict[str, str]:
    """Return what is wrong with the queries of *models* (a record's number of each), by query."""
    told = _ask(netbox, ASKED)
    if "errors" in told:
        return {"the schema": str(told["errors"])[:200]}
    wanted = of_models(told["data"]["__schema"]["queryType"]["fields"], models)

    def wrong(query: Query) -> tuple[str, str]:
        number = models[_model(query.kind)]
        if query.wants_number and not number:
            return query.name, ""
        answer = _ask(netbox, asking(query, inside(netbox, query.kind), number))
        if answer.get("errors"):
            return query.name, f"answered {answer['errors'][0].get('message', '')[:200]}"
        return query.name, unfound(netbox, query, number, answer["data"][query.name]) if number else ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {name: said for name, said in pool.map(wrong, wanted) if said}


def of_models(fields: list[Mapping[str, Any]], models: Collection[str]) -> list[Query]:
    """Return the queries that list or show one of these models."""
    return [each for each in queries(fields) if _model(each.kind) in models]


def shown(netbox: NetBox, fields: list[Mapping[str, Any]], models: Collection[str]) -> dict[str, int]:
    """Return how many records each list of *models* shows to the user of this API; what is refused shows none."""
    lists = [each for each in of_models(fields, models) if each.lists and not each.wants_number]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda each: _ask(netbox, asking(each, ["__typename"], 0)), lists)
        return {
            each.name: len((answer.get("data") or {}).get(each.name) or ())
            for each, answer in zip(lists, answers, strict=True)
        }


def query_fields(netbox: NetBox) -> list[Mapping[str, Any]]:
    """Return what can be asked for; nothing where that cannot be told."""
    told = _ask(netbox, ASKED).get("data") or {}
    fields: list[Mapping[str, Any]] = told.get("__schema", {}).get("queryType", {}).get("fields", [])
    return fields


def unfound(netbox: NetBox, query: Query, number: int, records: Any) -> str:
    """Say that a list does not find a record where it is narrowed by all texts that this shows, or nothing."""
    listed: list[dict[str, Any]] = records if query.narrowed_by else []
    record = next((each for each in listed if str(each.get("id")) == str(number)), {})
    texts = {name: value for name, value in record.items() if isinstance(value, str) and value}
    narrow = dict(_narrow(netbox, query.narrowed_by, texts))
    if not narrow:
        return ""
    words = ", ".join(narrow.values())
    answer = _ask(netbox, f"{{ {query.name}({NARROWS}: {{{words}}}) {{ id }} }}")
    if answer.get("errors"):
        return f"narrowed by {', '.join(narrow)} answered {answer['errors'][0].get('message', '')[:200]}"
    found = [str(each["id"]) for each in answer["data"][query.name]]
    return "" if str(number) in found else f"narrowed by {', '.join(narrow)} does not find the record that shows them"


def _narrow(netbox: NetBox, kind: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a list can be narrowed by of a record's texts, each with how it is said."""
    for name, told in _inputs(netbox, kind).items():
        if name in texts and told["kind"] == "INPUT_OBJECT":
            exact = _inputs(netbox, told["name"]).get(EXACT, {})
            if exact.get("name") in TEXTS:
                yield name, f"{name}: {{{EXACT}: {json.dumps(texts[name])}}}"


def _inputs(netbox: NetBox, kind: str) -> dict[str, Mapping[str, Any]]:
    """Return the fields of what an argument takes, each with its kind."""
    told = _ask(netbox, f'{{ __type(name: "{kind}") {{ inputFields {{ name type {{ {KIND} }} }} }} }}')
    fields = ((told.get("data") or {}).get("__type") or {}).get("inputFields") or ()
    return {each["name"]: list(_unwrapped(each["type"]))[-1] for each in fields}


def queries(fields: list[Mapping[str, Any]]) -> Iterator[Query]:
    """Yield the fields of the query that answer with objects and want at most a number."""
    for each in fields:
        kinds = list(_unwrapped(each["type"]))
        needed = {arg["name"] for arg in each["args"] if arg["type"]["kind"] == "NON_NULL"}
        narrowed = next((_named(arg["type"]) for arg in each["args"] if arg["name"] == NARROWS), "")
        if kinds[-1]["kind"] == "OBJECT" and needed <= {"id"}:
            lists = any(k["kind"] == "LIST" for k in kinds)
            yield Query(each["name"], kinds[-1]["name"], lists, "id" in needed, narrowed)


def asking(query: Query, fields: list[str], number: int) -> str:
    """Return the words of a query."""
    argument = f"(id: {number})" if query.wants_number else ""
    return f"{{ {query.name}{argument} {{ {' '.join(fields)} }} }}"


def inside(netbox: NetBox, kind: str) -> list[str]:
    """Return what to ask of a type's records: each field that wants nothing, of another record just its kind."""
    asked = f"fields {{ name args {{ type {{ kind }} }} type {{ {KIND} }} }}"
    told = _ask(netbox, f'{{ __type(name: "{kind}") {{ {asked} }} }}')
    fields = told["data"]["__type"]["fields"]
    plain = {f["name"]: list(_unwrapped(f["type"]))[-1]["kind"] in PLAIN for f in fields if _wants_nothing(f)}
    return [name if is_plain else f"{name} {{ __typename }}" for name, is_plain in plain.items()] or ["__typename"]


def _wants_nothing(field: Mapping[str, Any]) -> bool:
    return all(arg["type"]["kind"] != "NON_NULL" for arg in field["args"])


def _unwrapped(kind: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a type and what it wraps: a list of what is never null is three of them."""
    yield kind
    if kind.get("ofType"):
        yield from _unwrapped(kind["ofType"])


def _named(kind: Mapping[str, Any]) -> str:
    return str(list(_unwrapped(kind))[-1]["name"])


def _model(kind: str) -> str:
    return kind.removesuffix("Type")


def _ask(netbox: NetBox, query: str) -> dict[str, Any]:
    answer = netbox.request("POST", "/graphql/", json={"query": query})
    if not answer.ok and "json" not in answer.headers.get("Content-Type", ""):
        return {"errors": [{"message": f"{answer.status_code}{words(answer)}"}]}
    told: dict[str, Any] = answer.json()
    return told
