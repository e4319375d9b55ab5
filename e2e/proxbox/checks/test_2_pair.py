"""The pair works together: endpoints, a full synchronisation, and the right objects."""

from typing import Any

import pytest
from cell import CANDIDATE
from contracts import BACKEND, PAIR
from holdings import Holdings, plain
from netbox import NetBox

from pair_cell import PVE, SMALL
from pairing import Endpoints
from proxmox_side import Guest, World
from syncing import Job

SYNCED = ("pair.sync",)


@pytest.mark.contract("pair.endpoints", PAIR, needs=("netbox.up", "backend.version"))
def test_the_endpoints_can_be_registered(request: pytest.FixtureRequest, netbox: NetBox) -> None:
    """Plugin and backend accept each other's addresses and keys."""
    endpoints: Endpoints = request.getfixturevalue("endpoints")
    for kind, number in endpoints.numbers.items():
        found = netbox.get(endpoints.path(kind))["id"]
        assert found == number, f"the {kind} endpoint {number} is not where it was registered"


@pytest.mark.contract("pair.sync", PAIR, needs=("pair.endpoints",))
@pytest.mark.services(PVE)
def test_a_full_sync_completes(request: pytest.FixtureRequest) -> None:
    """The worker runs the whole way: Proxmox, backend, NetBox."""
    job: Job = request.getfixturevalue("first_sync")
    assert job.completed, f"the synchronisation (job {job.number}) ended {job.state}: {job.words}"
    request.getfixturevalue("first")


@pytest.mark.contract("pair.clusters", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_cluster_is_there(first: Holdings, world: World) -> None:
    """One cluster, by its own name."""
    names = sorted(str(record["name"]) for record in first.records("clusters"))
    assert names == [world.cluster], f"Proxmox has the cluster {world.cluster}, NetBox has {names}"


@pytest.mark.contract("pair.nodes", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_nodes_are_devices(first: Holdings, world: World) -> None:
    """Each node is one device of the cluster, active when it is online."""
    devices = {record["name"]: record for record in first.records("devices")}
    assert sorted(devices) == sorted(world.nodes), (
        f"Proxmox has the nodes {sorted(world.nodes)}, NetBox {sorted(devices)}"
    )
    for name, online in world.nodes.items():
        expected = "active" if online else "offline"
        assert plain(devices[name]["status"]) == expected, f"node {name} is {plain(devices[name]['status'])}"
        assert plain(devices[name]["cluster"]) == world.cluster, f"node {name} is not in {world.cluster}"


def of_guest(first: Holdings, kind: str, guest: Guest) -> list[dict[str, Any]]:
    """Return a guest's records of one kind."""
    return [record for record in first.records(kind) if plain(record["virtual_machine"]) == guest.name]


@pytest.mark.contract("pair.guests", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_guests_are_virtual_machines(first: Holdings, world: World) -> None:
    """Each guest is one virtual machine, in its cluster and on its node, with its state and size."""
    machines = {record["name"]: record for record in first.records("virtual-machines")}
    names = sorted(guest.name for guest in world.guests)
    assert sorted(machines) == names, f"Proxmox has the guests {names}, NetBox {sorted(machines)}"
    wrong = [
        f"{guest.name}: {field} is {plain(machines[guest.name].get(field))!r}, not {expected!r}"
        for guest in world.guests
        for field, expected in {
            "status": "active" if guest.running else "offline",
            "cluster": world.cluster,
            "device": guest.node,
            "vcpus": guest.vcpus,
            "memory": guest.memory,
        }.items()
        if plain(machines[guest.name].get(field)) != expected
    ]
    assert not wrong, f"{len(wrong)} values differ, first {wrong[0]}"


@pytest.mark.contract("pair.disks", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_disks_are_virtual_disks(first: Holdings, world: World) -> None:
    """Each guest has its disks, with their sizes in MiB."""
    for guest in world.guests:
        sizes = sorted(int(record["size"]) for record in of_guest(first, "virtual-disks", guest))
        assert sizes == list(guest.disks), f"{guest.name} has disks of {list(guest.disks)} MiB, NetBox has {sizes}"


@pytest.mark.contract("pair.interfaces", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_interfaces_are_there(first: Holdings, world: World) -> None:
    """Each network card is one interface with its MAC; each node has the interfaces that Proxmox shows."""
    for guest in world.guests:
        macs = sorted(str(record["mac_address"]).upper() for record in of_guest(first, "interfaces", guest))
        expected = sorted(nic.mac for nic in guest.nics)
        assert macs == expected, f"{guest.name} has the cards {expected}, NetBox has {macs}"
    for node, interfaces in world.node_interfaces.items():
        records = first.records("device-interfaces")
        names = sorted(record["name"] for record in records if plain(record["device"]) == node)
        assert names == list(interfaces), f"node {node} has the interfaces {list(interfaces)}, NetBox has {names}"


@pytest.mark.contract("pair.storage", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_storages_are_there(first: Holdings, world: World) -> None:
    """Each storage of Proxmox is one record of the plugin, in the cluster."""
    records = first.records("plugin:storage")
    names = sorted(str(record["name"]) for record in records)
    assert names == list(world.storages), f"Proxmox has the storages {list(world.storages)}, NetBox has {names}"
    lost = [record["name"] for record in records if plain(record.get("cluster")) != world.cluster]
    assert not lost, f"storage {lost} is not in {world.cluster}"


@pytest.mark.contract("pair.addresses", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_the_addresses_are_there(first: Holdings, world: World) -> None:
    """Each address that Proxmox states is in NetBox's address management, once."""
    found = [str(record["address"]) for record in first.records("ip-addresses")]
    wrong = {address: found.count(address) for address in sorted(world.addresses) if found.count(address) != 1}
    assert not wrong, f"of {len(world.addresses)} addresses these are not there once: {wrong}"


@pytest.mark.contract("pair.protection", BACKEND, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
def test_snapshots_and_backups_are_there(first: Holdings, world: World) -> None:
    """Each snapshot and each backup is one record of its guest."""
    expected = sorted((guest.name, name) for guest in world.guests for name in guest.snapshots)
    snapshots = sorted(
        (plain(record["virtual_machine"]), record["name"]) for record in first.records("plugin:snapshots")
    )
    assert snapshots == expected, f"Proxmox has the snapshots {expected}, NetBox has {snapshots}"
    volumes = sorted(record["volume_id"] for record in first.records("plugin:backups"))
    assert volumes == list(world.backups), f"Proxmox has the backups {list(world.backups)}, NetBox has {volumes}"


@pytest.mark.contract("pair.second-sync", PAIR, needs=SYNCED)
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
@pytest.mark.worlds(SMALL)
def test_a_second_sync_can_be_started(request: pytest.FixtureRequest) -> None:
    """It runs while the plugin's pages are opened, and is judged after them."""
    request.getfixturevalue("second_sync")
