"""The backend over HTTP: what the plugin relies on, checked where it arrives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from harbor_host.plugins import PluginError


class BackendDown(PluginError):
    """The backend cannot be reached."""


class ContractBroken(PluginError):
    """The backend answers, but not as the plugin relies on; the text names the request."""


@dataclass(frozen=True)
class Berth:
    """A place to moor; ``length_m`` and ``draught_m`` are in metres."""

    code: str
    name: str
    length_m: float
    draught_m: float
    status: str


class BackendClient:
    """The backend at one address, asked on behalf of one version of the plugin."""

    def __init__(self, url: str, *, plugin_version: str, timeout: float = 10.0) -> None:
        self._address = urlsplit(url)
        self._api = api_path(plugin_version)
        self._timeout = timeout

    def sync(self) -> None:
        """Make the backend read its survey again."""
        self._object("POST", f"{self._api}/sync")

    def berths(self) -> tuple[Berth, ...]:
        """Return every berth that the backend knows."""
        path = f"{self._api}/berths"
        answer = _Fields(f"GET {path}", self._object("GET", path))
        return tuple(_berth(_Fields(f"GET {path}", entry)) for entry in answer.entries("results"))

    def _object(self, method: str, path: str) -> Any:
        where = f"{method} {path}"
        connection = HTTPConnection(self._address.netloc, timeout=self._timeout)
        try:
            connection.request(method, self._address.path.rstrip("/") + path)
            response = connection.getresponse()
            status, body = response.status, response.read()
        except (OSError, HTTPException) as error:
            raise BackendDown(f"the backend at {self._address.geturl()} does not answer: {error}") from error
        finally:
            connection.close()
        if status != HTTPStatus.OK:
            raise ContractBroken(f"contract broken: {where}: the backend answers {status}")
        try:
            return json.loads(body)
        except ValueError as error:
            raise ContractBroken(f"contract broken: {where}: the answer is not JSON") from error


@dataclass(frozen=True)
class _Fields:
    """A JSON object from the backend and the request that it answers."""

    where: str
    body: Any

    def text(self, field: str) -> str:
        return str(self._value(field, str))

    def number(self, field: str) -> float:
        return float(self._value(field, int | float))

    def entries(self, field: str) -> list[Any]:
        return list(self._value(field, list))

    def _value(self, field: str, kind: Any) -> Any:
        if not isinstance(self.body, Mapping) or field not in self.body:
            raise ContractBroken(f'contract broken: {self.where}: field "{field}" is missing')
        if not isinstance(self.body[field], kind):
            raise ContractBroken(f'contract broken: {self.where}: field "{field}" has the wrong type')
        return self.body[field]


def api_path(plugin_version: str) -> str:
    """Return where the backend's API begins: the plugin and the backend count their major versions together."""
    major = plugin_version.partition(".")[0]
    return f"/api/v{major}"


def _berth(fields: _Fields) -> Berth:
    return Berth(
        code=fields.text("code"),
        name=fields.text("name"),
        length_m=fields.number("length_m"),
        draught_m=fields.number("draught_m"),
        status=fields.text("status"),
    )
