"""What the checks of the pair share: the backend, the Proxmox side, the endpoints, and the synchronisations."""

from dataclasses import replace
from typing import Any

import pytest
from cell import CANDIDATE
from containers import Stack
from contracts import BACKEND, PLUGIN
from holdings import Holdings
from netbox import Browser, NetBox
from people import Person, Right, hired
from records import api_lists

from answers import answers
from backend import Backend
from datacenters import Datacenter, large, small
from inventory import called
from pair_cell import ORDINARY, PairCell
from pairing import Endpoints, Registrar, plugin_key
from proxmox_side import Proxmox, World
from syncing import Job, Synchroniser

GRANTS = "sensitive-data-access"
"""Where a release grants that a user may read the key that the plugin keeps for its backend, as it asks for."""
WRITTEN = ("dcim", "extras", "ipam", "tenancy", "virtualization")
"""The parts of NetBox that a synchronisation writes to."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    config.addinivalue_line("markers", "depths(names): the depths of a cell that ask for the check; without it, all")
    config.addinivalue_line("markers", "worlds(names): the worlds that it is judged in; without it, all")
    config.addinivalue_line("markers", "services(names): the Proxmox services that it applies to; without it, all")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what does not apply to the Proxmox service of the cell, and what takes minutes where nobody asks for it."""
    cell = PairCell.of()
    services, depths = item.get_closest_marker("services"), item.get_closest_marker("depths")
    if services is not None and cell.proxmox_service not in services.args:
        pytest.skip(f"not applicable: {cell.proxmox_service} is no source of synchronisations")
    if depths is not None and cell.depth not in depths.args:
        pytest.skip(f"takes minutes: run with --depth {depths.args[0]}")
    worlds = item.get_closest_marker("worlds")
    if worlds is not None and cell.world not in worlds.args:
        pytest.skip(f"says the same of any world: run with --world {worlds.args[0]}")


@pytest.fixture(scope="session")
def cell() -> PairCell:
    """Return the cell under test."""
    return PairCell.of()


@pytest.fixture(scope="session")
def fills() -> bool:
    """Records come from a synchronisation here, which would ask endpoints that are none."""
    return False


@pytest.fixture(scope="session")
def further_secrets(cell: PairCell) -> tuple[str, ...]:
    """Return the backend's key and the plugin's, which are derived from secrets of the run."""
    return Backend.of(cell).key, plugin_key(cell)


@pytest.fixture(scope="session")
def backend(cell: PairCell, stack: Stack) -> Backend:
    """Return the backend over HTTP, its key registered; what needs no backend is checked while it still starts."""
    backend = Backend.of(cell)
    stack.await_answer("backend", backend.answers, side=BACKEND)
    backend.admit()
    if cell.pair_user == ORDINARY and not backend.holds_a_key():
        backend.keep_key(plugin_key(cell))
    stack.lighten("backend", backend.key)
    return backend


@pytest.fixture(scope="session")
def datacenter(cell: PairCell) -> Datacenter:
    """Return the datacenter that is synchronised, of the cell's size."""
    return {"small": small, "large": large}[cell.world](int(cell.world_seed))


@pytest.fixture(scope="session")
def proxmox(cell: PairCell, datacenter: Datacenter) -> Proxmox:
    """Return the Proxmox mock, which holds the datacenter."""
    mock = Proxmox(cell.mock_url)
    if cell.syncs:
        mock.exchange(answers(datacenter))
    return mock


@pytest.fixture(scope="session", autouse=True)
def _exchanged(proxmox: Proxmox) -> None:
    """Let the mock hold the datacenter before anybody looks."""


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest, proxmox: Proxmox) -> World:
    """Return what the mock holds; of guests of one name each is called as NetBox shows it after a synchronisation."""
    held = proxmox.world()
    return held.as_called(called(request.getfixturevalue("first"))) if held.twins else held


@pytest.fixture(scope="session")
def operator(cell: PairCell, netbox: NetBox, facts: dict[str, Any]) -> Person | None:
    """Return the ordinary user who pairs both, where the cell asks for one: no superuser, with the rights to do it."""
    if cell.pair_user != ORDINARY or cell.phase != CANDIDATE:
        return None
    apps = (*WRITTEN, *{label.partition(".")[0] for label in facts["shown"]})
    models = tuple(model for model in api_lists(netbox) if model.partition(".")[0] in apps)
    person = hired(netbox, "automation", [Right(models, ("view", "add", "change", "delete"))])
    grants = f"/api/plugins/{facts['base']}/{GRANTS}/"
    if netbox.has(grants):
        netbox.json("POST", grants, json={"user": person.number, "can_access_sensitive_data": True})
    return person


@pytest.fixture(scope="session")
def pairs_cell(cell: PairCell, operator: Person | None) -> PairCell:
    """Return the cell as the pair knows it: with the token that the backend writes by, and whose it is.

    An ordinary user's token has the form that NetBox gives out today.
    """
    if operator is None:
        return cell
    return replace(cell, netbox_user=operator.name, netbox_token=operator.api.token)


@pytest.fixture(scope="session")
def registrar(
    request: pytest.FixtureRequest, pairs_cell: PairCell, netbox: NetBox, backend: Backend, stack: Stack
) -> Registrar:
    """Return who makes the pair's endpoints: through the API, and for an ordinary user through forms."""
    facts: dict[str, Any] = request.getfixturevalue("facts")
    operator: Person | None = request.getfixturevalue("operator")
    adding = {
        f"/{each['api']}": f"/{each['pages']['add']}" for each in facts["shown"].values() if "add" in each["pages"]
    }
    person = operator.browser if operator else None
    return Registrar(pairs_cell, netbox, backend, stack, facts["base"], person, adding)


@pytest.fixture(scope="session")
def endpoints(registrar: Registrar) -> Endpoints:
    """Return the pair's registered endpoints."""
    return registrar.register()


@pytest.fixture(scope="session")
def synchroniser(
    netbox: NetBox,
    browser: Browser,
    facts: dict[str, Any],
    endpoints: Endpoints,  # noqa: ARG001
    stack: Stack,
) -> Synchroniser:
    """Return what starts and follows synchronisations, once there is something between which, and who does it."""
    stack.await_answer("worker", lambda: stack.passes("worker", "/opt/releasegate/run healthy work"), side=PLUGIN)
    return Synchroniser(netbox, browser, tuple(facts["pages"]))


@pytest.fixture(scope="session")
def first_sync(request: pytest.FixtureRequest, synchroniser: Synchroniser, cell: PairCell) -> Job:
    """Return the first full synchronisation of this phase, ended one way or the other."""
    number = synchroniser.start()
    if cell.phase == CANDIDATE:
        request.getfixturevalue("forms")  # for its first seconds are the backend's alone
    return synchroniser.wait(number)


@pytest.fixture(scope="session")
def first(request: pytest.FixtureRequest, netbox: NetBox, first_sync: Job, cell: PairCell) -> Holdings:  # noqa: ARG001
    """Return what NetBox holds after the first synchronisation, and write it into the report."""
    api, lists = request.getfixturevalue("api"), request.getfixturevalue("lists")  # not before there is something
    holdings = Holdings.of(netbox, lists, api)
    holdings.report(cell.report / f"objects-{cell.phase}.json")
    return holdings


@pytest.fixture(scope="session")
def second_sync(first: Holdings, synchroniser: Synchroniser) -> int:  # noqa: ARG001
    """Start a second full synchronisation and return its number."""
    return synchroniser.start()
