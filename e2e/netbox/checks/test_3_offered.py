"""What the last final offered is still there: pages, API routes, and what stands in them.

Its classes say it, and of forms the pages too: a template may leave out what the form has.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import pytest
from contracts import PLUGIN
from stack_cell import RELEASED

from cell import UPGRADE, Cell
from forms import forms
from netbox import Browser, NetBox
from records import there
from series import new_series

ARGUMENT, NUMBER = re.compile(r"\{\w+\}"), re.compile(r"\d+")
Offered = Mapping[str, Mapping[str, list[str]]]
MOST = 20


@pytest.mark.contract("plugin.offered", PLUGIN, needs=("netbox.up",))
def test_what_the_last_final_offered_is_still_there(
    facts: dict[str, Any],
    cell: Cell,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    """In an upgrade the last final runs first. What a new series goes without is told; what another loses is red."""
    offered = facts.get("offered", [])
    if cell.path == UPGRADE:
        netbox, browser = request.getfixturevalue("netbox"), request.getfixturevalue("browser")
        shown = facts["shown"].values()
        offered = [{**each, "input": asked_for(each["form field"], shown, netbox, browser)} for each in offered]
    now = {"version": cell.plugin_version, "offered": offered, "added": added(facts)}
    file = cell.report / f"offered-{cell.phase}.json"
    file.write_text(json.dumps(now), encoding="utf-8")
    if cell.phase == RELEASED:
        return
    released = cell.report / f"offered-{RELEASED}.json"
    if not released.exists():
        pytest.skip("the last final did not run here: it does in an upgrade")
    before = json.loads(released.read_text(encoding="utf-8"))
    plugins: list[Offered] = [*now["offered"], *({} for _ in before["offered"])]
    lost = [each for one, other in zip(before["offered"], plugins, strict=False) for each in gone(one, other)]
    lost += [f"{what} {name}" for what in before["added"] for name in before["added"][what]
             if name not in now["added"].get(what, ())]  # fmt: skip
    lost = list(cell.undeclared(dict.fromkeys(lost, "")))
    if lost and new_series(before["version"], cell.plugin_version):
        record_property(
            "told", json.dumps([f"{before['version']} offers {each}, this does not" for each in lost[:MOST]])
        )
        return
    assert not lost, f"of what {before['version']} offers {len(lost)} are gone: {', '.join(lost[:3])}"


def added(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a plugin adds to NetBox's own pages, menu and start page, by what it is called."""
    tabs = {
        f"what is added to {model} at": [f"/{tab}" for tab in tabs] for model, tabs in facts.get("host", {}).items()
    }
    return {**tabs, "the menu's entry": facts.get("menu", []), "the widget": sorted(facts.get("widgets", ()))}


def asked_for(
    places: Collection[str], shown: Iterable[Mapping[str, Any]], netbox: NetBox, browser: Browser
) -> dict[str, list[str]]:
    """Return what the forms at *places* ask for: those of a new record, and of one that is there."""
    found = {}
    for model in shown:
        number = there(netbox, f"/{model['api']}") if model["api"] else 0
        for path in (*model["pages"].values(), *model["record"].values()):
            if (place := ARGUMENT.sub("{}", path)) in places:
                found[place] = _inputs(browser, path, number)
    return found


def _inputs(browser: Browser, path: str, number: int) -> list[str]:
    """Return the names of what a page's forms ask for; nothing where it is a record's and there is none."""
    if "{pk}" in path and not number:
        return []
    page = browser.get("/" + path.replace("{pk}", str(number)))
    names = {NUMBER.sub("N", name) for form in forms(page.text) for name in form.names}
    return sorted(names - {""}) if page.ok else []


def gone(before: Offered, now: Offered) -> Iterator[str]:
    """Yield what was offered before and is not now; of a page or route that is gone nothing more is told."""
    for kind, places in before.items():
        for place, names in places.items():
            whole = place in now.get("page", {}) or place in now.get("route", {})
            if kind in {"page", "route"} and not whole:
                yield f"the {kind} /{place}"
            elif whole:
                left = now.get(kind, {}).get(place, [])
                yield from (f"the {_called(kind)} {name} of /{place}" for name in names if name not in left)


def _called(kind: str) -> str:
    return "method" if kind == "route" else kind
