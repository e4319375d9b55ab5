"""Warnings and errors that the last final's run did not have are told: they break nothing, and somebody should look."""

import json
import os
from collections import Counter
from collections.abc import Callable

import pytest
from containers import Stack
from stack_cell import RELEASED, told
from troubles import keep, kept, new, troubles

from cell import Cell

SINCE = os.environ.get("RELEASEGATE_SINCE", "")


@pytest.mark.contract("stack.new-warnings")
def test_what_is_warned_of_for_the_first_time_is_told(
    stack: Stack, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    """In an upgrade the last final runs first, on the same data."""
    services = [service for service, role in told("STACK_SERVICES").items() if role]
    now = Counter(line for service in services for line in troubles(service, stack.log(service, SINCE)))
    keep(cell.report / f"warnings-{cell.phase}.json", now)
    before = kept(cell.report / f"warnings-{RELEASED}.json")
    if cell.phase == RELEASED:
        return
    if before is None:
        pytest.skip("the last final did not run here: it does in an upgrade")
    lines = [line for line in new(before, now) if not any(each.fits(line) for each in cell.allowed)]
    record_property("told", json.dumps([f"the last final did not warn of this: {line}" for line in lines]))
