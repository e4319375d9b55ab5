"""The attestations that came with files, as the index shows them (PEP 740); they are held while it runs."""

from __future__ import annotations

import json

from werkzeug.wrappers import Request, Response

from releasegate.rehearsal.index.answers import Reply, text
from releasegate.rehearsal.index.trusted import TrustedPublisher


class Provenances:
    """The provenance of each file, by its name."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def keep(self, filename: str, attestations: str, publisher: TrustedPublisher | None) -> None:
        """Keep what was attested of a file, and whose word it is; nothing where nothing was."""
        if attestations and publisher is not None:
            fields = {
                "kind": "GitHub",
                "repository": publisher.repository,
                "workflow": publisher.workflow,
                "environment": publisher.environment,
            }
            bundle = {"publisher": fields, "attestations": json.loads(attestations)}
            self._held[filename] = json.dumps({"version": 1, "attestation_bundles": [bundle]})

    def serve(self, request: Request, name: str, version: str, filename: str) -> Reply:  # noqa: ARG002 - the route's
        """Answer with a file's provenance."""
        held = self._held.get(filename)
        if held is None:
            return Reply(text(404, f"No provenance available for {filename}"), name, filename)
        return Reply(Response(held, mimetype="application/vnd.pypi.integrity.v1+json"), name, filename)
