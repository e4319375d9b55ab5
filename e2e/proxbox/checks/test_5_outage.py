"""The backend goes away and comes back: NetBox stays, the plugin says clearly what is wrong, then all is well again."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from cell import CANDIDATE
from containers import Stack
from contracts import BACKEND, PAIR, PLUGIN
from netbox import Browser
from pages import refusals, summary

from backend import Backend
from pair_cell import ORDINARY, PVE, PairCell
from pairing import INSIDE, Endpoints
from syncing import BRIEF, Job, Synchroniser
from test_4_keys import keepalive

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
# The plugin may keep a good answer for half a minute; after that it must know better.
NOTICED = 90.0
PAUSE = 1.0
TWICE = 2
"""The first synchronisation may spoil the second."""


@dataclass(frozen=True)
class Outage:
    """What was seen while the backend was down."""

    keepalive: dict[str, Any]
    refused: dict[str, str]
    during: Job


def _status(browser: Browser, facts: dict[str, Any], endpoints: Endpoints, kind: str = "fastapi") -> dict[str, Any]:
    """Ask the plugin how its backend is, or how what is behind that is."""
    answer = browser.get(keepalive(facts, endpoints, kind))
    status: dict[str, Any] = answer.json() if answer.ok else {"status": f"HTTP {answer.status_code}"}
    return status


def _until_well(browser: Browser, facts: dict[str, Any], endpoints: Endpoints, kind: str) -> dict[str, Any]:
    """Ask until all is well, or the plugin has had the time to forget what it noticed before."""
    end = time.monotonic() + NOTICED
    status = _status(browser, facts, endpoints, kind)
    while status.get("status") != "success" and time.monotonic() < end:
        time.sleep(PAUSE)
        status = _status(browser, facts, endpoints, kind)
    return status


def _until_noticed(browser: Browser, facts: dict[str, Any], endpoints: Endpoints) -> dict[str, Any]:
    """Ask until the plugin has noticed, or the time for that is over."""
    end = time.monotonic() + NOTICED
    status = _status(browser, facts, endpoints)
    while status.get("status") == "success" and time.monotonic() < end:
        time.sleep(PAUSE)
        status = _status(browser, facts, endpoints)
    return status


@pytest.fixture(scope="module")
def outage(
    stack: Stack, browser: Browser, facts: dict[str, Any], endpoints: Endpoints, synchroniser: Synchroniser
) -> Outage:
    """Take the backend away, look, and bring it back whatever was seen."""
    stack.cut_off("backend")
    try:
        keepalive = _until_noticed(browser, facts, endpoints)
        lists = [f"/{page}" for page in facts["pages"] if page.endswith("/")][:5]
        refused = refusals(["/", *lists], browser.get)
        during = synchroniser.wait(synchroniser.start(BRIEF), until_started=True)
        seen = Outage(keepalive, refused, during)
    finally:
        stack.rejoin("backend")
    return seen


@pytest.mark.contract("pair.outage", PLUGIN, needs=("pair.sync",))
def test_an_absent_backend_is_told_clearly(request: pytest.FixtureRequest) -> None:
    """NetBox stays up, and whoever asks reads words, not a stack trace."""
    seen: Outage = request.getfixturevalue("outage")
    assert not seen.refused, f"with the backend down, of NetBox's pages {summary(seen.refused)}"
    assert seen.keepalive.get("status") != "success", "the plugin still calls its absent backend a success"
    words = " ".join(str(value) for value in seen.keepalive.values())
    assert "Traceback" not in words, "the plugin shows a stack trace instead of an error"
    assert seen.keepalive.get("detail"), f"the plugin gives no reason: {seen.keepalive}"
    assert not seen.during.completed, "a synchronisation without a backend ended as completed"


@pytest.mark.contract("pair.recovery", BACKEND, needs=("pair.outage",))
def test_the_pair_recovers(outage: Outage, synchroniser: Synchroniser, backend: Backend, stack: Stack) -> None:
    """The job of the outage ends with words or by itself; the next synchronisation completes."""
    assert _here(stack, backend).version(), "the backend came back without a version"
    ended = synchroniser.wait(outage.during.number)
    assert ended.completed or ended.words, f"job {ended.number} ended {ended.state} without a word"
    again = ended if ended.completed else synchroniser.run(BRIEF)
    assert again.completed, f"after the backend came back, job {again.number} ended {again.state}: {again.words}"


@pytest.mark.contract("pair.restart", PAIR, needs=("pair.recovery",))
def test_a_backend_that_begins_anew_knows_what_it_knew(
    cell: PairCell, stack: Stack, backend: Backend, synchroniser: Synchroniser, request: pytest.FixtureRequest
) -> None:
    """It reaches Proxmox and NetBox, whoever asks first, by the plugin's key if it needs no other, and synchronises."""
    if cell.pair_user != ORDINARY:
        pytest.skip(f"its key is its own here: run with --user {ORDINARY}")
    browser, facts, endpoints = map(request.getfixturevalue, ("browser", "facts", "endpoints"))
    _here(stack, backend).forget_key()
    stack.restart("backend")
    stack.await_answer("backend", lambda: _here(stack, backend).answers(), side=BACKEND)
    _require_first_answer(stack, backend)
    told = {kind: _until_well(browser, facts, endpoints, kind) for kind in ("proxmox", "netbox", "fastapi")}
    wrong = {kind: each for kind, each in told.items() if each.get("status") != "success"}
    said = "; ".join(f"{kind}: {each.get('status')}, {each.get('detail')}" for kind, each in wrong.items())
    assert not wrong, f"after the backend began anew, keepalives are no success: {said}"
    for _ in range(TWICE):
        job = synchroniser.run(BRIEF)
        assert job.completed, f"after the backend began anew, job {job.number} ended {job.state}: {job.words}"


def _require_first_answer(stack: Stack, backend: Backend) -> None:
    """Ask past the plugin for Proxmox, before anybody has told where NetBox is, which may hold the key to that.

    The plugin tells it before it asks, but only once in a while. An older release has no such route.
    """
    first = _here(stack, backend).request("GET", "/proxmox/version", params={"source": "database"})
    said = stack.masked(first.text)[:200]
    assert first.ok or first.status_code == requests.codes.not_found, (
        f"asked first for Proxmox after it began anew, the backend answers {first.status_code}: {said}"
    )


def _here(stack: Stack, backend: Backend) -> Backend:
    """Return the backend where it is published now."""
    return Backend(f"http://{stack.published('backend', INSIDE['backend'])}", backend.key)
