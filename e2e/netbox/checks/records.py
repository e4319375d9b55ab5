"""One record of each of the plugin's models, to be shown, edited and taken away again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from contracts import PLUGIN, BrokenContract
from words import words

from api_description import Described
from making import Made, Maker, Several
from netbox import NetBox

NEEDS = ("netbox.up", "plugin.schema")
"""The contracts without which no record can be made."""


@dataclass(frozen=True)
class Shown:
    """One model: its API's list, its pages, the pages of a record (``{pk}``), and its records.

    ``own`` is the one that was made with what it needs, ``second`` another that was made here, and ``other`` the number
    of one that was there before, else of the second, which has all that the API takes then; each may be missing.
    """

    label: str
    api: str
    pages: Mapping[str, str]
    record: Mapping[str, str]
    own: Made | None
    other: int
    second: Made | None = None

    @property
    def number(self) -> int:
        """The record that may be changed, else the one that may be seen; 0 where there is none."""
        return self.own.number if self.own else self.other

    def of_record(self, kind: str) -> list[str]:
        """Return the address of one kind of page for each record."""
        path = self.record.get(kind, "")
        return [f"/{path.replace('{pk}', str(number))}" for number in self.numbers if path]

    @property
    def numbers(self) -> list[int]:
        """Both records, as far as they are there."""
        return [number for number in (self.own.number if self.own else 0, self.other) if number]

    @property
    def made(self) -> list[Made]:
        """What was made here, and may be changed."""
        return [record for record in (self.own, self.second) if record]

    @property
    def edits(self) -> dict[str, Made]:
        """Each of them by the page that edits it."""
        path = self.record.get("edit", "")
        return {f"/{path.replace('{pk}', str(record.number))}": record for record in self.made if path}

    @property
    def tabs(self) -> list[str]:
        """Return the addresses of all pages that show something of a record, or change it."""
        return [path for kind in self.record if kind not in {"edit", "delete"} for path in self.of_record(kind)]


@dataclass(frozen=True)
class Records:
    """All models with their records, what could not be made and why, and what crashed where it was made."""

    models: tuple[Shown, ...]
    maker: Maker
    not_tried: dict[str, str] = field(default_factory=dict)
    crashed: dict[str, str] = field(default_factory=dict)

    @property
    def made(self) -> list[Made]:
        """What was made of all models."""
        return [record for shown in self.models for record in shown.made]


def filled(netbox: NetBox, document: Mapping[str, Any], shown: Mapping[str, Any]) -> Records:
    """Make a record of each model; where none can be made, one that is there stands in."""
    routes = api_lists(netbox)
    relations = {
        f"/{each['api']}": {name: routes.get(model, "") for name, model in each["relations"].items()}
        for each in shown.values()
        if each["api"]
    }
    several = {f"/{each['api']}": tuple(Several(**told) for told in each.get("kinds", ())) for each in shown.values()}
    maker = Maker(netbox, Described(document), relations, several=several, lists=routes)
    listed = {label: f"/{each['api']}" if each["api"] else "" for label, each in shown.items()}
    found = {label: there(netbox, route) if route else 0 for label, route in listed.items()}
    models, not_tried, crashed = [], {}, {}
    for label, each in shown.items():
        made = maker.make(listed[label]) if listed[label] else Made(why_not="it has no API")
        if made.crashed:
            crashed[label] = made.why_not
        if not made.number:
            not_tried[label] = made.why_not
        own = made if made.number else None
        # A description says little of what goes together: that one of all that is taken can be made is asked of nobody.
        second = maker.make(listed[label], whole=not found[label]) if own else Made()
        other = found[label] or second.number
        models.append(
            Shown(label, listed[label], each["pages"], each["record"], own, other, second if second.number else None)
        )
    return Records(tuple(models), maker, not_tried, crashed)


def api_lists(netbox: NetBox) -> dict[str, str]:
    """Return the API's list of each model that NetBox has, by the model's name."""
    found = netbox.every("/api/core/object-types/")
    return {f"{each['app_label']}.{each['model']}": each.get("rest_api_endpoint") or "" for each in found}


def there(netbox: NetBox, route: str) -> int:
    """Return the number of a record that a list holds; 0 where it holds none."""
    return int(_first(netbox.request("GET", route, params={"limit": 1})).get("id", 0))


def ends(netbox: NetBox, route: str) -> list[dict[str, Any]]:
    """Return the oldest and the newest record that a list of NetBox's own holds, one or nothing where it has no more.

    Not every address that NetBox names for a model is a list: that of its scripts takes uploads. A crash is a crash.
    """
    found: dict[int, dict[str, Any]] = {}
    for order in ("id", "-id"):
        answer = netbox.request("GET", route, params={"limit": 1, "ordering": order})
        if answer.status_code >= requests.codes.internal_server_error:
            raise BrokenContract(f"NetBox answered {answer.status_code} to GET {route}{words(answer)}", side=PLUGIN)
        record = _first(answer)
        found |= {record["id"]: record} if record else {}
    return list(found.values())


def _first(answer: requests.Response) -> dict[str, Any]:
    records: list[dict[str, Any]] = answer.json().get("results", []) if answer.ok else []
    return records[0] if records else {}
