"""A list holds what there is: what it does not find, finds without a cause, or loses between pages is told."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import imported

ROUTE = "/api/things/"
THING = {
    "id": 7, "name": "sample", "port": 3, "on": True, "note": "", "site": {"id": 4, "name": "s"},
    "kind": {"value": "a", "label": "A"}, "created": "now", "tags": [],
}  # fmt: skip
PARAMETERS = ("name", "port", "on", "note", "site", "site_id", "kind", "created", "tags", "name__ic", "limit", "lost")
DOCUMENT = {"paths": {ROUTE: {"get": {"parameters": [
    {"in": "query", "name": name, "schema": {"type": "string"}} for name in PARAMETERS
]}}}}  # fmt: skip


@pytest.fixture(scope="module")
def suite() -> Iterator[SimpleNamespace]:
    """Return what looks for records."""
    with imported("finding", "making") as modules:
        yield modules


class Lists:
    """An API with one thing that is found by what it shows, but for what a test says."""

    def __init__(self, *, blind: str = "", ignores: str = "", refuses: str = "", on_the_next: bool = False) -> None:
        self.blind, self.ignores, self.refuses, self.on_the_next = blind, ignores, refuses, on_the_next

    def get(self, _: str) -> dict[str, Any]:
        """Return the thing."""
        return dict(THING)

    def request(self, _: str, __: str, *, params: dict[str, Any]) -> SimpleNamespace:
        """Return the list, narrowed."""
        if self.refuses in params:
            return _said(400, {self.refuses: ["No."]})
        held = {"name": "sample", "port": 3, "on": "true", "site_id": 4, "kind": "a"}
        asked = {name: value for name, value in params.items() if name not in {"limit", self.ignores}}
        found = self.blind not in params and all(held[name] == value for name, value in asked.items())
        results = [THING] if found else []
        return _said(200, {"results": [], "next": results} if self.on_the_next else {"results": results, "next": None})

    def every(self, _: str, first: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what is on a first page and on those that follow."""
        return [*first["results"], *(first["next"] or ())]


def _said(status: int, told: object) -> SimpleNamespace:
    return SimpleNamespace(status_code=status, ok=status < 400, json=lambda: told)


def test_a_list_is_narrowed_by_what_a_record_shows_and_another_record_by_its_number(suite: SimpleNamespace) -> None:
    assert suite.finding.wanted(DOCUMENT, ROUTE, THING) == {
        "name": "sample", "port": 3, "on": "true", "site_id": 4, "kind": "a",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("api", "words"),
    [
        (Lists(), ""),
        (Lists(refuses="port"), ""),
        (Lists(on_the_next=True), ""),
        (Lists(blind="port"), "/api/things/?port does not find the record that shows it"),
        (Lists(ignores="name"), "/api/things/?name finds a record that does not show it"),
    ],
)
def test_a_filter_that_does_not_find_or_does_not_narrow_is_told(api: Lists, words: str, suite: SimpleNamespace) -> None:
    assert suite.finding.unfound(api, DOCUMENT, suite.making.Made(7, ROUTE)) == words


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([[1], [2]], ""),
        ([[1], [1]], "holds 2 records, and its pages [1, 1]"),
        ([[1], []], "holds 2 records, and its pages [1]"),
        ([[1]], ""),
        ([[1]] * 10, ""),
    ],
)
def test_a_list_that_loses_or_repeats_a_record_between_its_pages_is_told(
    pages: list[list[int]], words: str, suite: SimpleNamespace
) -> None:
    api = SimpleNamespace(
        request=lambda *_, **__: _said(200, {"count": len(pages)}),
        get=lambda _, limit, offset: {"results": [{"id": each} for each in pages[offset]][:limit]},
    )
    assert suite.finding.unpaged(api, ROUTE) == words


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ('<input type="checkbox" name="pk" value="7"><input value="8" name="pk">', ""),
        ('<input type="checkbox" name="pk" value="8">', "leaves out [7] of [7, 8]"),
        ("<table></table>", ""),
    ],
)
def test_a_page_of_a_list_that_leaves_a_record_out_is_told(page: str, words: str, suite: SimpleNamespace) -> None:
    browser = SimpleNamespace(get=lambda _: SimpleNamespace(ok=True, text=page))
    assert suite.finding.unlisted(browser, "/things/", [7, 8]) == words


@pytest.mark.parametrize(("lists", "words"), [([7, 9, 8], ""), ([9, 7, 7], "leaves out [8] of [7, 8]")])
def test_what_is_not_on_the_first_page_is_looked_for_on_those_after_it(
    lists: list[int], words: str, suite: SimpleNamespace
) -> None:
    def opened(path: str) -> SimpleNamespace:
        page = int(path.rpartition("=")[2])
        return SimpleNamespace(ok=True, text=f'<input name="pk" value="{lists[min(page, len(lists)) - 1]}">')

    assert suite.finding.unlisted(SimpleNamespace(get=opened), "/things/", [7, 8]) == words


def test_a_page_that_is_refused_after_the_last_hides_nothing(suite: SimpleNamespace) -> None:
    def opened(path: str) -> SimpleNamespace:
        return SimpleNamespace(ok=path.endswith("&page=1"), text='<input name="pk" value="7">')

    assert suite.finding.unlisted(SimpleNamespace(get=opened), "/things/", [7, 8]) == "leaves out [8] of [7, 8]"


def test_a_list_of_another_form_holds_no_record(suite: SimpleNamespace) -> None:
    api = SimpleNamespace(get=lambda _: {"id": 7, "name": "s"}, request=lambda *_, **__: _said(200, {"count": 0}))
    words = "/api/things/?name does not find the record that shows it"
    assert suite.finding.unfound(api, DOCUMENT, suite.making.Made(7, ROUTE)) == words
