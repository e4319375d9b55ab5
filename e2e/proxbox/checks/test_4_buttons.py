"""Each single synchronisation, pressed as a person presses it: its own job completes, and changes nothing here."""

import re
from typing import Any

import pytest
from cell import CANDIDATE, Cell
from containers import Stack
from contracts import BACKEND, PAIR, PLUGIN, BrokenContract
from forms import confirmed
from holdings import Holdings
from netbox import Browser, NetBox

from pair_cell import PVE, SMALL, WHOLE
from syncing import FULL, Synchroniser

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
SINGLE = re.compile(r"/sync/(?!schedule|selected)[\w/-]+/$")


@pytest.fixture(scope="module")
def buttons(facts: dict[str, Any]) -> dict[str, re.Pattern[str]]:
    """Return the plugin's buttons."""
    return single(facts["pages"])


def single(pages: list[str]) -> dict[str, re.Pattern[str]]:
    """Return each page that is pressed for one synchronisation, with what finds it and no other."""
    found = [page for page in pages if SINGLE.search(page) and not FULL.search(page)]
    return {f"/{page}": re.compile(re.escape(page[page.index("/sync/") :]) + "$") for page in found}


@pytest.mark.contract("pair.buttons", PLUGIN, needs=("pair.sync",))
def test_each_button_queues_a_job(
    synchroniser: Synchroniser, browser: Browser, stack: Stack, buttons: dict[str, re.Pattern[str]], cell: Cell
) -> None:
    """No job is run here: that takes minutes, and is another contract's where a cell asks for it."""
    assert buttons, "the plugin has no single synchronisation to press"
    wrong: dict[str, str] = {}
    queued: list[int] = []
    stack.run("pause worker")
    try:
        for page, button in buttons.items():
            try:
                queued.append(synchroniser.start(button))
            except BrokenContract as error:
                wrong[page] = error.sentence
        for number in queued:
            confirmed(browser, f"/core/jobs/{number}/delete/")
    finally:
        stack.run("unpause worker")
    wrong = cell.undeclared(wrong)
    assert not wrong, f"of {len(buttons)} single synchronisations {len(wrong)} cannot be begun: {_first(wrong)}"


# Slow, so judged in the cells that ask for all.
@pytest.mark.contract("pair.single-syncs", PAIR, needs=("pair.buttons",))
@pytest.mark.depths(WHOLE)
@pytest.mark.worlds(SMALL)
def test_each_single_synchronisation_completes(
    synchroniser: Synchroniser, buttons: dict[str, re.Pattern[str]], cell: Cell
) -> None:
    """Whichever button is pressed, a job of its own name ends as completed and reports no error."""
    wrong: dict[str, str] = {}
    for page, button in buttons.items():
        job = synchroniser.run(button)
        if not job.completed:
            wrong[page] = f"ended {job.state}: {job.words}"
        elif job.troubles:
            wrong[page] = f"reports {len(job.troubles)} errors, first {job.troubles[0]}"
    wrong = cell.undeclared(wrong)
    assert not wrong, f"of {len(buttons)} single synchronisations {len(wrong)} did not complete: {_first(wrong)}"


def _first(wrong: dict[str, str]) -> str:
    return "; ".join(f"{page} {said}" for page, said in list(wrong.items())[:3])


@pytest.mark.contract("pair.single-syncs-change-nothing", BACKEND, needs=("pair.single-syncs",))
@pytest.mark.depths(WHOLE)
@pytest.mark.worlds(SMALL)
def test_the_single_synchronisations_change_nothing(
    first: Holdings, netbox: NetBox, lists: tuple[str, ...], cell: Cell
) -> None:
    """Proxmox did not move, so whatever was synchronised by itself is as it was."""
    changes = list(cell.undeclared(dict.fromkeys(first.differences(Holdings.of(netbox, lists)), "")))
    assert not changes, f"the single synchronisations made {len(changes)} changes, first {'; '.join(changes[:3])}"
