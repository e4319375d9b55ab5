"""What belongs to what: cards, addresses and disks are of the guest, interface and storage that Proxmox names."""

from collections.abc import Iterator
from typing import Any

import pytest
from cell import CANDIDATE, Cell
from contracts import BACKEND
from holdings import Holdings, plain

from pair_cell import PVE
from proxmox_side import Guest, World
from test_2_pair import of_guest

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
SYNCED = ("pair.sync",)
DISK_STATES = "plugin:sync-state/virtual-disks"
"""Where a newer release keeps the storage of each disk."""
STATES = {
    "interfaces": ("plugin:sync-state/vm-interfaces", "vm_interface"),
    "virtual-disks": (DISK_STATES, "virtual_disk"),
}
"""Where it keeps what it knows of a record of NetBox's, and the field that says of which."""


def _refuse(found: Iterator[str], cell: Cell) -> None:
    wrong = list(cell.undeclared(dict.fromkeys(found, "")))
    assert not wrong, f"{len(wrong)} departures, first {'; '.join(wrong[:3])}"


@pytest.mark.contract("pair.cards", BACKEND, needs=SYNCED)
def test_each_card_is_called_as_in_proxmox_and_is_on(first: Holdings, world: World, cell: Cell) -> None:
    """Its name is that of the configuration or that inside of the guest; none is disabled."""
    _refuse((said for guest in world.guests for said in cards(first, guest)), cell)


def cards(held: Holdings, guest: Guest) -> Iterator[str]:
    """Say what is wrong with a guest's interfaces."""
    found = {str(record["mac_address"]).upper(): record for record in of_guest(held, "interfaces", guest)}
    for nic in guest.nics:
        record = found.get(nic.mac)
        if record is None:
            continue  # that is another contract's matter
        if record["name"] not in {nic.key, nic.name}:
            yield f"{guest.name}: card {nic.key} is called {record['name']}"
        if not record.get("enabled"):
            yield f"{guest.name}: card {nic.key} is off"


@pytest.mark.contract("pair.address-places", BACKEND, needs=SYNCED)
def test_each_address_is_on_its_interface(first: Holdings, world: World, cell: Cell) -> None:
    """An address of a guest is on the card that Proxmox states it for, one of a node on an interface of the node."""
    _refuse(places(first, world), cell)


def places(held: Holdings, world: World) -> Iterator[str]:
    """Say which address is not on the interface that it is of."""
    on = {str(record["address"]): record.get("assigned_object") or {} for record in held.records("ip-addresses")}
    for guest in world.guests:
        for nic in (nic for nic in guest.nics if nic.address in on):
            where = on[nic.address]
            if plain(where.get("virtual_machine")) != guest.name or where.get("name") not in {nic.key, nic.name}:
                yield f"{nic.address} of {guest.name} {nic.name} is on {_called(where)}"
    for address in world.node_addresses:
        if address in on and plain(on[address].get("device")) not in world.nodes:
            yield f"{address} of a node is on {_called(on[address])}"


def _called(where: dict[str, Any]) -> str:
    owner = plain(where.get("virtual_machine") or where.get("device"))
    return f"{owner} {where.get('name')}" if where else "no interface"


@pytest.mark.contract("pair.primary-addresses", BACKEND, needs=SYNCED)
def test_a_guest_with_an_address_has_a_primary_one(first: Holdings, world: World, cell: Cell) -> None:
    """It is one of those that Proxmox states for the guest."""
    _refuse(primaries(first, world), cell)


def primaries(held: Holdings, world: World) -> Iterator[str]:
    """Say which guest has none, or another's."""
    machines = {str(record["name"]): record for record in held.records("virtual-machines")}
    for guest in world.guests:
        stated = {nic.address for nic in guest.nics if nic.address}
        shown = (machines.get(guest.name, {}).get("primary_ip4") or {}).get("address")
        if stated and shown not in stated:
            yield f"the primary address of {guest.name} is {shown}, not {' or '.join(sorted(stated))}"


@pytest.mark.contract("pair.disk-storage", BACKEND, needs=SYNCED)
def test_each_disk_is_on_its_storage(first: Holdings, world: World, cell: Cell) -> None:
    """What a release keeps of a disk names the storage that the guest's configuration names."""
    if DISK_STATES not in first.kinds:
        pytest.skip("this release does not keep the storage of a disk")
    _refuse(disk_storages(first, world), cell)


def disk_storages(held: Holdings, world: World) -> Iterator[str]:
    """Say which disk is kept with another storage, or with none."""
    kept = {int(each["virtual_disk"]["id"]): plain(each.get("proxbox_storage")) for each in held.records(DISK_STATES)}
    for guest in world.guests:
        numbers = {str(record["name"]): int(record["id"]) for record in of_guest(held, "virtual-disks", guest)}
        for disk, storage in guest.stored:
            if disk in numbers and (shown := kept.get(numbers[disk])) != storage:
                yield f"{guest.name}: disk {disk} is kept on {shown}, not on {storage}"


@pytest.mark.contract("pair.states", BACKEND, needs=SYNCED)
def test_each_card_and_disk_has_its_state(first: Holdings, cell: Cell) -> None:
    """Where a release keeps what it knows of a record, it does so of each, once."""
    _refuse(stateless(first), cell)


def stateless(held: Holdings) -> Iterator[str]:
    """Say which record has no state of its own, or several."""
    for kind, (states, field) in STATES.items():
        if states not in held.kinds:
            continue
        known = [int(each[field]["id"]) for each in held.records(states)]
        for record in held.records(kind):
            if (count := known.count(int(record["id"]))) != 1:
                yield f"{kind} {plain(record['virtual_machine'])} {record['name']} has {count} states"
