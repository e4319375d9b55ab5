"""Keys, keepalives and settings: what a person looks at to see whether the pair knows each other."""

import secrets
from typing import Any

import pytest
import requests
from cell import CANDIDATE
from contracts import BACKEND, PAIR, PLUGIN
from forms import forms
from netbox import Browser, NetBox
from pages import refusals
from words import words

from backend import KEY_HEADER, TIMEOUT, Backend
from pair_cell import PVE, PairCell
from pairing import Endpoints

pytestmark = pytest.mark.phases(CANDIDATE)
PAIRED = ("pair.endpoints",)
TOLD = ("status", "target_address", "target_port", "authentication", "api_access")
"""What a keepalive says besides."""
SETTINGS = ("bulk_batch_size", "netbox_timeout", "encryption_key_configured")
LONG_ENOUGH = 32
COMPARED, ALIVE = ("/login/", "/user/preferences/"), ("/health", "/version")
"""What answers at once, in NetBox and in the backend: how slow the machine is."""


def keepalive(facts: dict[str, Any], endpoints: Endpoints, kind: str) -> str:
    """Return the page that tells whether an endpoint is reached."""
    return f"/plugins/{facts['base']}/keepalive-status/{kind}/{endpoints.numbers[kind]}/"


@pytest.mark.contract("pair.keepalives", PAIR, needs=PAIRED)
@pytest.mark.parametrize("kind", ["fastapi", "netbox", "proxmox"])
def test_each_keepalive_is_a_success(
    browser: Browser, facts: dict[str, Any], endpoints: Endpoints, cell: PairCell, kind: str
) -> None:
    """The backend, NetBox as the backend sees it, and Proxmox: each is reached, and what was tried is told."""
    if kind not in endpoints.numbers:
        pytest.skip(f"not applicable: {cell.proxmox_service} has no such endpoint")
    path = keepalive(facts, endpoints, kind)
    refused = refusals([path, *COMPARED], browser.get).get(path)
    assert not refused, f"the keepalive of the {kind} endpoint {refused}"
    answer = browser.get(path)
    assert answer.ok, f"the keepalive of the {kind} endpoint answered {answer.status_code}{words(answer)}"
    told = answer.json()
    missing = [name for name in TOLD if name not in told]
    assert not missing, f"the keepalive of the {kind} endpoint does not tell {', '.join(missing)}"
    assert told["status"] == "success", (
        f"the keepalive of the {kind} endpoint says {told['status']}: {told.get('detail')}"
    )


@pytest.mark.contract("plugin.endpoints", PLUGIN, needs=PAIRED)
def test_there_is_one_backend_and_one_netbox(netbox: NetBox, endpoints: Endpoints) -> None:
    """A second record of either would be a second source of truth."""
    for kind in ("fastapi", "netbox"):
        numbers = [int(record["id"]) for record in netbox.every(f"{endpoints.root}{kind}/")]
        assert numbers == [endpoints.numbers[kind]], f"of the {kind} endpoint there are the records {numbers}"


@pytest.mark.contract("plugin.settings", PLUGIN, needs=PAIRED)
def test_the_settings_that_hold_now_can_be_read(netbox: NetBox, facts: dict[str, Any]) -> None:
    """The backend asks for them with every synchronisation."""
    route = f"/api/plugins/{facts['base']}/settings/runtime/"
    if not netbox.has(route):
        pytest.skip("this release tells no settings")
    lost = [name for name in SETTINGS if name not in netbox.get(route)]
    assert not lost, f"the plugin's settings do not tell {', '.join(lost)}"


@pytest.mark.contract("backend.netbox-status", BACKEND, needs=PAIRED)
@pytest.mark.services(PVE)
def test_the_backend_reaches_netbox(backend: Backend) -> None:
    """It holds one NetBox endpoint, and says how NetBox is."""
    held = backend.request("GET", "/netbox/endpoint")
    assert held.ok, f"the backend answered {held.status_code} when asked for its NetBox endpoint{words(held)}"
    assert len(held.json()) == 1, f"the backend holds {len(held.json())} NetBox endpoints, not one"
    refused = refusals(["/netbox/status", *ALIVE], lambda path: backend.request("GET", path)).get("/netbox/status")
    assert not refused, f"the backend, asked for NetBox's status, {refused}"
    status = backend.request("GET", "/netbox/status")
    assert status.ok, f"the backend answered {status.status_code} when asked for NetBox's status{words(status)}"


@pytest.mark.contract("pair.key-rotation", PAIR, needs=PAIRED)
def test_a_new_key_is_adopted_and_a_wrong_one_refused(backend: Backend, netbox: NetBox, endpoints: Endpoints) -> None:
    """A key that the backend made is taken by the plugin; one that it never made is refused, and none is shown."""
    made = backend.request("POST", "/auth/keys")
    if made.status_code == requests.codes.not_found:
        pytest.skip("this release of the backend makes no keys")
    assert made.ok, f"the backend answered {made.status_code} when asked for a new key{words(made)}"
    new, wrong = str(made.json().get("raw_key") or ""), f"wrong-{secrets.token_hex(24)}"
    assert len(new) >= LONG_ENOUGH, "the backend gave out no key that can be used"
    place = endpoints.path("fastapi")
    adopted = netbox.request("PATCH", place, json={"token": new})
    try:
        assert adopted.ok, f"the plugin refused the backend's new key with {adopted.status_code}"
        asked = requests.get(f"{backend.url}/auth/keys", headers={KEY_HEADER: new}, timeout=TIMEOUT)
        assert asked.ok, f"the backend answered {asked.status_code} to its own new key"
        refused = netbox.request("PATCH", place, json={"token": wrong})
        assert refused.status_code == requests.codes.bad_request, (
            f"the plugin answered {refused.status_code} to a key that the backend does not know"
        )
        shown = [
            said
            for said in (adopted, refused, asked, netbox.request("GET", place))
            if new in said.text or wrong in said.text
        ]
        assert not shown, f"an answer of {shown[0].url.rpartition('/api')[2]} shows a key"
    finally:
        back = netbox.request("PATCH", place, json={"token": backend.key})
    assert back.ok, f"the plugin refused the backend's old key with {back.status_code}{words(back)}"


@pytest.mark.contract("plugin.endpoint-settings", PLUGIN, needs=PAIRED)
@pytest.mark.services(PVE)
def test_the_settings_of_an_endpoint_can_be_seen(browser: Browser, facts: dict[str, Any], endpoints: Endpoints) -> None:
    """One of its tabs is a form with every switch that says what a synchronisation may overwrite."""
    record = next(each for each in facts["shown"].values() if each["api"].endswith("endpoints/proxmox/"))["record"]
    number = str(endpoints.numbers["proxmox"])
    pages = [browser.get("/" + path.replace("{pk}", number)).text for path in record.values()]
    fields = {name for page in pages for form in forms(page) for name in form.names}
    taken = {name for name in browser.netbox.accepted(f"{endpoints.root}proxmox/") if name.startswith("overwrite_")}
    lost = sorted(taken - fields)
    assert not lost, f"of {len(taken)} settings of an endpoint {len(lost)} are in no form of it, first {lost[0]}"
    assert fields & taken or not taken, "no page of an endpoint has a form with its settings"
