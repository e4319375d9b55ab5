"""A record that shows what it was told keeps it, however that is written; what is lost or another value is told."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import imported

TEXT = {"type": "string"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "name": TEXT,
    "mac_address": TEXT,
    "begins": {"type": "string", "format": "date"},
    "kind": {"type": "string", "enum": ["a", "b", ""]},
    "enabled": {"type": "boolean"},
    "port": {"type": "integer", "maximum": 9},
    "secret": TEXT,
    "tags": {"type": "array"},
    "site": {"type": "integer"},
}
SHOWN = {
    "id": 1, "name": "n", "mac_address": "x", "begins": "2026-01-02", "kind": {"value": "a", "label": "A"},
    "enabled": True, "port": 9, "tags": [], "site": {"id": 3}, "things_count": 4, "last_updated": "now",
}  # fmt: skip


@pytest.fixture(scope="module")
def suite() -> Iterator[SimpleNamespace]:
    """Return what compares."""
    with imported("keeping", "api_description", "making") as modules:
        yield modules


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("A name", "a-name"),
        ("198.51.7.0/24", {"value": "198.51.7.0/24"}),
        ("b", {"value": "b", "label": "B"}),
        ("", None),
        ("c2FtcGxl", "https://netbox.example/media/1_sample"),
        (7, {"id": 7, "display": "seven"}),
        (7, "7.00"),
        (7, 7.0),
        (True, True),
        ([7, 8], [{"id": 8}, {"id": 7}, {"id": 9}]),
        ([], None),
        ({}, None),
        (None, "made up"),
        (None, False),
    ],
)
def test_what_stands_for_what_was_sent_is_kept(sent: object, shown: object, suite: SimpleNamespace) -> None:
    assert suite.keeping.kept(sent, shown)
    assert suite.keeping.departures({"x": sent}, {"x": shown}) == suite.keeping.departures({"x": sent}, {}) == ""


@pytest.mark.parametrize(
    ("sent", "shown", "words"),
    [
        ("a name", "", "x is '', not 'a name'"),
        ("a name", None, "x is None, not 'a name'"),
        ("a name", "another", "x is 'another', not 'a name'"),
        ("b", {"value": "a", "label": "A"}, "x is 'a', not 'b'"),
        (7, {"id": 8}, "x is 8, not 7"),
        (7, None, "x is None, not 7"),
        (7, 8, "x is 8, not 7"),
        (True, False, "x is False, not True"),
        (True, None, "x is None, not True"),
        ([7, 8], [{"id": 7}], "x is [7], not [7, 8]"),
    ],
)
def test_what_is_lost_or_another_is_told(sent: object, shown: object, words: str, suite: SimpleNamespace) -> None:
    assert suite.keeping.departures({"x": sent}, {"x": shown}) == words


def test_each_plain_field_that_is_shown_and_can_be_told_is_changed(suite: SimpleNamespace) -> None:
    taken = suite.api_description.Field
    fields = [
        taken(name, schema, required=True, refers_to="Site" if name == "site" else "")
        for name, schema in SCHEMAS.items()
    ]
    changes = suite.keeping.changes(fields, SHOWN)
    assert changes.keys() == {"name", "kind", "enabled", "port"}
    assert (changes["kind"], changes["enabled"], changes["port"]) == ("b", False, 8)
    assert changes["name"] != "n"


def test_an_edit_that_changes_nothing_may_move_times_and_counts(suite: SimpleNamespace) -> None:
    told = suite.keeping.settled(SHOWN)
    assert told == {
        "id": 1, "name": "n", "mac_address": "x", "begins": "2026-01-02", "kind": "a", "enabled": True, "port": 9,
        "tags": [], "site": 3,
    }  # fmt: skip
    assert suite.keeping.departures(told, SHOWN | {"things_count": 5, "last_updated": "later"}) == ""
    assert suite.keeping.departures(told, SHOWN | {"site": None}) == "site is None, not 3"


def test_what_becomes_another_is_not_lost_and_what_becomes_nothing_is(suite: SimpleNamespace) -> None:
    held = {"name": "n", "status": "active", "on": True, "tags": [1], "note": "", "off": False}
    assert suite.keeping.lost(held, held | {"status": {"value": "stale"}, "note": "x", "off": True}) == ""
    assert suite.keeping.lost(held, held | {"on": False, "tags": []}) == "on is False, not True; tags is [], not [1]"


class Api:
    """An API that keeps all changes but of one field, refuses one, and may crash."""

    def __init__(self, *, loses: str = "", refuses: str = "", status: int = 200) -> None:
        self.loses, self.refuses, self.status, self.held = loses, refuses, status, dict(SHOWN)

    def get(self, _: str) -> dict[str, Any]:
        """Return the record."""
        return dict(self.held)

    def request(self, _: str, __: str, *, json: dict[str, Any]) -> SimpleNamespace:
        """Take a change as NetBox does."""
        if self.refuses in json:
            return _said(400, {self.refuses: ["No."]})
        if self.status == 200:
            self.held |= {name: value for name, value in json.items() if name != self.loses}
        return _said(self.status, {"error": "boom"} if self.status == 500 else {"detail": "no"})


def _said(status: int, told: object) -> SimpleNamespace:
    kind = {"Content-Type": "application/json"}
    return SimpleNamespace(status_code=status, ok=status < 400, json=lambda: told, headers=kind, text=str(told))


@pytest.mark.parametrize(
    ("api", "words"),
    [
        (Api(), ""),
        (Api(loses="port"), "port is 9, not 8"),
        (Api(refuses="port"), ""),
        (Api(refuses="name", loses="enabled"), "enabled is True, not False"),
        (Api(status=403), ""),
        (Api(status=500), "answered 500 (boom) to a change of enabled, kind, name, port"),
    ],
)
def test_a_change_that_is_taken_is_kept_and_what_is_refused_of_it_is_left_out(
    api: Api, words: str, suite: SimpleNamespace
) -> None:
    body = {"type": "object", "required": ["name"], "properties": {n: s for n, s in SCHEMAS.items() if n != "site"}}
    post = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    described = suite.api_description.Described({"paths": {"/api/things/": {"post": post}}})
    maker = suite.making.Maker(api, described, {})
    assert suite.keeping.unkept(api, maker, suite.making.Made(1, "/api/things/")) == words


class Rules:
    """An API of rules for a host or a port: the direction that is sent holds for the kinds of *keeps* only."""

    def __init__(self, *keeps: str) -> None:
        self.keeps, self.held = keeps, list[dict[str, Any]]()

    def get(self, path: str) -> dict[str, Any]:
        """Return a rule."""
        return dict(self.held[int(path.rstrip("/").rpartition("/")[2])])

    def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
        """Keep a rule, or show what it may be for."""
        if method == "GET":
            return _said(200, {"results": [{"id": 5}]})
        if extra["json"].get("of", "dcim.host") not in {"dcim.host", "dcim.port"}:
            return _said(400, {"of": ["No such kind."]})
        record = self.held[int(path.split("/")[-2])] if method == "PATCH" else {}
        record |= extra["json"]
        record["direction"] = record["direction"] if record["of"] in self.keeps else "none"
        self.held += [record] if method == "POST" else []
        return _said(201 if method == "POST" else 200, {"id": len(self.held) - 1})


@pytest.mark.parametrize(
    ("keeps", "words"),
    [
        ((), "direction is 'none', not 'in'"),
        (("dcim.port",), ""),
        (("dcim.host", "dcim.port"), ""),
    ],
)
def test_what_follows_from_the_kind_that_a_record_refers_to_is_kept_where_that_is_another(
    keeps: tuple[str, ...], words: str, suite: SimpleNamespace
) -> None:
    fields = {"of": {"type": "string"}, "number": {"type": "integer"}, "direction": {"enum": ["in", "out", "none"]}}
    body = {"type": "object", "required": list(fields), "properties": fields}
    post = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    described, api = suite.api_description.Described({"paths": {"/api/rules/": {"post": post}}}), Rules(*keeps)
    several = {"/api/rules/": [suite.making.Several("of", "number", ("dcim.host", "dcim.port"))]}
    lists = {"dcim.host": "/api/hosts/", "dcim.port": "/api/ports/"}
    maker = suite.making.Maker(api, described, {}, several=several, lists=lists)
    assert suite.keeping.told(api, maker, maker.make("/api/rules/")) == words
    assert maker.passed_over == set()


class Doors:
    """An API of doors: a code is kept of one that is locked by a code, and of none that leads into a house."""

    def __init__(self, *, forgets: bool) -> None:
        self.forgets, self.held = forgets, list[dict[str, Any]]()

    def get(self, path: str) -> dict[str, Any]:
        """Return a door."""
        return dict(self.held[int(path.rstrip("/").rpartition("/")[2])])

    def request(self, method: str, path: str, **extra: Any) -> SimpleNamespace:
        """Keep a door, or show which house it may lead into."""
        if method == "GET":
            return _said(200, {"results": [{"id": 5}]})
        assert (method, path) == ("POST", "/api/doors/")
        record = dict(extra["json"])
        record["code"] = record["code"] if record["lock"] == "code" and "house" not in record else ""
        self.held.append(record | ({"code": ""} if self.forgets else {}))
        return _said(201, {"id": len(self.held) - 1})


@pytest.mark.parametrize(("forgets", "words"), [(True, "code is '', not 'sample-"), (False, "")])
def test_what_follows_from_a_choice_is_kept_where_another_is_made(
    *, forgets: bool, words: str, suite: SimpleNamespace
) -> None:
    fields = {
        "lock": {"type": "string", "enum": ["key", "code"]},
        "code": {"type": "string"},
        "house": {"type": "integer"},
    }
    body = {"type": "object", "required": ["lock"], "properties": fields}
    post = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    described, api = suite.api_description.Described({"paths": {"/api/doors/": {"post": post}}}), Doors(forgets=forgets)
    maker = suite.making.Maker(api, described, {"/api/doors/": {"house": "/api/houses/"}})
    said = suite.keeping.told(api, maker, maker.make("/api/doors/", whole=True))
    assert said.startswith(words)
    assert bool(said) is forgets
    assert len(maker.made) > 1  # they are taken away with the others
