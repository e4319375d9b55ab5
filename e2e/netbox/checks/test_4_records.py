"""Records of every model the plugin has: shown, edited, listed, exported, searched, and taken away again.

Nothing here knows what plugin it is: models and addresses are what NetBox told, records are made by the API's own
description. A record that cannot be made is not tried; the report says why.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests
from contracts import PLUGIN
from words import words

import filters
from cell import CANDIDATE, Cell
from finding import unfound, unlisted, unpaged
from forms import confirmed, main_form
from forms import refused as wrong_in
from graphql_queries import faults
from imports import FORM, Imported
from keeping import lost, settled, told
from many import Sent, missing
from netbox import Browser, NetBox
from pages import refusals, summary
from records import NEEDS, Records

pytestmark = pytest.mark.phases(CANDIDATE)
EDIT = "bulk-edit"
MOVED = {requests.codes.found, requests.codes.see_other}


@pytest.mark.contract("plugin.record-api", PLUGIN, needs=NEEDS)
def test_the_api_shows_and_changes_a_record(records: Records, netbox: NetBox, cell: Cell) -> None:
    """What was made is shown, and takes a change that changes nothing."""

    def answers(path: str) -> requests.Response:
        shown = netbox.request("GET", path)
        return netbox.request("PATCH", path, json={}) if shown.ok else shown

    paths = [shown.own.address for shown in records.models if shown.own]
    refused = refusals(paths, answers)
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(paths)} records {summary(refused)}"


@pytest.mark.contract("plugin.record-values", PLUGIN, needs=NEEDS)
def test_a_record_keeps_what_it_is_told(records: Records, netbox: NetBox, cell: Cell) -> None:
    """What is sent to the API is what it shows then: of a new record, and of one that is changed."""
    said = {record.address: told(netbox, records.maker, record) for record in records.made}
    wrong = cell.undeclared({address: words for address, words in said.items() if words})
    first = "; ".join(f"{address}: {words}" for address, words in list(wrong.items())[:3])
    assert not wrong, f"of {len(said)} records {len(wrong)} do not keep what they are told: {first}"


@pytest.mark.contract("plugin.record-forms", PLUGIN, needs=NEEDS)
def test_a_record_can_be_edited_and_its_deletion_asked_for(
    records: Records, browser: Browser, netbox: NetBox, cell: Cell
) -> None:
    """Both forms open; what is sent back as it was shown is taken and loses nothing, if nothing is missing in it."""
    paths = [path for shown in records.models for kind in ("edit", "delete") for path in shown.of_record(kind)]
    refused = refusals(paths, browser.get)
    edits = {path: record for shown in records.models for path, record in shown.edits.items() if path not in refused}
    before = {path: settled(netbox.get(record.address)) for path, record in edits.items()}
    said: dict[str, str] = {}
    refused |= refusals(edits, lambda path: _sent_back(browser, path, said))
    refused |= {path: f"refuses what it shows: {wrong}" for path, wrong in said.items() if not missing(wrong)}
    gone = {path: lost(held, netbox.get(edits[path].address)) for path, held in before.items()}
    refused |= {path: f"loses what the record holds: {each}" for path, each in gone.items() if each}
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(paths)} forms {summary(refused)}"


def _sent_back(browser: Browser, path: str, said: dict[str, str]) -> requests.Response:
    """Send the form of a page as it is shown, and write down what it says to be wrong, where it comes back."""
    page = browser.get(path)
    form = main_form(page.text)
    answer = browser.post(path, form.fields) if form else page
    if form and answer.status_code == requests.codes.ok:
        said[path] = wrong_in(answer.text)
    return answer


@pytest.mark.contract("plugin.bulk", PLUGIN, needs=NEEDS)
def test_many_records_can_be_edited_and_deleted_at_once(
    records: Records, browser: Browser, netbox: NetBox, cell: Cell
) -> None:
    """The form for one chosen record opens; of one that was made here it is sent, and changes what was changed in it.

    A text is, where there is one; all else is as the form shows it.
    """
    chosen = {
        f"/{shown.pages[kind]}": str(shown.number)
        for shown in records.models
        for kind in (EDIT, "bulk-rename", "bulk-delete")
        if kind in shown.pages and shown.number
    }
    refused = refusals(chosen, lambda path: browser.post(path, [("pk", chosen[path])]))
    own = {f"/{shown.pages[EDIT]}": shown.own for shown in records.models if EDIT in shown.pages and shown.own}
    sent = {path: Sent.of(netbox, record) for path, record in own.items() if path not in refused}
    refused |= refusals(sent, lambda path: sent[path].apply(browser, path))
    done = {path: each.told(netbox) for path, each in sent.items() if path not in refused}
    refused = cell.undeclared(refused | {path: said for path, said in done.items() if said})
    assert not refused, f"of {len(chosen)} forms for many records {summary(refused)}"


@pytest.mark.contract("plugin.imports", PLUGIN, needs=NEEDS)
def test_records_can_be_changed_by_data(records: Records, browser: Browser, netbox: NetBox, cell: Cell) -> None:
    """An import that names a record changes it; one that lacks what a new record needs is refused in words."""
    own = {
        f"/{shown.pages[FORM]}": Imported(shown.own) for shown in records.models if FORM in shown.pages and shown.own
    }
    refused = refusals(own, lambda path: own[path].send(browser, path))
    done = {path: each.told(netbox) for path, each in own.items() if path not in refused}
    refused = cell.undeclared(refused | {path: said for path, said in done.items() if said})
    assert not refused, f"of {len(own)} imports {summary(refused)}"


@pytest.mark.contract("plugin.lists", PLUGIN, needs=NEEDS)
def test_the_lists_can_be_searched_and_exported(records: Records, browser: Browser, netbox: NetBox, cell: Cell) -> None:
    """As a page, as a table and as data, with words to look for and without; through the API, too."""
    lists = [f"/{shown.pages['list']}" for shown in records.models if "list" in shown.pages]
    paths = [f"{path}?{query}" for path in lists for query in ("export", "export=table", "q=sample")]
    refused = refusals(paths, browser.get)
    apis = [
        f"{shown.api}?{query}"
        for shown in records.models
        if shown.api
        for query in ("q=sample", "brief=true", "ordering=-id")
    ]
    refused |= refusals(apis, lambda path: netbox.request("GET", path))
    refused |= refusals(["/search/?q=sample"], browser.get)
    refused |= {shown.api: said for shown in records.models if shown.api and (said := unpaged(netbox, shown.api))}
    pages = {f"/{shown.pages['list']}": shown.numbers for shown in records.models if "list" in shown.pages}
    left = {path: unlisted(browser, path, numbers) for path, numbers in pages.items() if path not in refused}
    refused |= {path: said for path, said in left.items() if said}
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(paths) + len(apis)} lists {summary(refused)}"


@pytest.mark.contract("plugin.filters", PLUGIN, needs=NEEDS)
def test_the_lists_can_be_narrowed(records: Records, netbox: NetBox, schema: dict[str, Any], cell: Cell) -> None:
    """By all at once that the API says, and by what a record shows: that is found; a value may be refused in words."""
    routes = [shown.api for shown in records.models if shown.api]
    wrong = filters.faults(netbox, schema, routes)
    lost = {record.address: unfound(netbox, schema, record) for record in records.made}
    wrong = cell.undeclared(wrong | {address: said for address, said in lost.items() if said})
    assert not wrong, f"of {len(routes)} lists {summary(wrong)}"


@pytest.mark.contract("plugin.graphql", PLUGIN, needs=NEEDS)
def test_graphql_answers(records: Records, netbox: NetBox, cell: Cell) -> None:
    """Every field of the query that lists or shows a model of the plugin's answers without an error."""
    wrong = cell.undeclared(faults(netbox, {shown.label.rpartition(".")[2]: shown.number for shown in records.models}))
    assert not wrong, f"of GraphQL's queries {summary(wrong)}"


