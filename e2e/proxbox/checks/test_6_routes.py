"""Each route of the running backend that needs nothing answers, whether its description names it or not."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from cell import CANDIDATE, Cell
from containers import Stack
from contracts import BACKEND
from pages import SERVER_ERROR, explained, summary
from traffic import REQUEST
from urllib3.exceptions import ReadTimeoutError
from words import body, words

from backend import TIMEOUT, Backend
from pair_cell import PVE, SMALL, WHOLE
from pairing import INSIDE

# Slow, so judged in the cells that ask for all.
pytestmark = [
    pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE), pytest.mark.worlds(SMALL), pytest.mark.depths(WHOLE),
]  # fmt: skip
NOT_IMPLEMENTED = "501"
DOES = re.compile(r"create|sync|update|clear|delete")
"""What stands in the name of a GET that does something: such are asked for last, and none while another still works."""
TOLD_AS = frozenset({"stream", "events", "ws", "sse"})
SECONDS = 420.0
STILL = "does not answer in time"
TOO_MANY = "has too many requests"
WAIT = 10.0


@pytest.mark.contract("backend.get-routes", BACKEND, needs=("pair.sync",))
def test_the_backend_answers_on_every_route(
    backend: Backend, stack: Stack, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    """Its own route table and its description, GET without an argument: none is answered with a server error."""
    here = replace(backend, url=f"http://{stack.published('backend', INSIDE['backend'])}")
    told = json.loads(stack.run("exec -T backend /opt/releasegate/run routes").strip().splitlines()[-1])
    table = {*told, *described(body(here.request("GET", "/openapi.json")))}
    if not table:
        pytest.skip("this backend has no route table that can be asked for, and describes no routes")
    end, refused, asked = time.monotonic() + SECONDS, dict[str, str](), 0
    for path in sorted(table, key=_order):
        said = _complaint(here, path)
        if said == TOO_MANY:
            # It spares itself: what it would answer is asked for a little later, and then no more.
            time.sleep(WAIT)
            said = _complaint(here, path)
        asked += said != TOO_MANY
        if said not in {"", STILL, TOO_MANY} and not _world_ends(here, stack, path):
            refused[path] = said
        if time.monotonic() > end or (said == STILL and _does(path)):
            break
    record_property("not-tried", f"{len(table) - asked} of {len(table)} routes")
    refused = cell.undeclared(refused)
    assert not refused, f"of {asked} routes {summary(refused)}"


def described(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths of a description that a GET without an argument is for."""
    for path, methods in document.get("paths", {}).items():
        needed = [each for each in methods.get("get", {}).get("parameters", ()) if each.get("required")]
        if "get" in methods and "{" not in path and not needed:
            yield path


def _order(path: str) -> tuple[bool, bool, int, str]:
    """Return when a route is asked: what only tells of something that is done comes before what does it."""
    return _does(path), bool(DOES.search(path)), path.count("/"), path


def _does(path: str) -> bool:
    """Whether a route does something: its last word says so, or that before where the last is how it is told."""
    *_, before, last = ("", *path.rstrip("/").split("/"))
    return bool(DOES.search(before if last in TOLD_AS else last))


def _complaint(backend: Backend, path: str) -> str:
    """Return how a route failed; of a stream only its beginning is read, but for one that does something."""
    try:
        answer = backend.request("GET", path, stream=True)
        with answer:
            if answer.status_code == requests.codes.too_many_requests:
                return TOO_MANY
            if answer.status_code >= SERVER_ERROR and not explained(answer):
                return f"answered {answer.status_code}{words(answer)}"
            return "" if not DOES.search(path) or _ended(answer) else STILL
    except requests.Timeout:
        return STILL
    except requests.RequestException as error:
        return type(error).__name__


def _ended(answer: requests.Response) -> bool:
    """Whether what an answer does is over: it was read to its end.

    One that falls silent on the way is not, and has answered all the same: requests calls that a broken connection.
    """
    end = time.monotonic() + TIMEOUT
    try:
        return all(time.monotonic() < end for _ in answer.iter_content(4096))
    except requests.ConnectionError as error:
        if any(isinstance(each, ReadTimeoutError) for each in error.args):
            return False
        raise


def _world_ends(backend: Backend, stack: Stack, path: str) -> bool:
    """Whether a route fails because the mock was asked for what it does not play: that judges nobody."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    _complaint(backend, path)
    asked = [REQUEST.search(line) for line in stack.log("mock", since).splitlines()]
    return any(each and each["status"] == NOT_IMPLEMENTED for each in asked)
