"""What a plugin offers for NetBox's start page shows itself there: NetBox answers all the same where it crashes."""

import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from contracts import PLUGIN
from words import words

from cell import CANDIDATE, Cell
from netbox import Browser, NetBox
from pages import summary

pytestmark = pytest.mark.phases(CANDIDATE)

START, BOARD = "/", "/api/extras/dashboard/"
CRASHED = re.compile(r"An error was encountered when attempting to render this widget:.*?<p[^>]*>(.*?)</p>", re.DOTALL)


@pytest.fixture
def board(netbox: NetBox, browser: Browser) -> Iterator[dict[str, Any]]:
    """Return the user's start page as it is; afterwards it is so again."""
    browser.get(START)  # whoever opens it for the first time gets one
    found: dict[str, Any] = netbox.get(BOARD) if netbox.has(BOARD) else {}
    yield found
    if found:
        netbox.json("PATCH", BOARD, json=found)


@pytest.mark.contract("plugin.widgets", PLUGIN, needs=("netbox.up",))
def test_the_widgets_for_the_start_page_show_themselves(
    netbox: NetBox, browser: Browser, facts: dict[str, Any], board: dict[str, Any], cell: Cell
) -> None:
    """Each is put there alone, as a person leaves it who changes nothing of what its form offers."""
    offered: dict[str, Any] = facts.get("widgets", {})
    if not offered or not board:
        pytest.skip("not applicable: the plugin offers no widgets for the start page")
    refused = {}
    for name, config in offered.items():
        netbox.json("PATCH", BOARD, json=with_one(name, config))
        if said := complaint(browser.get(START)):
            refused[name] = said
    refused = cell.undeclared(refused)
    assert not refused, f"of {len(offered)} widgets {summary(refused)}"


def with_one(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return a start page that has one widget."""
    number = str(uuid.uuid4())
    shown = {"class": name, "title": name, "color": None, "config": config}
    return {"layout": [{"id": number, "w": 4, "h": 3, "x": 0, "y": 0}], "config": {number: shown}}


def complaint(page: requests.Response) -> str:
    """Return what is wrong with a start page; nothing where it shows what is on it."""
    if not page.ok:
        return f"answered {page.status_code}{words(page)}"
    crashed = CRASHED.search(page.text)
    return f"crashed ({html.unescape(crashed[1]).strip()})" if crashed else ""
