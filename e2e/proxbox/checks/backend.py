"""The backend over HTTP, with the key that the checks register there."""

import hashlib
from dataclasses import dataclass
from typing import Any

import requests
from contracts import BACKEND, BrokenContract

from pair_cell import PairCell

KEY_HEADER = "X-Proxbox-API-Key"
TIMEOUT = 60.0
KEYS = "/admin/encryption/"


@dataclass(frozen=True)
class Backend:
    """proxbox-api over HTTP, with the key that the checks register there."""

    url: str
    key: str

    @classmethod
    def of(cls, cell: PairCell) -> "Backend":
        """Derive the key from the run's own secret: both phases of an upgrade know it, no file holds it."""
        return cls(cell.backend_url, hashlib.sha256(f"backend key of {cell.netbox_token}".encode()).hexdigest())

    def request(self, method: str, path: str, **extra: Any) -> requests.Response:
        """Send one request with the key."""
        return requests.request(
            method, self.url + path, headers={KEY_HEADER: self.key}, timeout=TIMEOUT, allow_redirects=False, **extra
        )

    def answers(self) -> bool:
        """Whether it says anything but that it is not ready."""
        try:
            return bool(self.request("GET", "/health").status_code < requests.codes.internal_server_error)
        except requests.RequestException:
            return False

    def version(self) -> str:
        """Return the version that the backend states; an older release only states it in its schema."""
        answer = self.request("GET", "/version")
        if answer.status_code == requests.codes.not_found:
            answer = self.request("GET", "/openapi.json")
        if not answer.ok:
            raise BrokenContract(f"the backend answered {answer.status_code} when asked for its version", side=BACKEND)
        body = answer.json()
        return str(body.get("version") or body.get("info", {}).get("version", ""))

    def admit(self) -> None:
        """Register the key, once; a release without keys needs none."""
        status = self.request("GET", "/auth/bootstrap-status")
        if status.status_code == requests.codes.not_found:
            return
        if status.ok and status.json().get("needs_bootstrap"):
            answer = self.request("POST", "/auth/register-key", json={"api_key": self.key, "label": "releasegate"})
            if answer.status_code not in {requests.codes.ok, requests.codes.created}:
                raise BrokenContract(f"the backend refused its first key with {answer.status_code}", side=BACKEND)
        answer = self.request("GET", "/auth/keys")
        if not answer.ok:
            raise BrokenContract(f"the backend does not know its key any more ({answer.status_code})", side=BACKEND)

    def holds_a_key(self) -> bool:
        """Whether it has a key to keep secrets by, or is a release that needs none."""
        told = self.request("GET", f"{KEYS}status")
        return not told.ok or bool(told.json().get("configured"))

    def keep_key(self, key: str) -> None:
        """Give it a key of its own: to begin with it needs one, until the plugin's can be asked for."""
        answer = self.request("POST", f"{KEYS}key", json={"key": key})
        if not answer.ok:
            raise BrokenContract(f"the backend refused a key of its own with {answer.status_code}", side=BACKEND)

    def forget_key(self) -> None:
        """Let it go without one of its own again; a release that cannot, or keeps secrets by it, is left as it is."""
        self.request("DELETE", f"{KEYS}key")
