"""Ordinary users of NetBox: with a password, a token as NetBox gives it out today, and the permissions given."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts import STACK, BrokenContract

from netbox import Browser, NetBox

V2 = 2


@dataclass(frozen=True)
class Person:
    """One user, by the API and with a browser; ``records`` are what to delete to be rid of them."""

    number: int
    name: str
    api: NetBox
    browser: Browser
    records: tuple[str, ...]


@dataclass(frozen=True)
class Right:
    """What a person may do with records of some models, named ``app.model``; *only* filters the records."""

    models: tuple[str, ...]
    actions: tuple[str, ...]
    only: Mapping[str, Any] | None = None


def hired(boss: NetBox, name: str, rights: Iterable[Right]) -> Person:
    """Make a user with exactly these rights, through the API."""
    name, password = f"{name}-{secrets.token_hex(3)}", f"Rg-9-{secrets.token_hex(12)}"
    user = boss.json("POST", "/api/users/users/", json={"username": name, "password": password})
    records = [f"/api/users/users/{user['id']}/"]
    for number, right in enumerate(each for each in rights if each.models):
        body = {
            "name": f"{name}-{number}", "enabled": True, "users": [user["id"]], "object_types": list(right.models),
            "actions": list(right.actions), "constraints": dict(right.only) if right.only else None,
        }  # fmt: skip
        made = boss.json("POST", "/api/users/permissions/", json=body)
        records.insert(0, f"/api/users/permissions/{made['id']}/")
    api = NetBox(boss.url, provisioned(boss, name, password))
    return Person(int(user["id"]), name, api, Browser.login(api, name, password), tuple(records))


def provisioned(netbox: NetBox, name: str, password: str) -> str:
    """Let NetBox give out a token to whoever knows the password, in the form that it gives out today."""
    told = netbox.json("POST", "/api/users/tokens/provision/", json={"username": name, "password": password})
    if told.get("version") == V2:
        return f"nbt_{told['key']}.{told['token']}"
    token = str(told.get("token") or told.get("key") or "")
    if not token:
        raise BrokenContract("NetBox gave out no token to a user who knows the password", side=STACK)
    return token


def dismissed(boss: NetBox, person: Person) -> None:
    """Take a user and the permissions away again."""
    for record in person.records:
        boss.request("DELETE", record)
