"""GraphQL by its own description: each query that lists or shows a model is asked for all that is plain in it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from words import words

from netbox import AT_ONCE, NetBox

KIND = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"
ASKED = f"{{ __schema {{ queryType {{ fields {{ name args {{ name type {{ {KIND} }} }} type {{ {KIND} }} }} }} }} }}"
PLAIN = frozenset({"SCALAR", "ENUM"})


@dataclass(frozen=True)
class Query:
    """One field of the query: what it answers with, and whether it lists or wants a number."""

    name: str
    kind: str
    lists: bool
    wants_number: bool


def faults(netbox: NetBox, models: Mapping[str, int]) -> dict[str, str]:
    """Return what is wrong with the queries of *models* (a record's number of each), by query."""
    told = _ask(netbox, ASKED)
    if "errors" in told:
        return {"the schema": str(told["errors"])[:200]}
    fields = told["data"]["__schema"]["queryType"]["fields"]
    wanted = [each for each in queries(fields) if _model(each.kind) in models]

    def wrong(query: Query) -> tuple[str, str]:
        number = models[_model(query.kind)]
        if query.wants_number and not number:
            return query.name, ""
        answer = _ask(netbox, asking(query, plain_fields(netbox, query.kind), number))
        return query.name, f"answered {answer['errors'][0].get('message', '')[:200]}" if answer.get("errors") else ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {name: said for name, said in pool.map(wrong, wanted) if said}


def queries(fields: list[Mapping[str, Any]]) -> Iterator[Query]:
    """Yield the fields of the query that answer with objects and want at most a number."""
    for each in fields:
        kinds = list(_unwrapped(each["type"]))
        needed = {arg["name"] for arg in each["args"] if arg["type"]["kind"] == "NON_NULL"}
        if kinds[-1]["kind"] == "OBJECT" and needed <= {"id"}:
            yield Query(each["name"], kinds[-1]["name"], any(k["kind"] == "LIST" for k in kinds), "id" in needed)


def asking(query: Query, fields: list[str], number: int) -> str:
    """Return the words of a query."""
    argument = f"(id: {number})" if query.wants_number else ""
    return f"{{ {query.name}{argument} {{ {' '.join(fields)} }} }}"


def plain_fields(netbox: NetBox, kind: str) -> list[str]:
    """Return the fields of a type that hold a value and want nothing."""
    told = _ask(netbox, f'{{ __type(name: "{kind}") {{ fields {{ name args {{ name }} type {{ {KIND} }} }} }} }}')
    fields = told["data"]["__type"]["fields"]
    plain = [f["name"] for f in fields if not f["args"] and list(_unwrapped(f["type"]))[-1]["kind"] in PLAIN]
    return plain or ["__typename"]


def _unwrapped(kind: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a type and what it wraps: a list of what is never null is three of them."""
    yield kind
    if kind.get("ofType"):
        yield from _unwrapped(kind["ofType"])


def _model(kind: str) -> str:
    return kind.removesuffix("Type")


def _ask(netbox: NetBox, query: str) -> dict[str, Any]:
    answer = netbox.request("POST", "/graphql/", json={"query": query})
    if not answer.ok and "json" not in answer.headers.get("Content-Type", ""):
        return {"errors": [{"message": f"{answer.status_code}{words(answer)}"}]}
    told: dict[str, Any] = answer.json()
    return told