@pytest.mark.contract("plugin.deletion", PLUGIN, needs=NEEDS)
def test_records_can_be_deleted(records: Records, browser: Browser, netbox: NetBox, cell: Cell) -> None:
    """What is confirmed is gone, alone or as one of many; what the API deletes, too, or refused as others need it."""
    doomed: dict[str, tuple[str, Callable[[str], requests.Response]]] = {}
    for shown in records.models:
        if shown.own and (paths := shown.of_record("delete")):
            doomed[shown.own.address] = paths[0], lambda path: confirmed(browser, path)
        if shown.second and (path := shown.pages.get("bulk-delete")):
            sent = [("pk", str(shown.second.number)), ("confirm", "true"), ("_confirm", "")]
            doomed[shown.second.address] = f"/{path}", partial(browser.post, fields=sent)

    def deleted(address: str) -> tuple[str, str]:
        path, ask = doomed[address]
        answer = ask(path)
        if answer.status_code >= requests.codes.internal_server_error:
            return path, f"answered {answer.status_code}{words(answer)}"
        # Where others need a record, the API refuses to delete it, too.
        left = (
            answer.status_code in MOVED and netbox.request("DELETE", address).status_code == requests.codes.no_content
        )
        return path, "was confirmed, and the record is there" if left else ""

    # One after the other, the newest first: what others need is not taken away under their feet.
    told = dict(deleted(record.address) for record in reversed(records.maker.made) if record.address in doomed)
    refused = {path: said for path, said in told.items() if said}
    refused = cell.undeclared(refused | dict(records.maker.unmake()))
    assert not refused, f"of {len(told)} deletions {summary(refused)}"
