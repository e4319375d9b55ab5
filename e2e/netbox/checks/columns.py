"""The tables of a plugin's lists with all that they can show, sorted by all that they can be: as a person sets them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cells_of_tables import shown, unshown
from netbox import MANY, Browser, NetBox
from pages import refusals

CONFIG = "/api/users/config/"
SORT = "sort"
EXEMPT = frozenset({"pk", "actions"})


def shown_whole(netbox: NetBox, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Let the user of this API see every column of these tables, as the page's own settings do."""
    chosen = {each["name"]: {"columns": [name for name in each["columns"] if name not in EXEMPT]}
              for each in tables.values()}  # fmt: skip
    netbox.json("PATCH", CONFIG, json={"tables": chosen})


def faults(browser: Browser, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the lists that fail where all is shown and sorted by; where one column alone does it, that is told."""
    wanted = {sorted_by(path, each["columns"]): path for path, each in tables.items()}
    refused = refusals(wanted, browser.get, forbidden=True)
    found = {}
    for address, said in refused.items():
        path = wanted[address]
        _unsorted(browser, path)
        alike = bool(refusals([path], browser.get, forbidden=True))
        one = "" if alike else next((name for name in tables[path]["columns"] if _fails(browser, path, name)), "")
        found[f"{path} sorted by {one}" if one else f"{path} with all its columns"] = said
        _unsorted(browser, path)
    return found


def untold(
    netbox: NetBox, browser: Browser, tables: Mapping[str, Mapping[str, Any]], routes: Mapping[str, str]
) -> dict[str, str]:
    """Return the lists of which a column shows nothing, though the API shows of the records what it is of.

    *routes* are the API's lists by the pages; all columns are chosen. A page that fails is told of elsewhere.
    """
    found: dict[str, str] = {}
    for path, table in tables.items():
        page = browser.get(f"{path}?per_page={MANY}")
        listed = netbox.request("GET", routes[path], params={"limit": MANY})
        if page.ok and listed.ok and "results" in listed.json():
            chosen = [name for name in table["columns"] if name not in EXEMPT]
            names = unshown(shown(page.text, chosen, actions="actions" in table["columns"]), listed.json()["results"])
            found |= {path: f"shows nothing in {', '.join(names)}, which the records have"} if names else {}
    return found


def sorted_by(path: str, columns: list[str]) -> str:
    """Return the address of a list that is sorted by all of these."""
    return f"{path}?{urlencode([(SORT, name) for name in columns if name not in EXEMPT])}"


def _unsorted(browser: Browser, path: str) -> None:
    """Forget what a list was sorted by last: it is kept, and fails again."""
    browser.get(f"{path}?{SORT}=")


def _fails(browser: Browser, path: str, name: str) -> bool:
    return name not in EXEMPT and bool(refusals([sorted_by(path, [name])], browser.get, forbidden=True))
