"""The contract: what the service answers to each request, without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from harbor_api import __version__
from harbor_api.berths import Berth, read_survey

_BERTH = "/api/v1/berths/"


@dataclass(frozen=True)
class Answer:
    """A status and the object that is sent as JSON."""

    status: HTTPStatus
    body: Mapping[str, Any]


class Application:
    """The berths as of the last sync; there are none before the first."""

    def __init__(self) -> None:
        self._berths: Mapping[str, Berth] = {}

    def answer(self, method: str, path: str) -> Answer:
        """Return the answer to one request."""
        match method, path.rstrip("/"):
            case "GET", "/health":
                return Answer(HTTPStatus.OK, {"status": "ok", "version": __version__})
            case "POST", "/api/v1/sync":
                return self._sync()
            case "GET", "/api/v1/berths":
                results = [asdict(berth) for berth in self._berths.values()]
                return Answer(HTTPStatus.OK, {"count": len(results), "results": results})
            case "GET", one if one.startswith(_BERTH) and (found := self._berths.get(one.removeprefix(_BERTH))):
                return Answer(HTTPStatus.OK, asdict(found))
            case _:
                return Answer(HTTPStatus.NOT_FOUND, {"error": f"there is no {method} {path}"})

    def _sync(self) -> Answer:
        before = self._berths
        # One assignment: a request that is answered meanwhile sees the old berths or the new ones.
        self._berths = {berth.code: berth for berth in read_survey()}
        changed = sum(before.get(code) != berth for code, berth in self._berths.items())
        return Answer(HTTPStatus.OK, {"read": len(self._berths), "changed": changed})
