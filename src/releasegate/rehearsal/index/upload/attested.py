"""What an attestation must say of the file that it comes with (PEP 740); who signed it is not looked at here."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from releasegate.rehearsal.index.upload.model import UploadedFile

STATEMENT = "https://in-toto.io/Statement/v1"
KINDS = ("/attestations/publish/v1", "/provenance/v1")
"""How the kinds of statements end that an index takes: of the publishing, and of the provenance."""


def attestation_problem(attestation: dict[str, Any], file: UploadedFile) -> str:
    """Return what is wrong with an attestation's form or its subject; empty where nothing is."""
    envelope = attestation["envelope"]
    text = envelope.get("statement") if isinstance(envelope, dict) else None
    try:
        statement = json.loads(base64.b64decode(text, validate=True)) if isinstance(text, str) else None
    except (ValueError, binascii.Error):
        statement = None
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        return "Malformed attestations: no statement"
    if not str(statement.get("predicateType")).endswith(KINDS):
        return f"Verification failed: unknown kind of statement {statement.get('predicateType')!r}"
    subjects = statement.get("subject")
    if not isinstance(subjects, list) or len(subjects) != 1 or not isinstance(subjects[0], dict):
        return "Verification failed: too many subjects in statement (must be exactly one)"
    if subjects[0].get("name") != file.filename:
        return f"Verification failed: subject does not match distribution name: {subjects[0].get('name')}"
    digest = subjects[0].get("digest")
    if not isinstance(digest, dict) or digest.get("sha256") != file.digests.sha256:
        return "Verification failed: subject does not match distribution digest"
    return ""
