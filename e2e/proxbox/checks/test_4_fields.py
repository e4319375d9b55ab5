"""Kind by kind and field by field: what Proxmox holds is what NetBox holds, with all that it refers to."""

from collections import Counter
from typing import Any

import pytest
from cell import CANDIDATE, Cell
from contracts import BACKEND, PLUGIN
from holdings import Holdings, plain
from netbox import NetBox

from inventory import Inventory
from kind import Kind
from pair_cell import PVE
from proxmox_side import Proxmox, World

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
SYNCED = ("pair.sync",)
TAGS = {"proxbox", *(f"proxbox-discovered-{kind}" for kind in ("qemu", "lxc", "cluster", "node"))}
NEWER = {
    "sync-state/virtual-machines", "sync-state/clusters", "sync-state/devices", "proxmox-clusters", "proxmox-nodes",
}  # fmt: skip
"""Kinds that a release may not have yet; the others each must have."""


@pytest.fixture(scope="module")
def kinds(proxmox: Proxmox, world: World) -> dict[str, Kind]:
    """Return what each kind must hold."""
    return Inventory(proxmox, world).kinds()


def _kind(name: str, contract: str) -> Any:
    return pytest.param(name, id=name, marks=pytest.mark.contract(contract, BACKEND, needs=SYNCED))


@pytest.mark.parametrize(
    "name",
    [
        _kind("storage", "pair.storage-fields"),
        _kind("snapshots", "pair.snapshots"),
        _kind("backups", "pair.backups"),
        _kind("replications", "pair.replications"),
        _kind("backup-routines", "pair.backup-routines"),
        _kind("task-history", "pair.task-history"),
        _kind("sync-state/virtual-machines", "pair.guest-states"),
        _kind("sync-state/clusters", "pair.cluster-states"),
        _kind("sync-state/devices", "pair.node-states"),
        _kind("proxmox-clusters", "pair.proxmox-clusters"),
        _kind("proxmox-nodes", "pair.proxmox-nodes"),
    ],
)
def test_every_record_of_a_kind_is_there_with_its_fields(
    name: str, kinds: dict[str, Kind], first: Holdings, lists: tuple[str, ...], cell: Cell
) -> None:
    """None is missing, none is there twice, none is too many, and each shows what Proxmox says of it."""
    listed = any(path.endswith(f"/{name}/") for path in lists)
    if not listed and name in NEWER:
        pytest.skip(f"this release keeps no {name}")
    assert listed, f"the plugin's API has no list of {name}"
    wrong = list(cell.undeclared(dict.fromkeys(kinds[name].departures(first), "")))
    assert not wrong, f"{len(wrong)} departures, first {'; '.join(wrong[:3])}"


@pytest.mark.contract("pair.duplicates", BACKEND, needs=SYNCED)
def test_nothing_is_there_twice(first: Holdings) -> None:
    """No two virtual machines stand for one guest, no two devices for one node, no two clusters for one."""
    for kind in ("virtual-machines", "devices", "clusters"):
        names = Counter((str(record["name"]), plain(record.get("cluster"))) for record in first.records(kind))
        twice = [name for (name, _), count in names.items() if count > 1]
        assert not twice, f"{kind} {twice[0]} is there {names.most_common(1)[0][1]} times"


@pytest.mark.contract("pair.placement", BACKEND, needs=SYNCED)
def test_devices_and_clusters_have_what_netbox_wants_of_them(first: Holdings, netbox: NetBox) -> None:
    """Each node has a site, a type of some manufacturer, and a role; all nodes of a cluster are at its site."""
    for device in first.records("devices"):
        lost = [name for name in ("site", "device_type", "role", "cluster") if not device.get(name)]
        assert not lost, f"node {device['name']} has no {lost[0]}"
        assert device["device_type"].get("manufacturer"), f"the type of node {device['name']} has no manufacturer"
    for cluster in first.records("clusters"):
        assert cluster.get("type"), f"cluster {cluster['name']} has no type"
        sites = {
            plain(device["site"]) for device in first.records("devices") if plain(device["cluster"]) == cluster["name"]
        }
        assert len(sites) <= 1, f"the nodes of cluster {cluster['name']} are at {sorted(sites)}"
    for machine in first.records("virtual-machines"):
        assert machine.get("site"), f"virtual machine {machine['name']} has no site"
    known = {str(tag["slug"]) for tag in netbox.every("/api/extras/tags/")}
    assert known >= TAGS, f"NetBox lacks the tags {', '.join(sorted(TAGS - known))}"


@pytest.mark.contract("pair.tags", PLUGIN, needs=SYNCED)
def test_what_was_synchronised_is_tagged(first: Holdings) -> None:
    """Whoever looks at a device or a virtual machine sees where it came from."""
    for kind in ("virtual-machines", "devices", "clusters", "interfaces", "virtual-disks"):
        bare = [record for record in first.records(kind) if not record.get("tags")]
        assert not bare, f"{len(bare)} of {kind} carry no tag, first {bare[0]['name']}"
