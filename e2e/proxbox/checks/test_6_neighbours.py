"""A Proxmox beside others: one that knows nothing of the first and has its names, and one that never answers."""

from dataclasses import dataclass

import pytest
from cell import CANDIDATE, Cell
from contracts import BACKEND, PAIR
from holdings import Holdings, plain
from netbox import NetBox

from answers import answers
from datacenters import Datacenter, annex
from pair_cell import PVE, SMALL, WHOLE
from pairing import SILENT, Registrar
from proxmox_side import Proxmox, World
from syncing import Job, Synchroniser

# Slow, so judged in the cells that ask for all.
pytestmark = [
    pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE), pytest.mark.worlds(SMALL), pytest.mark.depths(WHOLE),
]  # fmt: skip
ANNEX = "annex"
PATIENCE = 5
"""Seconds that a Proxmox is waited for, where the plugin can be told."""
JOINED = ("pair.neighbours",)


@dataclass(frozen=True)
class Neighbours:
    """NetBox before and after another cluster was synchronised, and what that cluster is."""

    before: Holdings
    after: Holdings
    other: World
    job: Job

    def of(self, cluster: str, kind: str) -> dict[str, dict[str, object]]:
        """Return what NetBox has of one kind in a cluster, by name."""
        records = self.after.records(kind)
        return {str(record["name"]): record for record in records if plain(record.get("cluster")) == cluster}


@pytest.fixture(scope="module")
def neighbours(
    netbox: NetBox, registrar: Registrar, synchroniser: Synchroniser, proxmox: Proxmox, datacenter: Datacenter
) -> Neighbours:
    """Register the other cluster, which is at a site of its own, and synchronise both."""
    if not registrar.has_sites():
        pytest.skip("this release puts every Proxmox at one site, where NetBox takes the name of a device once")
    other = Proxmox(proxmox.url, f"{ANNEX}.test")
    other.exchange(answers(annex(datacenter)))
    before = Holdings.of(netbox, ())
    site = netbox.json("POST", "/api/dcim/sites/", json={"name": ANNEX, "slug": ANNEX})
    registrar.further(ANNEX, site=site["id"])
    job = synchroniser.run()
    return Neighbours(before, Holdings.of(netbox, ()), other.world(), job)


@pytest.mark.contract("pair.neighbours", PAIR, needs=("pair.sync",))
def test_a_second_cluster_is_synchronised(request: pytest.FixtureRequest, cell: Cell) -> None:
    """Its nodes are called as the first's and its guests have their numbers: the synchronisation says no error."""
    job: Job = request.getfixturevalue("neighbours").job
    ended = {} if job.completed else {f"ended {job.state}:": job.words}
    wrong = [
        f"{what} {said}".strip() for what, said in cell.undeclared(ended | dict.fromkeys(job.troubles, "")).items()
    ]
    assert not wrong, f"with a second cluster, job {job.number} {wrong[0]}; it says {len(wrong)} such things"


@pytest.mark.contract("pair.neighbours-apart", BACKEND, needs=JOINED)
def test_each_cluster_has_its_own(neighbours: Neighbours, cell: Cell) -> None:
    """The second's nodes are devices of it, and its guests are in it and on them."""
    if not neighbours.job.completed:
        pytest.skip("a second cluster does not come in, which is declared")
    other = neighbours.other
    machines, devices = (neighbours.of(other.cluster, kind) for kind in ("virtual-machines", "devices"))
    wrong = {f"node {node}": f"is no device in {other.cluster}" for node in other.nodes.keys() - devices.keys()}
    for guest in other.guests:
        device = machines.get(guest.name, {}).get("device")
        on = device["id"] if isinstance(device, dict) else None
        if guest.name not in machines:
            wrong[f"guest {guest.name}"] = f"is not in {other.cluster}"
        elif on != devices.get(guest.node, {}).get("id"):
            wrong[f"guest {guest.name}"] = f"is not on {guest.node} of {other.cluster}"
    wrong = cell.undeclared(wrong)
    assert not wrong, "; ".join(f"{what} {said}" for what, said in list(wrong.items())[:3])


@pytest.mark.contract("pair.neighbours-still", BACKEND, needs=JOINED)
def test_a_second_cluster_changes_nothing_of_the_first(neighbours: Neighbours) -> None:
    """What there was stays as it was; there is only more."""
    changes = [each for each in neighbours.before.differences(neighbours.after) if not each.endswith("was created")]
    assert not changes, f"a second cluster changed {len(changes)} records, first {'; '.join(changes[:3])}"


@pytest.mark.contract("pair.silent", PAIR, needs=JOINED)
def test_one_that_never_answers_takes_nothing_from_the_others(
    neighbours: Neighbours, netbox: NetBox, registrar: Registrar, synchroniser: Synchroniser
) -> None:
    """The synchronisation ends, well or not; what is there of the others is as it was."""
    registrar.further("silent", domain="mock.test", port=SILENT, timeout=PATIENCE, max_retries=0)
    job = synchroniser.run()
    changes = neighbours.after.differences(Holdings.of(netbox, ()))
    assert not changes, (
        f"beside one that never answers, job {job.number} ({job.state}) changed {len(changes)} records, "
        f"first {'; '.join(changes[:3])}"
    )
