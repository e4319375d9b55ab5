"""What NetBox and its worker raised while the checks ran, whoever caught it."""

import os

import pytest
from containers import Stack
from contracts import PLUGIN
from traffic import raised, told, unexpected

from cell import CANDIDATE, Cell

SINCE = os.environ.get("RELEASEGATE_SINCE", "")


@pytest.mark.contract("plugin.no-traceback", PLUGIN, needs=("netbox.up",))
@pytest.mark.phases(CANDIDATE)
@pytest.mark.parametrize("service", ["netbox", "worker"])
def test_netbox_logs_no_stack_trace(stack: Stack, cell: Cell, service: str) -> None:
    """What is caught and logged is a defect that nobody was told of."""
    wrong = unexpected(raised(service, stack.log(service, SINCE)), cell.allowed)
    assert not wrong, told(wrong)
