"""What a person does to a guest from its page in NetBox is done in Proxmox: it starts, stops, a state of it is kept."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from cell import CANDIDATE, Cell
from contracts import PAIR, PLUGIN
from forms import Form, complains, forms, message
from netbox import Browser, NetBox
from people import Right, dismissed, hired

from backend import Backend
from inventory import STATES
from pair_cell import PVE
from pairing import Endpoints
from proxmox_side import Guest, Proxmox

pytestmark = [pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE)]
WRITES = re.compile(r"writes?$")
"""The field of an endpoint by which a release lets people act on it; it is off where nobody asks for it."""
MACHINES = "/api/virtualization/virtual-machines/"
State = tuple[bool, int]
Pages = dict[Guest, str]
DONE: dict[str, Callable[[State, State], bool]] = {
    "start": lambda _, now: now[0],
    "stop": lambda _, now: not now[0],
    "snapshot": lambda before, now: now[1] > before[1],
}
"""The actions on a guest, with how Proxmox shows that each was done."""
ORDER = {True: ("stop", "start", "snapshot"), False: ("start", "stop", "snapshot")}
"""How one that runs is acted on, and one that does not: so that each has something to do, and all is as it was."""
PATIENCE, PAUSE = 10.0, 0.5
"""Seconds until an action must be seen in Proxmox, whose tasks are at their end at once."""
REFUSED = 1.0
"""Seconds for which one is looked for all the same that NetBox says is not done."""


@pytest.fixture(scope="module")
def pages(
    netbox: NetBox, backend: Backend, proxmox: Proxmox, endpoints: Endpoints, facts: dict[str, Any]
) -> Iterator[Pages]:
    """Return a guest of each kind with its page, while a person lets both sides act on them."""
    guests = dict(_one_of_each(netbox, proxmox))
    _tie(netbox, f"/api/plugins/{facts['base']}/{STATES}/", endpoints.numbers["proxmox"])
    _let_write(netbox, backend, endpoints, lets=True)
    yield guests
    _let_write(netbox, backend, endpoints, lets=False)


def _let_write(netbox: NetBox, backend: Backend, endpoints: Endpoints, *, lets: bool) -> None:
    """Let the plugin write to Proxmox, and the backend, which a person tells itself; or let it no more."""
    place = endpoints.path("proxmox")
    netbox.request("PATCH", place, json=_switched(netbox.get(place), on=lets))
    told = backend.request("GET", "/proxmox/endpoints")
    for each in told.json() if told.ok else ():
        backend.request("PUT", f"/proxmox/endpoints/{each['id']}", json=_switched(each, on=lets))


def _switched(record: Mapping[str, Any], *, on: bool) -> dict[str, bool]:
    """Return the fields that let people act, as they are to be."""
    return {name: on for name, value in record.items() if WRITES.search(name) and isinstance(value, bool)}


def _tie(netbox: NetBox, states: str, endpoint: int) -> None:
    """Confirm which Proxmox the guests are of, where a synchronisation leaves that to a person."""
    for each in netbox.every(states) if netbox.has(states) else ():
        if "endpoint" in each and each["endpoint"] is None:
            netbox.request("PATCH", each["url"], json={"endpoint": endpoint})


def _one_of_each(netbox: NetBox, proxmox: Proxmox) -> Iterator[tuple[Guest, str]]:
    """Yield the first guest of each kind that NetBox has once by its name, with its page."""
    seen: set[str] = set()
    for guest in proxmox.world().guests:
        if guest.kind in seen:
            continue
        found = netbox.get(MACHINES, name=guest.name)["results"]
        if len(found) == 1:
            seen.add(guest.kind)
            yield guest, f"/virtualization/virtual-machines/{found[0]['id']}/"


def offered(page: str, place: str) -> dict[str, Form]:
    """Return the actions that a guest's page offers, by what each does: what is posted to an address below it."""
    found = {}
    for form in forms(page):
        words = re.split(r"[^a-z]+", form.action.removeprefix(place)) if form.action.startswith(place) else []
        for word in DONE.keys() & set(words) if form.method == "post" else ():
            found[word] = form
    return found


def _is_done(word: str, before: State, proxmox: Proxmox, guest: Guest, seconds: float) -> bool:
    """Return whether Proxmox shows an action to be done, now or within so many seconds."""
    end = time.monotonic() + seconds
    while not (done := DONE[word](before, proxmox.state(guest))) and time.monotonic() < end:
        time.sleep(PAUSE)
    return done


@pytest.mark.contract("pair.actions", PAIR, needs=("pair.sync",))
def test_a_guest_does_what_it_is_told_from_its_page(
    pages: Pages, browser: Browser, proxmox: Proxmox, cell: Cell
) -> None:
    """Of what its page offers each is done, and a guest that ran runs again."""
    wrong: dict[str, str] = {}
    tried = 0
    for guest, place in pages.items():
        for word in ORDER[guest.running]:
            form = offered(browser.get(place).text, place).get(word)
            if form is None:
                continue
            before, unheld = proxmox.state(guest), len(proxmox.unanswered())
            answer = browser.post(form.action, form.fields)
            shown = browser.get(place).text  # a page says once what came of it
            if _is_done(word, before, proxmox, guest, REFUSED if complains(shown) else PATIENCE):
                tried += 1
            # What asks for more than the mock plays has shown nothing.
            elif len(proxmox.unanswered()) == unheld:
                said = message(shown) or f"{answer.status_code}"
                wrong[f"{word} of {guest.kind} guest {guest.name}"] = f"is not done; NetBox says: {said}"
    wrong = cell.undeclared(wrong)
    assert not wrong, "; ".join(f"{what} {said}" for what, said in list(wrong.items())[:3])
    if not tried:
        pytest.skip("no page of a guest offers anything that can be judged here")


@pytest.mark.contract("pair.actions-forbidden", PLUGIN, needs=("pair.actions",))
def test_who_may_only_see_a_guest_does_nothing_to_it(
    pages: Pages, browser: Browser, netbox: NetBox, proxmox: Proxmox, facts: dict[str, Any]
) -> None:
    """Whoever knows the address of an action, and may see NetBox's guests and all of the plugin's, changes none."""
    reader = hired(
        netbox, "onlooker", [Right(("virtualization.virtualmachine", *map(str.lower, facts["shown"])), ("view",))]
    )
    try:
        for guest, place in pages.items():
            for word, form in offered(browser.get(place).text, place).items():
                before = proxmox.state(guest)
                answer = reader.browser.post(form.action, form.fields)
                assert proxmox.state(guest) == before, (
                    f"{word} of guest {guest.name} is done for a user who may only see it ({answer.status_code})"
                )
    finally:
        dismissed(netbox, reader)
