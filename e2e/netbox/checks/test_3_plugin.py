"""The plugin's pages and API routes answer: found in its own URL patterns and API root, none is written down here."""

from typing import Any

import pytest
from contracts import PLUGIN

from cell import CANDIDATE, Cell
from netbox import Browser, NetBox
from pages import refusals, summary

pytestmark = pytest.mark.phases(CANDIDATE)


@pytest.mark.contract("plugin.schema", PLUGIN, needs=("netbox.up",))
def test_the_api_describes_itself(request: pytest.FixtureRequest, facts: dict[str, Any]) -> None:
    """Clients write by NetBox's OpenAPI document: a serializer that cannot be described takes all of it away."""
    described: dict[str, Any] = request.getfixturevalue("schema")
    paths = described.get("paths", {})
    for root in (f"/api/plugins/{plugin['base']}/" for plugin in facts["plugins"].values()):
        asked = any(f"/{path}".startswith(root) and f"/{path}" != root for path in facts["api"])
        own = [path for path in paths if path.startswith(root)]
        assert own or not asked, f"NetBox's API document holds {len(paths)} routes, none {root}"


@pytest.mark.contract("plugin.pages", PLUGIN, needs=("netbox.up",))
def test_the_pages_answer(browser: Browser, facts: dict[str, Any], forms: dict[str, str], cell: Cell) -> None:
    """Every page that needs no argument opens for a logged-in user.

    One that reads what the address asks for, as for the record to assign something to, may say that nothing is there.
    """
    paths = [f"/{page}" for page in facts["pages"]]
    if not paths:
        pytest.skip("not applicable: the plugin has no pages")
    refused = refusals([path for path in paths if path not in forms], browser.get)
    refused |= {path: words for path, words in forms.items() if words}
    asking = {f"/{page}" for page in facts.get("asking", ())}
    refused = {path: said for path, said in refused.items() if path not in asking or "answered 404" not in said}
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(paths)} pages {summary(refused)}"


@pytest.mark.contract("plugin.api", PLUGIN, needs=("netbox.up",))
def test_the_api_answers(netbox: NetBox, facts: dict[str, Any], api: dict[str, Any]) -> None:
    """Every route that the plugin's API root lists answers, and lists what a list must."""
    if not facts["api"] and not any(answer for answer in api.values()):
        pytest.skip("not applicable: the plugin has no API")
    answered = {path for path, answer in api.items() if answer is not None}
    paths = sorted((api.keys() | {f"/{path}" for path in facts["api"]}) - answered)
    refused = refusals(paths, lambda path: netbox.request("GET", path))
    assert not refused, f"of {len(paths) + len(answered)} API routes {summary(refused)}"


@pytest.mark.contract("plugin.menu", PLUGIN, needs=("netbox.up",))
def test_the_menu_asks_for_permissions_that_can_be_given(facts: dict[str, Any], cell: Cell) -> None:
    """A permission of no model is one that no ordinary user can have: the entry is hidden from all of them."""
    wrong = cell.undeclared({link: f"asks for {names}" for link, names in facts.get("nobodys", {}).items()})
    first = "; ".join(f"{link} {said}" for link, said in list(wrong.items())[:3])
    assert not wrong, f"{len(wrong)} entries of the menu are for nobody but a superuser: {first}"


@pytest.mark.contract("plugin.registered", PLUGIN, needs=("netbox.up",))
def test_what_the_plugin_brings_is_known_to_netbox(facts: dict[str, Any], cell: Cell) -> None:
    """Its menu, its panels, what is searched: what lies where NetBox looks for it was taken from there."""
    wrong = cell.undeclared(facts.get("unregistered", {}))
    first = "; ".join(f"{what} {said}" for what, said in list(wrong.items())[:3])
    assert not wrong, f"of what the plugin brings NetBox does not know {len(wrong)}: {first}"
