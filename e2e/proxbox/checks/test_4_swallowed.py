"""What nobody else reports: what the services answered each other, and what they raised, while the checks ran."""

import os

import pytest
from cell import CANDIDATE, UPGRADE, Cell
from containers import Stack
from contracts import BACKEND, PAIR, PLUGIN
from traffic import SERVER_ERROR, Exchange, exchanges, raised, told, unexpected

pytestmark = pytest.mark.phases(CANDIDATE)
SINCE = os.environ.get("RELEASEGATE_SINCE", "")


@pytest.fixture(scope="module")
def passed(stack: Stack) -> list[Exchange]:
    """Return all that the services asked of each other so far."""
    clients = stack.addresses()
    return [each for server in ("netbox", "backend") for each in exchanges(server, stack.log(server, SINCE), clients)]


def _refuse(kind: str, found: list[Exchange], cell: Cell) -> None:
    wrong = unexpected(found, cell.allowed)
    assert not wrong, f"{kind}, of {sum(wrong.values())} requests nobody declared: {told(wrong)}"


@pytest.mark.contract("pair.routes", PAIR, needs=("pair.endpoints",))
def test_each_asks_the_other_for_what_is_there(passed: list[Exchange], cell: Cell) -> None:
    """No request between plugin, backend and NetBox asks for a route, or a method, that the other does not have."""
    _refuse("a route is not there", [each for each in passed if each.failed and each.status < SERVER_ERROR], cell)


@pytest.mark.contract("backend.no-errors", BACKEND, needs=("pair.endpoints",))
def test_the_backend_fails_in_no_answer(passed: list[Exchange], cell: Cell) -> None:
    """It answers none of the plugin's requests with a server error."""
    _refuse(
        "the backend failed",
        [e for e in passed if e.failed and e.status >= SERVER_ERROR and e.server == "backend"],
        cell,
    )


@pytest.mark.contract("netbox.no-errors", PLUGIN, needs=("pair.endpoints",))
def test_netbox_fails_in_no_answer(passed: list[Exchange], cell: Cell) -> None:
    """It answers none of the backend's requests with a server error."""
    _refuse(
        "NetBox failed", [e for e in passed if e.failed and e.status >= SERVER_ERROR and e.server == "netbox"], cell
    )


@pytest.mark.contract("backend.no-traceback", BACKEND, needs=("backend.version",))
def test_the_backend_logs_no_stack_trace(stack: Stack, cell: Cell) -> None:
    """What is caught and logged is a defect that nobody was told of."""
    # In an upgrade it begins before its NetBox, which does not answer yet: that is the stack's doing.
    traces = [each for each in raised("backend", stack.log("backend", SINCE)) if cell.path != UPGRADE or not each.alone]
    wrong = unexpected(traces, cell.allowed)
    assert not wrong, told(wrong)
