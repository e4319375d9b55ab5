"""Ordinary users see what they may, and no more: of every model that the plugin has, whatever plugin it is."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from contracts import PLUGIN

import columns
from cell import CANDIDATE, Cell
from graphql_queries import query_fields
from graphql_queries import shown as shown_by_graphql
from netbox import AT_ONCE, NetBox
from pages import refusals, summary
from people import Person, Right, dismissed, hired
from records import NEEDS, Records

pytestmark = pytest.mark.phases(CANDIDATE)
Seen = dict[str, tuple[str, int, dict[str, Any]]]
TOO_MUCH = "shows {} records to a user who may see none"


@pytest.fixture(scope="module")
def seen(records: Records, facts: dict[str, Any]) -> Seen:
    """Return for each model with a record its API's list, the record's number, and its pages."""
    return {
        shown.label: (shown.api, shown.other or shown.number, facts["shown"][shown.label])
        for shown in records.models
        if shown.api and shown.numbers
    }


@pytest.fixture(scope="module")
def people(netbox: NetBox, facts: dict[str, Any]) -> Iterator[dict[str, Person]]:
    """Return a user without rights, one who may see everything of the plugin's, and one who may see none of it."""
    models = tuple(label.lower() for label in facts["shown"])
    # A plugin may show a record only to whoever may see what it belongs to.
    around = sorted({model for each in facts["shown"].values() for model in each["relations"].values()} - set(models))
    made = {
        "stranger": hired(netbox, "stranger", ()),
        "reader": hired(netbox, "reader", [Right((*models, *around), ("view",))]),
        "narrow": hired(netbox, "narrow", [Right(models, ("view",), {"pk": 0})]),
    }
    yield made
    for person in made.values():
        dismissed(netbox, person)


def _page(each: dict[str, Any], number: int, kind: str) -> str:
    path = each["record"].get(kind, "")
    return f"/{path.replace('{pk}', str(number))}" if path else ""


def held(answer: requests.Response) -> int:
    """Return how many records an API route shows: a list's count, or one where the answer has a number."""
    told = answer.json() if "json" in answer.headers.get("Content-Type", "") else None
    if isinstance(told, dict):
        return int(told["count"]) if isinstance(told.get("count"), int) else int(isinstance(told.get("id"), int))
    return sum(1 for each in told if isinstance(each, dict) and "id" in each) if isinstance(told, list) else 0


def _shown_to(person: Person, seen: Seen, further: Iterable[str]) -> dict[str, str]:
    """Return what a person is shown who may see none of it: of the records, and by *further* routes of the API."""

    def leaks(path: str) -> tuple[str, str]:
        answer = person.api.request("GET", path) if path.startswith("/api/") else person.browser.get(path)
        if answer.status_code != requests.codes.ok:
            return path, ""
        count = held(answer) if path.startswith("/api/") else 1
        return path, TOO_MUCH.format(count) if count else ""

    paths = [
        path
        for route, number, each in seen.values()
        for path in (route, f"{route}{number}/", _page(each, number, ""))
        if path
    ]
    paths += sorted({*further} - {*paths})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {path: said for path, said in pool.map(leaks, paths) if said}


@pytest.mark.contract("plugin.strangers", PLUGIN, needs=NEEDS)
@pytest.mark.parametrize("who", ["stranger", "narrow"])
def test_who_may_see_nothing_is_shown_nothing(
    people: dict[str, Person], seen: Seen, facts: dict[str, Any], cell: Cell, who: str
) -> None:
    """Neither a user without rights, nor one whose right covers no record, is shown one: by the API or on a page."""
    shown = cell.undeclared(_shown_to(people[who], seen, [f"/{route}" for route in facts["api"]]))
    assert not shown, (
        f"of {len(seen)} models, {len(shown)} places show too much: {next(iter(shown))} {next(iter(shown.values()))}"
    )


@pytest.mark.contract("plugin.strangers", PLUGIN, needs=NEEDS)
@pytest.mark.parametrize("who", ["stranger", "narrow"])
def test_who_may_see_nothing_is_shown_nothing_by_graphql(
    people: dict[str, Person], seen: Seen, netbox: NetBox, cell: Cell, who: str
) -> None:
    """None of the records is in a list of GraphQL's, which knows of rights only where a type asks for them."""
    told = shown_by_graphql(people[who].api, query_fields(netbox), [label.rpartition(".")[2] for label in seen])
    shown = cell.undeclared({name: TOO_MUCH.format(count) for name, count in told.items() if count})
    assert not shown, f"of {len(told)} lists of GraphQL's, {len(shown)} show too much: {summary(shown)}"


@pytest.mark.contract("plugin.readers", PLUGIN, needs=NEEDS)
def test_who_may_see_everything_is_shown_it(people: dict[str, Person], seen: Seen, cell: Cell) -> None:
    """Lists and records open for a user who has the right to see them, and no other right."""
    reader = people["reader"]
    apis = [path for route, number, _ in seen.values() for path in (route, f"{route}{number}/")]
    pages = [f"/{each['pages']['list']}" for _, _, each in seen.values() if "list" in each["pages"]]
    pages += [path for _, number, each in seen.values() if (path := _page(each, number, ""))]
    refused = refusals(apis, lambda path: reader.api.request("GET", path), forbidden=True)
    refused |= refusals(pages, reader.browser.get, forbidden=True)
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(apis) + len(pages)} places that a reader may see {summary(refused)}"


@pytest.mark.contract("plugin.columns", PLUGIN, needs=NEEDS)
def test_the_lists_show_every_column_and_are_sorted_by_it(
    people: dict[str, Person], seen: Seen, facts: dict[str, Any], cell: Cell
) -> None:
    """A person who chooses all the columns of a table, and sorts by each, sees the list all the same.

    No column shows nothing of what the records have.
    """
    known = {f"/{path}": table for path, table in facts.get("tables", {}).items()}
    lists = [f"/{each['pages']['list']}" for _, _, each in seen.values() if "list" in each["pages"]]
    tables = {path: known[path] for path in lists if path in known}
    if not tables:
        pytest.skip("not applicable: no list of the plugin's shows a table of records")
    reader = people["reader"]
    columns.shown_whole(reader.api, tables)
    routes = {f"/{each['pages']['list']}": route for route, _, each in seen.values() if "list" in each["pages"]}
    wrong = columns.faults(reader.browser, tables)
    wrong = cell.undeclared(columns.untold(reader.api, reader.browser, tables, routes) | wrong)
    assert not wrong, f"of {len(tables)} lists {summary(wrong)}"


@pytest.mark.contract("plugin.writers", PLUGIN, needs=NEEDS)
def test_who_may_only_see_changes_nothing(people: dict[str, Person], seen: Seen, cell: Cell) -> None:
    """Forms and the API refuse a user who has the right to see, and no other."""
    reader = people["reader"]
    open_ = {}
    for route, number, each in seen.values():
        if reader.api.request("PATCH", f"{route}{number}/", json={}).ok:
            open_[f"PATCH {route}N/"] = "is taken from a user who may only see"
        for path in (
            f"/{each['pages']['add']}" if "add" in each["pages"] else "",
            _page(each, number, "edit"),
            _page(each, number, "delete"),
        ):
            if path and reader.browser.get(path).status_code == requests.codes.ok:
                open_[path] = "opens for a user who may only see"
    open_ = cell.undeclared(open_)
    assert not open_, (
        f"{len(open_)} ways to change something are open: {next(iter(open_))} {next(iter(open_.values()))}"
    )
