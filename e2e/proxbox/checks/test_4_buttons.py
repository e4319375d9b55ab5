"""Each single synchronisation, pressed as a person presses it: its own job completes, and changes nothing here."""

import re
from typing import Any

import pytest
from cell import CANDIDATE, Cell
from contracts import BACKEND, PAIR
from holdings import Holdings
from netbox import NetBox

from pair_cell import PVE, WHOLE
from syncing import FULL, Synchroniser

# Slow, so judged in the cells that ask for all.
pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE), pytest.mark.depths(WHOLE)]
SINGLE = re.compile(r"/sync/(?!schedule|selected)[\w/-]+/$")


@pytest.mark.contract("pair.single-syncs", PAIR, needs=("pair.sync",))
def test_each_single_synchronisation_completes(synchroniser: Synchroniser, facts: dict[str, Any], cell: Cell) -> None:
    """Whichever button is pressed, a job of its own name ends as completed and reports no error."""
    buttons = [page for page in facts["pages"] if SINGLE.search(page) and not FULL.search(page)]
    assert buttons, "the plugin has no single synchronisation to press"
    wrong: dict[str, str] = {}
    for page in buttons:
        job = synchroniser.run(re.compile(re.escape(page[page.index("/sync/") :]) + "$"))
        if not job.completed:
            wrong[f"/{page}"] = f"ended {job.state}: {job.words}"
        elif job.troubles:
            wrong[f"/{page}"] = f"reports {len(job.troubles)} errors, first {job.troubles[0]}"
    wrong = cell.undeclared(wrong)
    first = "; ".join(f"{page} {said}" for page, said in list(wrong.items())[:3])
    assert not wrong, f"of {len(buttons)} single synchronisations {len(wrong)} did not complete: {first}"


@pytest.mark.contract("pair.single-syncs-change-nothing", BACKEND, needs=("pair.single-syncs",))
def test_the_single_synchronisations_change_nothing(
    first: Holdings, netbox: NetBox, lists: tuple[str, ...], cell: Cell
) -> None:
    """Proxmox did not move, so whatever was synchronised by itself is as it was."""
    changes = list(cell.undeclared(dict.fromkeys(first.differences(Holdings.of(netbox, lists)), "")))
    assert not changes, f"the single synchronisations made {len(changes)} changes, first {'; '.join(changes[:3])}"
