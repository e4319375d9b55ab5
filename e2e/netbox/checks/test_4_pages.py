"""The pages of records, the plugin's and NetBox's own: they open, and so does what they lead to."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from contracts import PLUGIN

from cell import CANDIDATE, Cell
from leading import MOST, astray, unopened
from netbox import Browser, NetBox
from pages import refusals, summary
from records import NEEDS, Records, api_lists, ends

pytestmark = pytest.mark.phases(CANDIDATE)


@pytest.mark.contract("plugin.record-pages", PLUGIN, needs=NEEDS)
def test_the_pages_of_a_record_answer(records: Records, browser: Browser, cell: Cell) -> None:
    """Its own page and every tab of it: what it holds, its change log, its journal, the plugin's own."""
    paths = [path for shown in records.models for path in shown.tabs]
    refused = refusals(paths, browser.get)
    own = [path for shown in records.models for path in shown.of_record("")]
    refused = {path: said for path, said in refused.items() if "404" not in said or _offered(browser, own, path)}
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(paths)} pages of a record {summary(refused)}"


def _offered(browser: Browser, own: list[str], path: str) -> bool:
    """Whether a record's own page leads there: a tab that has nothing to show may be hidden, and not be there."""
    page = next((each for each in own if path.startswith(each)), path)
    return page == path or path in browser.get(page).text


@pytest.mark.contract("plugin.static", PLUGIN, needs=NEEDS)
def test_what_the_pages_link_to_is_there(records: Records, browser: Browser, facts: dict[str, Any], cell: Cell) -> None:  # noqa: ARG001
    """Each style, script and picture of the plugin's own that a page wants is among those that it brings."""
    lost = cell.undeclared(dict.fromkeys(sorted(lost_files(browser.linked, facts)), "is not in the plugin"))
    assert not lost, f"of {len(browser.linked)} files that pages link to {len(lost)} are lost: {next(iter(lost))}"


def lost_files(linked: set[str], facts: dict[str, Any]) -> set[str]:
    """Return which of the files that pages link to a plugin should have, by their first folder, and has not."""
    own = {name.rpartition(".")[2] for name in facts["plugins"]} | {name.partition("/")[0] for name in facts["static"]}
    return {name for name in linked if name.partition("/")[0] in own} - set(facts["static"])


@pytest.mark.contract("plugin.links", PLUGIN, needs=NEEDS)
def test_what_the_pages_lead_to_opens(records: Records, browser: Browser, facts: dict[str, Any], cell: Cell) -> None:  # noqa: ARG001
    """Of each kind of address of the plugin's own that a page has a link or a button for, or shows later, one opens."""
    roots = [f"/plugins/{plugin['base']}/" for plugin in facts["plugins"].values()]
    opened = browser.opened | {f"/{page}" for page in facts["pages"]}  # those are another contract's
    paths = list(islice(unopened(browser.led, opened, roots), MOST))
    wrong = cell.undeclared(astray(paths, browser.led, browser.get))
    assert not wrong, f"of {len(paths)} addresses that pages lead to {summary(wrong)}"


@pytest.mark.contract("plugin.host-pages", PLUGIN, needs=NEEDS)
def test_the_pages_of_netbox_s_own_records_answer(  # noqa: PLR0913, PLR0917 - what it looks at
    records: Records,
    netbox: NetBox,
    browser: Browser,
    facts: dict[str, Any],
    cell: Cell,
    record_property: Callable[[str, object], None],
) -> None:
    """The plugin adds tabs and panels to them: the oldest and the newest record open with it; one is made if need be.

    So does a list to which it adds buttons.
    """
    routes, paths, none = api_lists(netbox), [], []
    for model, tabs in facts["host"].items():
        route = routes.get(model, "")
        if route and not ends(netbox, route):
            records.maker.some(route)
        found = [each for each in (ends(netbox, route) if route else ()) if each.get("display_url")]
        none += [] if found else [model]
        paths += [f"{each['display_url']}{tab}" for each in found for tab in tabs]
        paths += sorted({listed(each["display_url"]) for each in found if model in facts.get("host lists", ())})
    record_property("not-tried", ", ".join(none))
    refused = refusals(paths, browser.get)
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(paths)} pages of NetBox's own records {summary(refused)}"


def listed(page: str) -> str:
    """Return the list that a record's page is of."""
    return page.rstrip("/").rpartition("/")[0] + "/"
