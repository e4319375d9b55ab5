"""Between two synchronisations the datacenter moves: NetBox follows, and nothing else of it changes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from cell import CANDIDATE, Cell
from contracts import BACKEND, PAIR, PLUGIN, BrokenContract
from holdings import Holdings, plain
from netbox import NetBox
from words import words

from answers import answers
from datacenters import Datacenter, moved, still
from inventory import Inventory, called
from pair_cell import PVE, SMALL, WHOLE, PairCell
from pairing import ORPHANS
from proxmox_side import Guest, Proxmox, World
from syncing import Job, Synchroniser
from test_2_pair import of_guest

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
FOLLOWED = ("pair.moves",)
GONE = {"decommissioning", "offline", "failed"}
"""How NetBox may show a guest that Proxmox has no more, where it keeps it."""
REMEMBERED = 61.0
"""Seconds for which a backend may go on with what NetBox answered before."""


@dataclass(frozen=True)
class Later:
    """The datacenter and NetBox after something moved, and the synchronisation that followed it."""

    before: Datacenter
    world: World
    inventory: Inventory
    holdings: Holdings
    job: Job
    forgets: bool = True

    def machine(self, guest: Guest) -> dict[str, object]:
        """Return the virtual machine of a guest, by the name that it has now."""
        found = [record for record in self.holdings.records("virtual-machines") if record["name"] == guest.name]
        assert len(found) == 1, f"NetBox has {len(found)} virtual machines {guest.name}, which is guest {guest.vmid}"
        return dict(found[0])


@pytest.fixture(scope="module")
def forgets(netbox: NetBox, facts: dict[str, Any]) -> bool:
    """Whether the plugin marks what Proxmox has no more, as it was told to when the pair was registered."""
    settings = f"/api/plugins/{facts['base']}/settings/runtime/"
    return netbox.has(settings) and bool(netbox.get(settings).get(ORPHANS))


@pytest.fixture(scope="module")
def later(
    request: pytest.FixtureRequest,
    datacenter: Datacenter,
    proxmox: Proxmox,
    synchroniser: Synchroniser,
    netbox: NetBox,
) -> Later:
    """Move the datacenter and follow it with one full synchronisation.

    Where the cell has the time, somebody deletes in NetBox what did not move, and does not synchronise at once.
    """
    forgets, lists = request.getfixturevalue("forgets"), request.getfixturevalue("lists")
    held: Holdings = request.getfixturevalue("first")
    cell: PairCell = request.getfixturevalue("cell")
    if cell.depth == WHOLE and cell.world == SMALL:
        _delete(netbox, held, called(held).get(still(datacenter).vmid, still(datacenter).name))
        time.sleep(REMEMBERED)
    proxmox.exchange(answers(moved(datacenter)))
    job = synchroniser.run()
    holdings = Holdings.of(netbox, lists)
    now = proxmox.world().as_called(called(holdings))
    return Later(datacenter, now, Inventory(proxmox, now), holdings, job, forgets)


def _delete(netbox: NetBox, held: Holdings, name: str) -> None:
    """Delete a guest in NetBox, as somebody does by mistake, or to have it made anew."""
    for record in (each for each in held.records("virtual-machines") if each["name"] == name):
        said = netbox.request("DELETE", f"/api/virtualization/virtual-machines/{record['id']}/")
        if said.status_code >= requests.codes.internal_server_error:
            raise BrokenContract(
                f"NetBox answered {said.status_code} where a guest was deleted{words(said)}", side=PLUGIN
            )


@pytest.mark.contract("pair.moves", PAIR, needs=("pair.sync",))
def test_a_datacenter_that_moved_is_synchronised(request: pytest.FixtureRequest, cell: Cell) -> None:
    """The synchronisation after it completes, and reports no error."""
    job: Job = request.getfixturevalue("later").job
    assert job.completed, f"after the datacenter moved, job {job.number} ended {job.state}: {job.words}"
    troubles = list(cell.undeclared(dict.fromkeys(job.troubles, "")))
    assert not troubles, (
        f"after the datacenter moved, job {job.number} reports {len(troubles)} errors, first {troubles[0]}"
    )


@pytest.mark.contract("pair.moved-guests", BACKEND, needs=FOLLOWED)
def test_netbox_follows_the_guests(later: Later, cell: Cell) -> None:
    """What was stopped, renamed or migrated is shown so, under its new name and once."""
    wrong: dict[str, str] = {}
    for guest in later.world.guests:
        machine = later.machine(guest)
        expected = {
            "status": "active" if guest.running else "offline",
            "device": guest.node,
            "cluster": later.world.cluster,
        }
        for name, value in expected.items():
            if (shown := plain(machine.get(name))) != value:
                wrong[f"guest {guest.vmid} {guest.name}"] = f"{name} is {shown!r}, not {value!r}"
    wrong = cell.undeclared(wrong)
    assert not wrong, "; ".join(f"{what}: {said}" for what, said in list(wrong.items())[:3])


@pytest.mark.contract("pair.moved-interfaces", BACKEND, needs=FOLLOWED)
def test_netbox_follows_the_network_cards(later: Later) -> None:
    """A card that was added is there, and no other."""
    for guest in later.world.guests:
        macs = sorted(str(record["mac_address"]).upper() for record in of_guest(later.holdings, "interfaces", guest))
        expected = sorted(nic.mac for nic in guest.nics)
        assert macs == expected, f"{guest.name} has the cards {expected} now, NetBox has {macs}"


@pytest.mark.contract("pair.moved-only", BACKEND, needs=FOLLOWED)
def test_nothing_else_of_netbox_moves(first: Holdings, later: Later) -> None:
    """What is of the nodes, and of the guests to which nothing happened, is as it was."""
    now = moved(later.before)
    numbers = {guest.vmid for guest in later.before.guests if guest in now.guests} - {still(later.before).vmid}
    same = {guest.name for guest in later.world.guests if guest.vmid in numbers}
    changes = _of(first, same).differences(_of(later.holdings, same))
    assert same, "the datacenter moved as a whole"
    assert not changes, f"{len(changes)} records changed without a cause, first {'; '.join(changes[:3])}"


def _of(holdings: Holdings, guests: set[str]) -> Holdings:
    """Return what is of these guests, of the nodes and of the cluster."""

    def kept(kind: str, record: dict[str, Any]) -> bool:
        name = record["name"] if kind == "virtual-machines" else plain(record.get("virtual_machine"))
        return kind in {"devices", "clusters", "device-interfaces"} or name in guests

    kinds = holdings.kinds.items()
    return Holdings({kind: {n: each for n, each in records.items() if kept(kind, each)} for kind, records in kinds})


@pytest.mark.contract("pair.moved-away", BACKEND, needs=FOLLOWED)
def test_a_guest_that_is_gone_does_not_stay_as_if_it_ran(later: Later, cell: Cell) -> None:
    """NetBox deletes it, or shows that it is no more, where the plugin was told to."""
    if not later.forgets:
        pytest.skip("this release keeps what Proxmox has no more")
    now = {guest.vmid for guest in later.world.guests}
    gone = {guest.name for guest in later.before.guests if guest.vmid not in now}
    shown = {
        str(r["name"]): plain(r["status"]) for r in later.holdings.records("virtual-machines") if r["name"] in gone
    }
    left = {f"guest {n}": f"is gone, and NetBox shows it {state}" for n, state in shown.items() if state not in GONE}
    left = cell.undeclared(left)
    assert not left, "; ".join(f"{guest} {said}" for guest, said in left.items())


@pytest.mark.contract("pair.moved-back", BACKEND, needs=FOLLOWED)
@pytest.mark.depths(WHOLE)
@pytest.mark.worlds(SMALL)
def test_a_guest_that_was_deleted_in_netbox_comes_back(first: Holdings, later: Later, cell: Cell) -> None:
    """Proxmox has it still: it is there as before, once, with its cards, their addresses and its disks."""
    vmid = still(later.before).vmid
    guest = next(each for each in later.world.guests if each.vmid == vmid)
    wrong = cell.undeclared(dict.fromkeys(lacking(first, later.holdings, guest), ""))
    assert not wrong, f"guest {vmid} {guest.name} was deleted in NetBox, and then {'; '.join(list(wrong)[:3])}"


def lacking(before: Holdings, after: Holdings, guest: Guest) -> Iterator[str]:
    """Say what of a guest is not as it was, by kind."""
    machines = [[each for each in held.records("virtual-machines") if each["name"] == guest.name]
                for held in (before, after)]  # fmt: skip
    if len(machines[1]) != 1:
        yield f"NetBox has {len(machines[1])} of it"
    for one, other in zip(*machines, strict=False):
        yield from (f"its {name} is {plain(other.get(name))!r}, not {plain(one.get(name))!r}"
                    for name in ("status", "cluster", "device", "vcpus", "memory", "disk")
                    if plain(one.get(name)) != plain(other.get(name)))  # fmt: skip
    for kind, field in (("interfaces", "mac_address"), ("virtual-disks", "size")):
        had, has = (sorted(str(each[field]) for each in of_guest(held, kind, guest)) for held in (before, after))
        if had != has:
            yield f"its {kind} are {has}, not {had}"
    had, has = (sorted(_addresses(held, guest)) for held in (before, after))
    if had != has:
        yield f"its addresses are {has}, not {had}"


def _addresses(held: Holdings, guest: Guest) -> Iterator[str]:
    for each in held.records("ip-addresses"):
        if plain((each.get("assigned_object") or {}).get("virtual_machine")) == guest.name:
            yield str(each["address"])


@pytest.mark.contract("pair.moved-storage", BACKEND, needs=FOLLOWED)
@pytest.mark.parametrize("name", ["storage", "snapshots"])
def test_netbox_follows_what_is_kept(later: Later, cell: Cell, name: str) -> None:
    """A flag of a storage is as it is now; a snapshot that was removed is not there."""
    wrong = list(cell.undeclared(dict.fromkeys(later.inventory.kinds()[name].departures(later.holdings), "")))
    assert not wrong, f"{len(wrong)} departures, first {'; '.join(wrong[:3])}"
