"""Who vouches for a job, as GitHub does: its identity for an audience, to whoever has the job's own right to ask."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.index.trusted import identity

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SECONDS = 300.0


@dataclass(frozen=True)
class IdentityProvider:
    """A WSGI application that vouches for one job: *right* is the bearer token of a job with ``id-token: write``.

    ``workflow`` is the file's name; ``audience`` overrides the one that is asked for.
    """

    key: bytes
    right: str
    repository: str
    workflow: str
    environment: str
    audience: str | None = None

    def claims(self, audience: str) -> Mapping[str, str | float]:
        """Return what is said of the job."""
        at = f"{self.repository}/.github/workflows/{self.workflow}@refs/tags/v1.0"
        return {
            "aud": self.audience or audience,
            "exp": time.time() + _SECONDS,
            "jti": uuid.uuid4().hex,
            "repository": self.repository,
            "job_workflow_ref": at,
            "environment": self.environment,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request for an identity."""
        request = Request(environ)
        if request.headers.get("Authorization") != f"bearer {self.right}":
            return Response("no right to an identity", status=403)(environ, start_response)
        value = identity(self.claims(request.args.get("audience", "")), self.key)
        return Response(json.dumps({"value": value}), mimetype="application/json")(environ, start_response)
