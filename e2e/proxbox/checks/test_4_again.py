"""Nothing new in a second synchronisation. A large datacenter's is that which follows it when it moved."""

import pytest
from cell import CANDIDATE, Cell
from contracts import PAIR
from holdings import Holdings
from netbox import NetBox

from pair_cell import PVE, SMALL
from syncing import Synchroniser


@pytest.mark.contract("pair.second-sync", PAIR, needs=("pair.sync", "pair.second-sync"))
@pytest.mark.phases(CANDIDATE)
@pytest.mark.services(PVE)
@pytest.mark.worlds(SMALL)
def test_a_second_sync_changes_nothing(  # noqa: PLR0913, PLR0917 - what is compared
    first: Holdings, second_sync: int, synchroniser: Synchroniser, netbox: NetBox, lists: tuple[str, ...], cell: Cell
) -> None:
    """Proxmox did not move, so NetBox must not."""
    job = synchroniser.wait(second_sync)
    assert job.completed, f"the second synchronisation (job {job.number}) ended {job.state}: {job.words}"
    assert not job.troubles, f"the second synchronisation reports {len(job.troubles)} errors, first {job.troubles[0]}"
    changes = list(cell.undeclared(dict.fromkeys(first.differences(Holdings.of(netbox, lists)), "")))
    assert not changes, f"the second synchronisation made {len(changes)} changes, first {'; '.join(changes[:3])}"
