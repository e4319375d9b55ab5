"""Trusted publishing on the embedded index: a token for an identity that a publisher was registered for.

The statuses, codes and sentences are those of PyPI's own server (warehouse, its OIDC views, August 2026). The identity
is a JSON web token as GitHub's, but signed with a key that this index and ``IdentityProvider`` share.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from packaging.utils import canonicalize_name
from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.index.answers import Reply

LIFETIME = timedelta(minutes=15)
"""For how long a token lives that an identity was exchanged for."""

_HEADER = {"alg": "HS256", "typ": "JWT"}


@dataclass(frozen=True)
class TrustedPublisher:
    """The four fields by which an index knows a workflow, and the project that it may publish."""

    project: str
    repository: str
    workflow: str
    environment: str

    def is_of(self, claims: Mapping[str, Any]) -> bool:
        """Whether *claims* are those of a job of this very workflow, in this environment."""
        at = f"{self.repository}/.github/workflows/{self.workflow}@"
        return (
            claims.get("repository") == self.repository
            and str(claims.get("job_workflow_ref", "")).startswith(at)
            and claims.get("environment") == self.environment
        )


@dataclass
class TrustedPublishing:
    """What an index knows of identities: its *audience*, the issuer's *key*, and the publishers that are registered."""

    audience: str
    key: bytes
    clock: Callable[[], datetime]
    publishers: tuple[TrustedPublisher, ...] = ()
    _tokens: dict[str, tuple[datetime, TrustedPublisher]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def tell_audience(self, request: Request) -> Reply:  # noqa: ARG002 - a handler's signature
        """Answer for whom an identity must be meant."""
        return Reply(_json({"audience": self.audience}, 200))

    def mint(self, request: Request) -> Reply:
        """Exchange an identity for a token that lives for minutes and uploads to one project."""
        payload = request.get_json(silent=True)
        token = payload.get("token") if isinstance(payload, dict) else None
        if not isinstance(token, str):
            return _failed("invalid-payload", "'token' is not a valid string")
        claims = _claims(token, self.key)
        now = self.clock()
        if claims is None or claims.get("aud") != self.audience or float(claims.get("exp", 0)) < now.timestamp():
            return _failed("invalid-token", "malformed or invalid token")
        publisher = next((each for each in self.publishers if each.is_of(claims)), None)
        if publisher is None:
            return _failed(
                "invalid-publisher",
                "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
            )
        if (once := str(claims.get("jti"))) in self._seen:
            return _failed("invalid-reuse-token", "invalid token: already used")
        self._seen.add(once)
        minted = f"pypi-{secrets.token_urlsafe(32)}"
        expires = now + LIFETIME
        self._tokens[minted] = (expires, publisher)
        return Reply(_json({"success": True, "token": minted, "expires": int(expires.timestamp())}, 200))

    def publisher(self, token: str, project: str) -> TrustedPublisher | None:
        """Return the publisher of *project* that a minted token stands for; ``None`` for any other, and an old one."""
        expires, publisher = self._tokens.get(token, (None, None))
        if expires is None or publisher is None or expires < self.clock():
            return None
        return publisher if canonicalize_name(publisher.project) == project else None


def identity(claims: Mapping[str, Any], key: bytes) -> str:
    """Return *claims* as a JSON web token, signed with *key*."""
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (_HEADER, claims))
    return f"{signed}.{_encoded(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def _claims(token: str, key: bytes) -> Mapping[str, Any] | None:
    """Return what a token claims, if it is signed with *key*."""
    signed, _, signature = token.rpartition(".")
    expected = _encoded(hmac.digest(key, signed.encode(), hashlib.sha256))
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return None
    try:
        found = json.loads(_decoded(signed.partition(".")[2]))
    except (ValueError, binascii.Error):
        return None
    return found if isinstance(found, dict) else None


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _failed(code: str, words: str) -> Reply:
    return Reply(_json({"message": "Token request failed", "errors": [{"code": code, "description": words}]}, 422))


def _json(content: Mapping[str, Any], status: int) -> Response:
    return Response(json.dumps(content), status=status, mimetype="application/json")
