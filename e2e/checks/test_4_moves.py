"""Between two synchronisations the datacenter moves: NetBox follows, and nothing else of it changes."""

from dataclasses import dataclass

import pytest

from answers import answers
from cell import CANDIDATE, PVE, Cell
from contracts import BACKEND, PAIR
from holdings import Holdings, plain
from inventory import Inventory
from netbox import NetBox
from syncing import Job, Synchroniser
from test_2_pair import of_guest
from world import Guest, Proxmox, World
from worlds import Datacenter, moved

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

    def machine(self, guest: Guest) -> dict[str, object]:
        """Return the virtual machine of a guest, by the name that it has now."""
        found = [record for record in self.holdings.records("virtual-machines") if record["name"] == guest.name]
        assert len(found) == 1, f"NetBox has {len(found)} virtual machines {guest.name}, which is guest {guest.vmid}"
        return dict(found[0])


@pytest.fixture(scope="module")
def later(
    datacenter: Datacenter, proxmox: Proxmox, synchroniser: Synchroniser, netbox: NetBox, lists: tuple[str, ...]
) -> Later:
    """Move the datacenter, and follow it with one full synchronisation."""
    proxmox.exchange(answers(moved(datacenter)))
    job = synchroniser.run()
    now = proxmox.world()
    return Later(datacenter, now, Inventory(proxmox, now), Holdings.of(netbox, lists), job)


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


@pytest.mark.contract("pair.moved-away", BACKEND, needs=FOLLOWED)
def test_a_guest_that_is_gone_does_not_stay_as_if_it_ran(later: Later) -> None:
    """NetBox deletes it, or shows that it is no more."""
    now = {guest.vmid for guest in later.world.guests}
    gone = [guest.name for guest in later.before.guests if guest.vmid not in now]
    left = [
        r for r in later.holdings.records("virtual-machines") if r["name"] in gone and plain(r["status"]) not in GONE
    ]
    assert not left, f"guest {left[0]['name']} is gone, and NetBox shows it {plain(left[0]['status'])}"


@pytest.mark.contract("pair.moved-storage", BACKEND, needs=FOLLOWED)
@pytest.mark.parametrize("name", ["storage", "snapshots"])
def test_netbox_follows_what_is_kept(later: Later, cell: Cell, name: str) -> None:
    """A flag of a storage is as it is now; a snapshot that was removed is not there."""
    wrong = list(cell.undeclared(dict.fromkeys(later.inventory.kinds()[name].departures(later.holdings), "")))
    assert not wrong, f"{len(wrong)} departures, first {'; '.join(wrong[:3])}"
