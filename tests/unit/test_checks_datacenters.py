"""Datacenters come from a seed, move, and are compared with NetBox kind by kind and field by field."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import E2E, imported


@pytest.fixture(scope="module")
def suite() -> Iterator[SimpleNamespace]:
    """Return what makes and reads datacenters."""
    with imported("datacenters", "answers", "proxmox_side", "inventory", "kind", "holdings") as modules:
        yield modules


def _read(suite: SimpleNamespace, center: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    held = suite.answers.answers(center)
    proxmox = suite.proxmox_side.Proxmox("https://mock.invalid")
    monkeypatch.setattr(type(proxmox), "get", lambda _, path, **__: held[f"/api2/json/{path}"]["data"])
    return suite.inventory.Inventory(proxmox, proxmox.world())


def test_a_seed_makes_the_same_datacenter_and_another_one_another(suite: SimpleNamespace) -> None:
    assert suite.datacenters.small(1) == suite.datacenters.small(1) != suite.datacenters.small(2)
    assert suite.datacenters.large(1) == suite.datacenters.large(1) != suite.datacenters.large(2)


@pytest.mark.parametrize("seed", range(20))
def test_a_small_datacenter_has_something_of_every_kind(
    seed: int, suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _read(suite, suite.datacenters.small(seed), monkeypatch)
    assert all(kind.records for kind in read.kinds().values())
    assert {guest.kind for guest in read.world.guests} == {"qemu", "lxc"}
    assert {guest.running for guest in read.world.guests} == {True, False}


def test_a_large_datacenter_is_odd(suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    center = suite.datacenters.large(1)
    read = _read(suite, center, monkeypatch)
    assert len(read.world.guests) > 100
    assert max(len(guest.nics) for guest in read.world.guests) > 50
    assert sum(len(guest.disks) for guest in read.world.guests) > 50
    assert any(not guest.nics and not guest.disks for guest in read.world.guests)
    assert all(guest.nics and guest.disks for guest in read.world.guests[-2:])
    assert any(guest.template for guest in center.guests)
    assert any(guest.sparse for guest in center.guests)
    assert {False} == {
        fields["enabled"] for (name,), fields in read.kinds()["storage"].records.items() if name == "attic"
    }


@pytest.mark.parametrize("seed", range(5))
def test_guests_of_one_name_are_called_as_netbox_shows_them_by_their_numbers(
    seed: int, suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _read(suite, suite.datacenters.large(seed), monkeypatch)
    one, other = sorted(read.world.twins)
    name = next(guest.name for guest in read.world.guests if guest.vmid == one)
    state = [
        {"proxmox_vm_id": one, "virtual_machine": {"name": name}},
        {"proxmox_vm_id": other, "virtual_machine": {"name": f"{name} (2)"}},
        {"proxmox_vm_id": other + 1, "virtual_machine": {"name": "another"}},
    ]
    kind = SimpleNamespace(name=suite.inventory.STATES)
    shown = read.world.as_called(suite.inventory.called(_held(suite, kind, *state)))
    names = {guest.vmid: guest.name for guest in shown.guests}
    assert (names[one], names[other], names[other + 1]) == (name, f"{name} (2)", f"rg-{other + 1}")
    assert not shown.twins
    assert read.world.as_called({one: "somebody else"}) == read.world.as_called({}) == read.world


@pytest.mark.parametrize("seed", range(20))
def test_a_datacenter_that_moved_differs_in_what_it_says_and_holds_together(
    seed: int, suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = suite.datacenters.small(seed)
    read = _read(suite, suite.datacenters.moved(before), monkeypatch)
    old = {guest.vmid: guest for guest in before.guests}
    now = {guest.vmid: guest for guest in read.world.guests}
    assert len(old.keys() - now.keys()) == 1
    assert any(old[number].running != guest.running for number, guest in now.items())
    assert any(old[number].name != guest.name and old[number].node != guest.node for number, guest in now.items())
    assert any(len(old[number].cards) < len(guest.nics) for number, guest in now.items())
    assert read.kinds()["storage"].records["local",]["shared"]


@pytest.mark.parametrize("size", ["small", "large"])
def test_another_cluster_has_the_names_and_numbers_of_the_first_and_nothing_else_of_it(
    size: str, suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = getattr(suite.datacenters, size)(1)
    here, there = (_read(suite, each, monkeypatch).world for each in (first, suite.datacenters.annex(first)))
    assert set(there.nodes) <= set(here.nodes)
    assert {guest.vmid for guest in there.guests} < {guest.vmid for guest in suite.datacenters.moved(first).guests}
    macs = [{nic.mac for guest in world.guests for nic in guest.nics} for world in (here, there)]
    assert not macs[0] & macs[1]
    assert not here.addresses & there.addresses
    assert not {guest.name for guest in here.guests} & {guest.name for guest in there.guests}


def _held(suite: SimpleNamespace, kind: Any, *records: dict[str, Any]) -> Any:
    return suite.holdings.Holdings({f"plugin:{kind.name}": dict(enumerate(records))})


DEPARTURES = [
    ((), "thing a is not there (of 1, 0 are)"),
    (({"name": "a", "size": 3}, {"name": "b", "size": 3}), "thing b is there, and Proxmox has no such"),
    (({"name": "a", "size": 3}, {"name": "a", "size": 3}), "thing a is there twice"),
    (({"name": "a", "size": {"value": 4}},), "thing a: size is 4, not 3"),
    (({"name": "a"},), "thing a: size is None, not 3"),
]


@pytest.mark.parametrize(("records", "words"), DEPARTURES)
def test_each_departure_of_a_kind_is_told(
    records: tuple[dict[str, Any], ...], words: str, suite: SimpleNamespace
) -> None:
    kind = suite.kind.Kind("thing", ("name",), {("a",): {"size": 3}})
    assert list(kind.departures(_held(suite, kind, {"name": "a", "size": 3}))) == []
    assert list(kind.departures(_held(suite, kind, *records))) == [words]


ALIKE = [
    ({"bwlimit": 5}, {"bwlimit": 5}),
    ({"bwlimit": "5"}, {"bwlimit": 5}),
    ({"rate": 5.0}, {"rate": 5}),
    ({"rate": 0.5}, {"rate": "0.5"}),
    ({"repeat_missed": True}, {"repeat-missed": 1}),
    ({"repeat_missed": False}, {"repeat-missed": 0}),
    ({"keep_last": 3, "keep_daily": 7}, {"prune-backups": {"keep-last": "3", "keep-daily": "7"}}),
    ({"keep_last": 2}, {"prune-backups": "keep-last=2"}),
    ({"start_time": "2026-01-01T00:00:00+00:00"}, {"starttime": 1767225600}),
    ({"snaptime": "2026-01-01T00:00:00Z"}, {"snaptime": 1767225600}),
    ({}, {"notes": "a release that keeps none"}),
    ({"tags": []}, {"tags": "another meaning"}),
    ({"nodes": None}, {"nodes": ["alder"]}),
]


@pytest.mark.parametrize(("shown", "told"), ALIKE)
def test_a_field_that_both_sides_have_shows_what_proxmox_says(
    shown: dict[str, Any], told: dict[str, Any], suite: SimpleNamespace
) -> None:
    kind = suite.kind.Kind("thing", ("name",), {("a",): {}}, {("a",): told})
    assert list(kind.departures(_held(suite, kind, {"name": "a"} | shown))) == []


def test_a_field_that_shows_something_else_is_told(suite: SimpleNamespace) -> None:
    told = {"prune-backups": "keep-last=2", "rate": 3, "limit": "none", "pstart": 4}
    kind = suite.kind.Kind("thing", ("name",), {("a",): {}}, {("a",): told})
    record = {"name": "a", "keep_last": None, "rate": "4", "limit": 5.0, "pstart": "AT-4"}
    assert list(kind.departures(_held(suite, kind, record))) == [
        "thing a: keep_last is None, not '2'",
        "thing a: rate is '4', not 3",
        "thing a: limit is 5.0, not 'none'",
        "thing a: pstart is 'AT-4', not 4",
    ]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, range(50)),
        ({"limit": "0"}, range(60)),
        ({"start": "50"}, range(50, 60)),
        ({"start": "10", "limit": "5"}, range(10, 15)),
        ({"vmid": "3"}, [3]),
        ({"start": "60"}, []),
    ],
)
def test_of_a_node_s_tasks_as_many_are_listed_as_are_asked_for(
    query: dict[str, str], numbers: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(E2E / "proxbox" / "images" / "mock"))
    page = importlib.import_module("paging").page
    tasks = [{"id": str(number)} for number in range(60)]
    assert page({"data": tasks}, query) == {"data": [{"id": str(number)} for number in numbers]}
