"""What every check stands on: the cell from the environment, the stack that is already up, and the verdicts."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import urllib3
from pytest_docker.plugin import DockerComposeExecutor, Services

import verdicts
from answers import answers
from backend import Backend
from cell import CANDIDATE, Cell, plugin_facts
from containers import Stack
from contracts import BACKEND, PLUGIN
from holdings import Holdings
from netbox import Browser, NetBox
from pages import FORMS, api_routes, refusals
from pairing import Endpoints, Registrar
from people import Right, hired
from shelf import api_lists
from syncing import Job, Synchroniser
from world import Proxmox, World
from worlds import Datacenter, large, small

ORDINARY = "ordinary"
WRITTEN = ("dcim", "extras", "ipam", "tenancy", "virtualization")
"""The parts of NetBox that a synchronisation writes to."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and silence the warning about the mock's self-made certificate."""
    config.addinivalue_line("markers", "services(names): the Proxmox services that it applies to; without it, all")
    config.addinivalue_line("markers", "phases(names): the phases that ask for the check; without it, all do")
    config.addinivalue_line("markers", "paths(names): the paths that ask for the check; without it, all do")
    config.addinivalue_line("markers", "contract(name, side, needs): the promise of the pair that a check proves")
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a cell does not ask for: the old final is only filled with data, what is slow runs on one path."""
    cell = Cell.of()
    left = [item for item in items if not _asked(item, cell)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def _asked(item: pytest.Item, cell: Cell) -> bool:
    marks = ((item.get_closest_marker(name), told) for name, told in (("phases", cell.phase), ("paths", cell.path)))
    return all(mark is None or told in mark.args for mark, told in marks)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin each check with its contract."""
    verdicts.begin(item)
    service = Cell.of().proxmox_service
    mark = item.get_closest_marker("services")
    if mark is not None and service not in mark.args:
        pytest.skip(f"not applicable: {service} is no source of synchronisations")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let each failure name its contract."""
    outcome: Any = yield
    verdicts.judge(item, call, outcome.get_result())


@pytest.fixture(scope="session")
def cell() -> Cell:
    """Return the cell under test."""
    return Cell.of()


@pytest.fixture(scope="session")
def docker_compose_command() -> str:
    """Return the Compose command; the variables that the stack's file reads are in the environment."""
    return "docker compose"


@pytest.fixture(scope="session")
def docker_compose_file(cell: Cell) -> str:
    """Return the stack's own Compose file."""
    return cell.stack_file


@pytest.fixture(scope="session")
def docker_compose_project_name(cell: Cell) -> str:
    """Return the project name of the stack that is up."""
    return cell.stack_project


@pytest.fixture(scope="session")
def docker_setup() -> list[str]:
    """Start nothing: the orchestrator did."""
    return []


@pytest.fixture(scope="session")
def docker_cleanup() -> list[str]:
    """Stop nothing: the orchestrator keeps the logs first."""
    return []


@pytest.fixture(scope="session")
def stack(docker_services: Services, docker_compose_command: str, cell: Cell, pytestconfig: pytest.Config) -> Stack:  # noqa: ARG001
    """Return the running stack (pytest-docker owns its session), and let the verdicts read its logs."""
    compose = DockerComposeExecutor(docker_compose_command, cell.stack_file, cell.stack_project)
    secrets = (*cell.secrets, Backend.of(cell).key)
    pytestconfig.stash[verdicts.STACK] = Stack(compose, secrets)
    return pytestconfig.stash[verdicts.STACK]


@pytest.fixture(scope="session", autouse=True)
def _logs(stack: Stack) -> None:
    """Make the logs readable from the first check on."""


@pytest.fixture(scope="session")
def netbox(cell: Cell) -> NetBox:
    """Return NetBox's API."""
    return NetBox(cell.netbox_url, cell.netbox_token)


@pytest.fixture(scope="session")
def browser(cell: Cell, netbox: NetBox) -> Browser:
    """Return a logged-in session on NetBox's pages."""
    return Browser.login(netbox, cell.netbox_user, cell.netbox_password)


@pytest.fixture(scope="session")
def facts(cell: Cell) -> dict[str, Any]:
    """Return what NetBox's Django told of the plugin when the database was migrated."""
    return plugin_facts(cell.facts)


@pytest.fixture(scope="session", autouse=True)
def _described(cell: Cell, netbox: NetBox) -> Iterator[Future[dict[str, Any]] | None]:
    """Ask at once for what takes NetBox ten seconds to make: what needs none of it goes on meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(netbox.schema) if cell.phase == CANDIDATE else None


@pytest.fixture(scope="session")
def schema(_described: Future[dict[str, Any]]) -> dict[str, Any]:
    """Return NetBox's description of its API, asked once."""
    return _described.result()


