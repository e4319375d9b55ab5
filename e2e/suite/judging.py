"""What every suite stands on: contracts, phases, what is left out, verdicts, and the stack that is up already."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
import urllib3
from pytest_docker.plugin import DockerComposeExecutor

import verdicts
from containers import Stack
from contracts import side_of
from stack_cell import StackCell, secrets, told


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and silence the warning about a certificate that a service made itself."""
    config.addinivalue_line("markers", "phases(names): the phases that ask for the check; without it, all do")
    config.addinivalue_line("markers", "paths(names): the paths that ask for the check; without it, all do")
    config.addinivalue_line("markers", "contract(name, side, needs): the promise that a check proves")
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the checks by their files' names, whichever stack they are of; leave out what a cell does not ask for.

    The old final is only filled with data; what is slow runs on one path.
    """
    cell = StackCell.of()
    left = [item for item in items if not _asked(item, cell)]
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = sorted((item for item in items if item not in left), key=lambda item: item.path.name)


def _asked(item: pytest.Item, cell: StackCell) -> bool:
    marks = ((item.get_closest_marker(name), told) for name, told in (("phases", cell.phase), ("paths", cell.path)))
    return all(mark is None or told in mark.args for mark, told in marks)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin each check with its contract; what is left out is skipped, with the reason."""
    verdicts.begin(item)
    name = verdicts.contract_of(item).name
    for pattern, reason in told("LEFT_OUT").items():
        if fnmatchcase(name, pattern):
            pytest.skip(f"left out: {reason}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let each failure name its contract."""
    outcome: Any = yield
    verdicts.judge(item, call, outcome.get_result())


@pytest.fixture(scope="session")
def cell() -> StackCell:
    """Return the cell under test."""
    return StackCell.of()


@pytest.fixture(scope="session")
def further_secrets() -> tuple[str, ...]:
    """Return what no report may show besides the stack's secrets; a suite of its own may say more."""
    return ()


@pytest.fixture(scope="session")
def stack(cell: StackCell, further_secrets: tuple[str, ...], pytestconfig: pytest.Config) -> Stack:
    """Return the running stack, which the orchestrator starts and stops, and let the verdicts read its logs."""
    compose = DockerComposeExecutor("docker compose", cell.stack_file.split(os.pathsep), cell.stack_project)
    sides = {service: side_of(role) for service, role in told("STACK_SERVICES").items()}
    pytestconfig.stash[verdicts.STACK] = Stack(compose, (*secrets(), *further_secrets), sides)
    return pytestconfig.stash[verdicts.STACK]


@pytest.fixture(scope="session", autouse=True)
def _logs(stack: Stack) -> None:
    """Make the logs readable from the first check on."""
