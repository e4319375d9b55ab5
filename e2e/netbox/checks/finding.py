"""Whether a list holds what there is: page by page, on its page for people, and narrowed by what a record shows."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

import requests

from filters import filters, narrowed
from making import Made
from netbox import Browser, NetBox

PLAIN = (str, int, bool)
PASSING = frozenset({"created", "last_updated", "url", "display", "display_url"})
"""What every record shows, and what no list is narrowed by as it is shown."""
STRANGE = "no-such-sample"
FEW = 10
CHOSEN = re.compile(r"""<input[^>]*name="pk"[^>]*value="(\d+)"|<input[^>]*value="(\d+)"[^>]*name="pk\"""")
"""The box that chooses a record of a list."""


def wanted(document: Mapping[str, Any], route: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a list can be narrowed by that one record shows, with its value: another record by its number."""
    found = {}
    for name in filters(document, route).keys() - PASSING:
        value = shown.get(name)
        if name.endswith("_id") and isinstance(shown.get(name.removesuffix("_id")), dict):
            value = shown[name.removesuffix("_id")].get("id")
        elif isinstance(value, dict):
            value = value.get("value")  # of a choice; another record's name is no number
        if isinstance(value, PLAIN) and value != "":
            found[name] = str(value).lower() if isinstance(value, bool) else value
    return found


def unfound(netbox: NetBox, document: Mapping[str, Any], record: Made) -> str:
    """Say by what a list does not find a record though it shows that, or finds it by what it does not show."""
    asked = wanted(document, record.route, netbox.get(record.address))
    if asked and not _finds(netbox, record, asked):
        by = next((name for name, value in asked.items() if not _finds(netbox, record, {name: value})), "")
        return f"{record.route}?{by or '&'.join(sorted(asked))} does not find the record that shows it"
    texts = [name for name, value in asked.items() if isinstance(value, str) and value not in {"true", "false"}]
    for name in texts[:1] if "name" not in texts else ["name"]:
        answer = netbox.request("GET", record.route, params={name: STRANGE})
        if answer.ok and _holds(netbox, answer, record):
            return f"{record.route}?{name} finds a record that does not show it"
    return ""


def unpaged(netbox: NetBox, route: str) -> str:
    """Say what a list loses, or shows twice, where it is read record by record; long ones are not."""
    whole = netbox.request("GET", route, params={"limit": FEW})
    count = whole.json().get("count", 0) if whole.ok else 0
    if not 1 < count < FEW:
        return ""
    found = [
        int(record["id"])
        for offset in range(count)
        for record in netbox.get(route, limit=1, offset=offset).get("results", ())
    ]
    return "" if len(set(found)) == count == len(found) else f"holds {count} records, and its pages {sorted(found)}"


def unlisted(browser: Browser, path: str, numbers: list[int]) -> str:
    """Say which records the page of a list leaves out; a page on which none can be chosen says nothing."""
    shown: set[int] = set()
    for page in itertools.count(1):
        answer = browser.get(f"{path}?per_page=1000&page={page}")
        here = {int(one or other) for one, other in CHOSEN.findall(answer.text)} - shown if answer.ok else set()
        shown |= here
        left = [number for number in numbers if number not in shown]
        # NetBox shows the last page again where none is left; another view may refuse that.
        if not (here and left):
            break
    return f"leaves out {left} of {numbers}" if shown and left else ""


def _finds(netbox: NetBox, record: Made, asked: Mapping[str, Any]) -> bool:
    """Whether a list holds a record where it is narrowed so; what is refused in words says nothing."""
    answer = narrowed(netbox, record.route, {**asked, "limit": 1000})
    return not answer.ok or _holds(netbox, answer, record)


def _holds(netbox: NetBox, answer: requests.Response, record: Made) -> bool:
    """Whether a list holds a record, on the page that was answered or on one that follows."""
    first = answer.json()
    return "results" in first and any(each.get("id") == record.number for each in netbox.every(record.route, first))