@pytest.fixture(scope="session")
def backend(cell: Cell, stack: Stack) -> Backend:
    """Return the backend over HTTP, its key registered; what needs no backend is checked while it still starts."""
    backend = Backend.of(cell)
    stack.await_answer("backend", backend.answers, side=BACKEND)
    backend.admit()
    stack.lighten("backend", backend.key)
    return backend


@pytest.fixture(scope="session")
def datacenter() -> Datacenter:
    """Return the datacenter that is synchronised: of the size and the seed that the environment names."""
    size = {"small": small, "large": large}[os.environ.get("RELEASEGATE_WORLD") or "small"]
    return size(int(os.environ.get("RELEASEGATE_SEED") or 1))


@pytest.fixture(scope="session")
def proxmox(cell: Cell, datacenter: Datacenter) -> Proxmox:
    """Return the Proxmox mock, which holds the datacenter."""
    mock = Proxmox(cell.mock_url)
    if cell.syncs:
        mock.exchange(answers(datacenter))
    return mock


@pytest.fixture(scope="session", autouse=True)
def _exchanged(proxmox: Proxmox) -> None:
    """Let the mock hold the datacenter before anybody looks."""


@pytest.fixture(scope="session")
def world(proxmox: Proxmox) -> World:
    """Return what the mock holds."""
    return proxmox.world()


@pytest.fixture(scope="session")
def pairs_cell(cell: Cell, netbox: NetBox, facts: dict[str, Any]) -> Cell:
    """Return the cell as the pair knows it: with the token that the backend writes by, and whose it is.

    ``RELEASEGATE_USER=ordinary`` gives it to a user who is no superuser, in the form that NetBox gives out today.
    """
    if os.environ.get("RELEASEGATE_USER") != ORDINARY or cell.phase != CANDIDATE:
        return cell
    apps = (*WRITTEN, *{label.partition(".")[0] for label in facts["shown"]})
    models = tuple(model for model in api_lists(netbox) if model.partition(".")[0] in apps)
    person = hired(netbox, "automation", [Right(models, ("view", "add", "change", "delete"))])
    return replace(cell, netbox_user=person.name, netbox_token=person.api.token)


@pytest.fixture(scope="session")
def endpoints(pairs_cell: Cell, netbox: NetBox, backend: Backend, stack: Stack, facts: dict[str, Any]) -> Endpoints:
    """Return the pair's registered endpoints."""
    return Registrar(pairs_cell, netbox, backend, stack, facts["base"]).register()


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
def first_sync(request: pytest.FixtureRequest, synchroniser: Synchroniser, cell: Cell) -> Job:
    """Return the first full synchronisation of this phase, ended one way or the other."""
    number = synchroniser.start()
    if cell.phase == CANDIDATE:
        request.getfixturevalue("forms")  # for its first seconds are the backend's alone
    return synchroniser.wait(number)


@pytest.fixture(scope="session")
def forms(browser: Browser, facts: dict[str, Any]) -> dict[str, str]:
    """Return each of the plugin's pages that shows no record, by its path, with why it does not open or nothing."""
    paths = [f"/{page}" for page in facts["pages"] if page.endswith(FORMS)]
    return dict.fromkeys(paths, "") | refusals(paths, browser.get)


@pytest.fixture(scope="session")
def api(netbox: NetBox, facts: dict[str, Any]) -> dict[str, Any]:
    """Return every route that the plugin's API root leads to, with its answer, asked once."""
    return api_routes(netbox, f"/api/plugins/{facts['base']}/")


@pytest.fixture(scope="session")
def lists(api: dict[str, Any]) -> tuple[str, ...]:
    """Return the list routes of the plugin's API that answer; whether all do is another contract's matter."""
    return tuple(path for path, answer in api.items() if isinstance(answer, dict) and "results" in answer)


@pytest.fixture(scope="session")
def first(request: pytest.FixtureRequest, netbox: NetBox, first_sync: Job, cell: Cell) -> Holdings:  # noqa: ARG001
    """Return what NetBox holds after the first synchronisation, and write it into the report."""
    api, lists = request.getfixturevalue("api"), request.getfixturevalue("lists")  # not before there is something
    holdings = Holdings.of(netbox, lists, api)
    holdings.report(cell.report / f"objects-{cell.phase}.json")
    return holdings


@pytest.fixture(scope="session")
def second_sync(first: Holdings, synchroniser: Synchroniser) -> int:  # noqa: ARG001
    """Start a second full synchronisation and return its number."""
    return synchroniser.start()
