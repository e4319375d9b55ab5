"""Between two synchronisations the datacenter moves: NetBox follows, and nothing else of it changes."""

from dataclasses import dataclass
from typing import Any

import pytest
from cell import CANDIDATE, Cell
from contracts import BACKEND, PAIR
from holdings import Holdings, plain
from netbox import NetBox

from answers import answers
from datacenters import Datacenter, moved
from inventory import Inventory, called
from pair_cell import PVE
from pairing import ORPHANS
from proxmox_side import Guest, Proxmox, World
from syncing import Job, Synchroniser
from test_2_pair import of_guest

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
FOLLOWED = ("pair.moves",)
GONE = {"decommissioning", "offline", "failed"}
"""How NetBox may show a guest that Proxmox has no more, where it keeps it."""


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
    """Move the datacenter, and follow it with one full synchronisation."""
    forgets, lists = request.getfixturevalue("forgets"), request.getfixturevalue("lists")
    proxmox.exchange(answers(moved(datacenter)))
    job = synchroniser.run()
    holdings = Holdings.of(netbox, lists)
    now = proxmox.world().as_called(called(holdings))
    return Later(datacenter, now, Inventory(proxmox, now), holdings, job, forgets)


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
    numbers = {guest.vmid for guest in later.before.guests if guest in now.guests}
    still = {guest.name for guest in later.world.guests if guest.vmid in numbers}
    changes = _of(first, still).differences(_of(later.holdings, still))
    assert still, "the datacenter moved as a whole"
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


@pytest.mark.contract("pair.moved-storage", BACKEND, needs=FOLLOWED)
@pytest.mark.parametrize("name", ["storage", "snapshots"])
def test_netbox_follows_what_is_kept(later: Later, cell: Cell, name: str) -> None:
    """A flag of a storage is as it is now; a snapshot that was removed is not there."""
    wrong = list(cell.undeclared(dict.fromkeys(later.inventory.kinds()[name].departures(later.holdings), "")))
    assert not wrong, f"{len(wrong)} departures, first {'; '.join(wrong[:3])}"
