"""Each route of the running backend that needs nothing answers, whether its description names it or not."""

import json
from datetime import UTC, datetime

import pytest
import requests

from backend import Backend
from cell import CANDIDATE, PVE, Cell
from containers import Stack
from contracts import BACKEND
from pages import SERVER_ERROR, summary
from traffic import REQUEST
from words import words

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
NOT_IMPLEMENTED = "501"


@pytest.mark.contract("backend.get-routes", BACKEND, needs=("pair.sync",))
def test_the_backend_answers_on_every_route(backend: Backend, stack: Stack, cell: Cell) -> None:
    """Its own route table, GET without an argument: none is answered with a server error."""
    table = json.loads(stack.run("exec -T backend /opt/releasegate/run routes").strip().splitlines()[-1])
    if not table:
        pytest.skip("this backend cannot be asked for its route table")
    refused = {path: said for path in table if (said := _complaint(backend, path))}
    refused = {path: said for path, said in refused.items() if not _world_ends(backend, stack, path)}
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(table)} routes {summary(refused)}"


def _complaint(backend: Backend, path: str) -> str:
    """Return how a route failed; a stream is only begun."""
    try:
        with backend.request("GET", path, stream=True) as answer:
            return f"answered {answer.status_code}{words(answer)}" if answer.status_code >= SERVER_ERROR else ""
    except requests.RequestException as error:
        return type(error).__name__


def _world_ends(backend: Backend, stack: Stack, path: str) -> bool:
    """Whether a route fails because the mock was asked for what it does not play: that judges nobody."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    _complaint(backend, path)
    asked = [REQUEST.search(line) for line in stack.log("mock", since).splitlines()]
    return any(each and each["status"] == NOT_IMPLEMENTED for each in asked)
