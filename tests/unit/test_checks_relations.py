"""What belongs to what, what is slow, lost or shown to strangers: each of these contracts holds, and refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import checks

MODULES = (
    "datacenters", "answers", "proxmox_side", "holdings", "pages", "netbox", "filters", "test_1_up", "test_4_people",
    "test_4_pages", "test_4_relations",
)  # fmt: skip

Kinds = dict[str, dict[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the modules of the checks."""
    with checks(pytestconfig, *MODULES) as modules:
        yield modules


@pytest.fixture
def world(suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what the mock holds of the small datacenter."""
    held = suite.answers.answers(suite.datacenters.small(1))
    proxmox = suite.proxmox_side.Proxmox("https://mock.invalid")
    monkeypatch.setattr(type(proxmox), "get", lambda _, path, **__: held[f"/api2/json/{path}"]["data"])
    return proxmox.world()


@pytest.fixture
def kinds(world: Any) -> Kinds:
    """Return what NetBox holds after a synchronisation that did everything right."""
    lists: dict[str, list[dict[str, Any]]] = {
        "virtual-machines": [
            {"name": g.name, "primary_ip4": next(({"address": n.address} for n in g.nics if n.address), None)}
            for g in world.guests
        ],
        "interfaces": [
            {"virtual_machine": {"name": g.name}, "name": n.name, "mac_address": n.mac, "enabled": True}
            for g in world.guests
            for n in g.nics
        ],
        "virtual-disks": [
            {"virtual_machine": {"name": g.name}, "name": disk, "storage": where}
            for g in world.guests
            for disk, where in g.stored
        ],
        "ip-addresses": [
            {"address": n.address, "assigned_object": {"virtual_machine": {"name": g.name}, "name": n.name}}
            for g in world.guests
            for n in g.nics
            if n.address
        ]
        + [
            {"address": address, "assigned_object": {"device": {"name": node}, "name": "vmbr0"}}
            for node, address in zip(world.nodes, world.node_addresses, strict=True)
        ],
    }
    kinds = {
        kind: {place: {"id": place, **record} for place, record in enumerate(each)} for kind, each in lists.items()
    }
    cards = {place: {"vm_interface": {"id": place}} for place in kinds["interfaces"]}
    kinds["plugin:sync-state/vm-interfaces"] = cards
    kinds["plugin:sync-state/virtual-disks"] = {
        place: {"virtual_disk": {"id": place}, "proxbox_storage": {"name": disk["storage"]}}
        for place, disk in kinds["virtual-disks"].items()
    }
    return kinds


def _found(suite: SimpleNamespace, kinds: Kinds, world: Any) -> list[str]:
    held, checks = suite.holdings.Holdings(kinds), suite.test_4_relations
    found = [said for guest in world.guests for said in checks.cards(held, guest)]
    return [
        *found,
        *checks.places(held, world),
        *checks.primaries(held, world),
        *checks.disk_storages(held, world),
        *checks.stateless(held),
    ]


def test_what_belongs_to_what_as_in_proxmox_is_all_right(suite: SimpleNamespace, kinds: Kinds, world: Any) -> None:
    assert _found(suite, kinds, world) == []


Change = Callable[[Kinds], object]
DISKS = "plugin:sync-state/virtual-disks"


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("is called other", lambda k: k["interfaces"][0].update(name="other")),
        ("is off", lambda k: k["interfaces"][0].update(enabled=False)),
        ("is on no interface", lambda k: k["ip-addresses"][0].update(assigned_object=None)),
        (
            "is on other eth0",
            lambda k: k["ip-addresses"][0]["assigned_object"].update(virtual_machine={"name": "other"}),
        ),
        ("of a node is on", lambda k: k["ip-addresses"][2].update(assigned_object={"device": None, "name": "x"})),
        ("primary address", lambda k: k["virtual-machines"][2].update(primary_ip4=None)),
        ("is kept on None", lambda k: k[DISKS][0].update(proxbox_storage=None)),
        ("is kept on local", lambda k: k[DISKS][0].update(proxbox_storage={"name": "local"})),
        ("has 0 states", lambda k: k["plugin:sync-state/vm-interfaces"].pop(0)),
        ("has 2 states", lambda k: k["plugin:sync-state/vm-interfaces"].update({99: {"vm_interface": {"id": 0}}})),
    ],
)
def test_a_relation_that_is_wrong_is_told(
    said: str, change: Change, suite: SimpleNamespace, kinds: Kinds, world: Any
) -> None:
    change(kinds)
    found = _found(suite, kinds, world)
    assert len(found) == 1
    assert said in found[0]


def _answer(seconds: float) -> SimpleNamespace:
    return SimpleNamespace(status_code=200, headers={}, text="", elapsed=timedelta(seconds=seconds))


def test_an_answer_that_is_slow_twice_is_refused_and_one_that_was_slow_once_is_not(suite: SimpleNamespace) -> None:
    usual = {f"usual-{number}": [0.2] for number in range(9)}
    took = usual | {"compiled": [15.0, 0.2], "always": [15.0, 14.0]}
    refused = suite.pages.refusals(list(took), lambda path: _answer(took[path].pop(0)))
    assert refused == {"always": "took 15 s, and 14 s when it was asked again"}


def test_where_everything_is_slow_the_machine_is(suite: SimpleNamespace) -> None:
    assert suite.pages.slow(dict.fromkeys("abcde", 12.0)) == {}
    assert suite.pages.slow({"first": 99.0, "second": 0.1}) == {}
    assert suite.pages.slow({"first": 41.0, "second": 0.1, "third": 2.0}) == {"first": 41.0}
    assert suite.pages.slow({}) == {}


@pytest.mark.parametrize(
    ("undone", "stuck"),
    [
        ([("1", True), ("2", True), ("3", False)], ["app.3"]),
        ([("1", True), ("2", True)], []),
        ([("1", False), ("2", True), ("3", False)], []),
        ([("00", False), *((f"{number:02}", True) for number in range(1, 10)), ("10", False)], ["app.10"]),
        ([("1", False)], []),
        ([], []),
    ],
)
def test_only_a_plugin_that_always_had_a_way_back_loses_one(
    undone: list[tuple[str, bool]], stuck: list[str], suite: SimpleNamespace
) -> None:
    assert suite.test_1_up.dead_ends({"app": undone}) == stuck


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ({"count": 3, "results": []}, 3),
        ({"id": 1, "key": "x"}, 1),
        ({"things": "http://netbox/api/plugins/app/things/"}, 0),
        ([{"id": 1}, {"id": 2}, {"name": "x"}], 2),
        ("words", 0),
    ],
)
def test_what_an_api_route_shows_is_counted(told: object, count: int, suite: SimpleNamespace) -> None:
    answer = SimpleNamespace(headers={"Content-Type": "application/json"}, json=lambda: told)
    assert suite.test_4_people.held(answer) == count
    assert suite.test_4_people.held(SimpleNamespace(headers={"Content-Type": "text/csv"})) == 0


def test_a_file_that_a_page_links_to_must_be_the_plugin_s_or_netbox_s(suite: SimpleNamespace) -> None:
    facts = {"plugins": {"vendor.app": {}}, "static": ["app/a.css", "other/b.js"]}
    page = """<link href="/static/app/a.css?v=1"><script src='/static/other/c.js'></script><img src="/static/logo.svg">
              <link href="/static/app/gone.css">"""
    linked = set(suite.netbox.static_files(SimpleNamespace(headers={"Content-Type": "text/html"}, text=page)))
    assert suite.test_4_pages.lost_files(linked, facts) == {"other/c.js", "app/gone.css"}
    assert suite.test_4_pages.lost_files({"app/a.css"}, {"plugins": {"vendor.app": {}}, "static": []}) == {"app/a.css"}
    assert suite.netbox.static_files(SimpleNamespace(headers={}, text=page)) == []


class Narrowed:
    """A NetBox whose list takes a colour of its own choice, and fails where it is narrowed by size."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []

    def request(self, _: str, __: str, params: dict[str, Any]) -> SimpleNamespace:
        """Answer, and keep what was asked."""
        self.asked.append(set(params))
        told = {"colour": ["no such"]} if "colour" in params else {"detail": "no column"}
        status = 400 if "colour" in params else 500 if "size" in params else 200
        headers = {"Content-Type": "application/json"}
        return SimpleNamespace(status_code=status, json=lambda: told, text="", headers=headers)


PARAMETERS = [
    {"in": "query", "name": "colour", "schema": {"type": "array", "items": {"type": "string"}}},
    {"in": "query", "name": "size", "schema": {"type": "integer"}},
    {"in": "query", "name": "size__gt", "schema": {"type": "integer"}},
    {"in": "query", "name": "on", "schema": {"type": "boolean"}},
    {"in": "query", "name": "limit", "schema": {"type": "integer"}},
    {"in": "path", "name": "id", "schema": {"type": "integer"}},
]


def test_a_list_is_narrowed_by_all_at_once_and_the_filter_that_fails_is_named(suite: SimpleNamespace) -> None:
    document = {"paths": {"/things/": {"get": {"parameters": PARAMETERS}}, "/plain/": {"get": {}}}}
    wanted = suite.filters.filters(document, "/things/")
    assert (wanted.keys(), wanted["size"], wanted["on"]) == ({"colour", "size", "on"}, 1, "false")
    netbox = Narrowed()
    assert suite.filters.faults(netbox, document, ["/things/", "/plain/"]) == {
        "/things/?size": "answered 500 (no column)"
    }
    assert netbox.asked[:2] == [{"colour", "size", "on"}, {"size", "on"}]
