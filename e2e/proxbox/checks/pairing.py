"""Registers the pair's endpoints as an operator does, in any release: each route says itself what it takes."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from containers import Stack
from contracts import PLUGIN, BrokenContract
from forms import main_form, refused
from netbox import Browser, NetBox
from words import words

from backend import Backend
from pair_cell import ORDINARY, PairCell

ORPHANS = "delete_orphans"
"""The plugin's setting that lets it mark what Proxmox has no more; off where nobody asks for it."""
LARGE = "large"
KEY = "encryption_key"
"""The plugin's setting with the key that secrets are kept by, its own and the backend's."""
NOWHERE = "198.51.100.254/32"
"""An address of a documentation network."""
# What each service is called, and where it listens, inside the stack's own network.
INSIDE = {"netbox": 8080, "backend": 8000, "mock": 8006}
SILENT = 8007
"""Where the mock listens and never answers."""


def plugin_key(cell: PairCell) -> str:
    """Return the key that a person gives the plugin, derived from a secret of the run; it has Fernet's form."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"plugin key of {cell.netbox_password}".encode()).digest()).decode()


@dataclass(frozen=True)
class Endpoints:
    """The plugin's endpoint records: the id of each, by the plugin's own word for its kind."""

    root: str
    numbers: dict[str, int]

    def path(self, kind: str) -> str:
        """Return the API path of one record."""
        return f"{self.root}{kind}/{self.numbers[kind]}/"


@dataclass(frozen=True)
class Registrar:
    """Makes the endpoint records be there: by the plugin's forms where a *person* does it, else by its API.

    ``adding`` is the page with the form for a new record, by the API's list of its kind.
    """

    cell: PairCell
    netbox: NetBox
    backend: Backend
    stack: Stack
    base: str
    person: Browser | None = None
    adding: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """Return where the plugin keeps its endpoints."""
        return f"/api/plugins/{self.base}/endpoints/"

    def register(self) -> Endpoints:
        """Register all, or say which side refused what."""
        self._settings()
        numbers = {
            "fastapi": self._ensure("fastapi", "backend", self._backend_fields()),
            "netbox": self._ensure("netbox", "netbox", self._netbox_fields()),
        }
        kind = "proxmox" if self.cell.syncs else self.cell.proxmox_service
        if self.netbox.has(f"{self.root}{kind}/"):
            numbers[kind] = self._ensure(kind, "mock", self._proxmox_fields())
        if self.cell.world == LARGE and self.cell.syncs and "proxmox" in numbers:
            self._one_that_is_off()
        endpoints = Endpoints(self.root, numbers)
        for each in numbers:
            self._approve(endpoints.path(each))
        return endpoints

    def _one_that_is_off(self) -> None:
        """Keep a further Proxmox that nothing listens at, switched off: nobody may ask it for anything.

        Whether a release takes it is another contract's matter.
        """
        if sum(1 for _ in self.netbox.every(f"{self.root}proxmox/")) > 1:
            return
        record = self.netbox.json("POST", "/api/ipam/ip-addresses/", json={"address": NOWHERE})
        place = {"ip_address": record["id"], "domain": "off.test", "port": INSIDE["mock"]}
        self._further({"name": "off", "enabled": False} | place)

    def has_sites(self) -> bool:
        """Whether a Proxmox can be told which site it is at: within one, NetBox takes the name of a device once."""
        return "site" in self.netbox.accepted(f"{self.root}proxmox/")

    def further(self, name: str, **fields: Any) -> int:
        """Register and approve a further Proxmox of that name, which the mock plays; return its record's number."""
        number, said = self._further({"name": name, "domain": f"{name}.test", "port": INSIDE["mock"]} | fields)
        if not number:
            raise BrokenContract(f"the plugin refused a further Proxmox with {self.stack.masked(said)}", side=PLUGIN)
        self._approve(f"{self.root}proxmox/{number}/")
        return number

    def _further(self, fields: dict[str, Any]) -> tuple[int, str]:
        """Make one more record of a Proxmox with what this release takes; return its number, or 0 and what is wrong."""
        route = f"{self.root}proxmox/"
        accepted = self.netbox.accepted(route)
        body = {name: value for name, value in (self._proxmox_fields() | fields).items() if name in accepted}
        return _new(self.netbox.request("POST", route, json=body))

    def _ensure(self, kind: str, service: str, fields: dict[str, Any]) -> int:
        """Reuse the record of an earlier phase, or create it with the fields that this release takes."""
        route = f"{self.root}{kind}/"
        for record in self.netbox.every(route):
            return int(record["id"])
        accepted = self.netbox.accepted(route)
        said = ""
        for place in self._places(service, accepted):
            if self.person and route in self.adding:
                number, said = self._by_form(self.person, route, fields | place)
            else:
                body = {name: value for name, value in (fields | place).items() if name in accepted}
                number, said = _new(self.netbox.request("POST", route, json=body))
            if number:
                return number
        raise BrokenContract(f"the plugin refused the {kind} endpoint with {self.stack.masked(said)}", side=PLUGIN)

    def _by_form(self, person: Browser, route: str, fields: Mapping[str, Any]) -> tuple[int, str]:
        """Fill in the form for a new record and send it; return the record's number, or 0 and what is wrong."""
        page = self.adding[route]
        shown = person.get(page)
        form = main_form(shown.text) if shown.ok else None
        if form is None:
            return 0, f"{shown.status_code}{words(shown)} to GET {page}, and no form"
        sent = person.post(page, form.filled(fields))
        newest = max((int(record["id"]) for record in self.netbox.every(route)), default=0)
        # A form that is taken leads on to the record; one that is not comes back.
        if sent.status_code == requests.codes.found and newest:
            return newest, ""
        why = refused(sent.text) if sent.ok else ""
        return 0, f"{sent.status_code}{f' ({why})' if why else words(sent)} to the form of {page}"

    def _places(self, service: str, accepted: frozenset[str]) -> Iterator[dict[str, Any]]:
        """Yield ways to say where a service is: by name, else (older releases) by an address kept in IPAM.

        The name has a dot, for links are made of it and Django calls a link without one invalid.
        """
        port, name = {"port": INSIDE[service]}, f"{service}.test"
        address = self.stack.address(name, seen_from="netbox") or self.stack.address(service, seen_from="netbox")
        # The mock keeps its address for as long as the stack lives; the others are made anew in an upgrade.
        if "domain" in accepted and self.stack.address(name, seen_from="netbox") and service != "mock":
            yield port | {"domain": name}
        record = self.netbox.json("POST", "/api/ipam/ip-addresses/", json={"address": f"{address}/32"})
        if "domain" in accepted and self.stack.address(name, seen_from="netbox"):
            yield port | {"ip_address": record["id"], "domain": name}
        yield port | {"ip_address": record["id"]}
        yield port | {"ip_address": record["id"], "domain": name}

    def _backend_fields(self) -> dict[str, Any]:
        return {
            "name": "backend", "token": self.backend.key, "verify_ssl": False, "use_https": False,
            "use_websocket": False, "server_side_websocket": False, "enabled": True,
        }  # fmt: skip

    def _netbox_fields(self) -> dict[str, Any]:
        """State the API token as this release wants it: a reference, and for the newer kind its two halves."""
        token = self.cell.netbox_token
        fields: dict[str, Any] = {"name": "netbox", "verify_ssl": False, "enabled": True, "token_version": "v1"}
        if token.startswith("nbt_"):
            key, secret = token.removeprefix("nbt_").split(".", 1)
            return fields | {"token_version": "v2", "token_key": key, "token_secret": secret}
        # A plugin may have made tokens of its own, for users of its own.
        every = self.netbox.every("/api/users/tokens/")
        owned = [each["id"] for each in every if each["user"]["username"] == self.cell.netbox_user]
        return fields | {"token": {"id": owned[0]}} if owned else fields

    def _proxmox_fields(self) -> dict[str, Any]:
        """The mock takes any credentials, so these are no secrets."""
        return {
            "name": "mock", "mode": "cluster", "username": "root@pam", "password": "any", "token_name": "any",
            "token_value": "any", "token_id": "root@pam!any", "token_secret": "any", "timeout": 60, "max_retries": 1,
            "verify_ssl": False, "enabled": True,
        }  # fmt: skip

    def _settings(self) -> None:
        """Keep secrets in the plugin's own storage, for the stack has no vault, and let it mark what is gone."""
        route = f"/api/plugins/{self.base}/settings/"
        if not self.netbox.has(f"{route}runtime/"):
            return
        current = self.netbox.get(f"{route}runtime/")
        wanted = {"credential_storage_backend": "legacy_encrypted", ORPHANS: True}
        if self.cell.pair_user == ORDINARY and current.get(KEY) == "":
            # The backend has none of its own, and asks for the one that a person gave the plugin.
            wanted[KEY] = plugin_key(self.cell)
        change = {name: value for name, value in wanted.items() if current.get(name, value) != value}
        if change:
            self.netbox.json("PATCH", f"{route}{current['id']}/", json=change)

    def _approve(self, record: str) -> None:
        """Approve the exact target, where a release sends credentials to approved targets only."""
        route = f"{record}connection-authority/"
        if not self.netbox.has(route):
            return
        current = self.netbox.get(route)
        if not current.get("approved"):
            self.netbox.json("PUT", route, json={"target_fingerprint": current["target_fingerprint"]})


def _new(answer: requests.Response) -> tuple[int, str]:
    """Return the number of the record that the API made, or 0 and how it refused."""
    return (int(answer.json()["id"]), "") if answer.ok else (0, f"{answer.status_code}{words(answer)}")
