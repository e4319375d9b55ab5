"""A seal in the field's form: an in-toto Statement v1 with SLSA's verification summary as its predicate.

Specifications: the in-toto attestation framework's Statement v1 and ResourceDescriptor; SLSA 1.2, "Verification Summary
Attestation"; package URLs, ECMA-427. The statement carries no signature: it counts for as much as the place that it
comes from. The same record gives the same bytes, on every machine.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from packaging.version import Version

from releasegate.core.evidence.note import note_line
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.record import Record
from releasegate.core.release.versions import is_candidate

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
SLSA_VERSION = "1.2"
VERIFIER = "pkg:pypi/releasegate"
UNEVALUATED = "SLSA_BUILD_LEVEL_UNEVALUATED"
"""No level of SLSA's is claimed: what a level asks of the build platform is not what the gates look at."""

Body = dict[str, Any]


def purl(name: str, version: str, *, repository: str | None) -> str:
    """Return the package URL of a version; *repository* is its index's address, ``None`` for PyPI."""
    place = "" if repository is None else f"?repository_url={_quoted(repository)}"
    return f"pkg:pypi/{_quoted(name)}@{_quoted(version)}{place}"


def statement(  # noqa: PLR0913 - what is said, of what, and where both are
    name: str,
    version: Version,
    files: Mapping[str, str],
    record: Record,
    *,
    repository: str | None,
    receipt: str | None,
) -> bytes:
    """Return as a statement that the *files* (sha256 by name) of a version are sealed, on the gates of its *record*.

    *repository* is the address of the index that the files are on, ``None`` for PyPI; *receipt* is the address of the
    record, where it has one. A gate that was waived is there with who took it on, why, and what it had found.
    """
    gates = tuple(_gates(record))
    waived = [entry.step for entry in gates if entry.event == "waived"]
    by = next((entry.releasegate for entry in reversed(gates) if entry.releasegate), "")
    predicate = {
        "verifier": {"id": VERIFIER, **({"version": {"releasegate": by}} if by else {})},
        **({"timeVerified": _moment(max(entry.at for entry in gates))} if gates else {}),
        "resourceUri": purl(name, str(version), repository=repository),
        "policy": _policy([entry.step for entry in gates], by),
        "inputAttestations": [_input(entry, record, name, version, receipt) for entry in gates],
        "verificationResult": "PASSED",
        "verifiedLevels": [UNEVALUATED, _level(version, waived=bool(waived))],
        "slsaVersion": SLSA_VERSION,
    }
    subjects = [{"name": file, "digest": {"sha256": sha256}} for file, sha256 in sorted(files.items())]
    body = {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    return (json.dumps(body, indent=2, sort_keys=True) + "\n").encode()


def _gates(record: Record) -> Iterator[Entry]:
    """Yield of every gate the entry by which it holds, in the order in which the gates were first met."""
    for step, (last, waiver) in record.by_step().items():
        if step == SEAL:
            continue
        if last is not None and last.event == "done":
            yield last
        elif waiver is not None:
            yield waiver


def _input(entry: Entry, record: Record, name: str, version: Version, receipt: str | None) -> Body:
    """Describe a gate's evidence: one line of the receipt and of the note; the digest is of that, without its end."""
    said: Mapping[str, Any] = {"verdict": entry.verdict, "at": entry.at, "run": entry.run, "subject": entry.subject}
    if entry.event == "waived":
        last = record.last(entry.step)
        problem = {} if last is None else {"problem": last.evidence.get("problem", "")}
        said = {**said, "by": entry.evidence.get("by", ""), "reason": entry.evidence.get("reason", ""), **problem}
    return {
        "name": entry.step,
        "digest": {"sha256": _sha256(note_line(name, version, entry).encode())},
        "annotations": said,
        **({"uri": f"{receipt}#{_quoted(entry.step)}"} if receipt is not None else {}),
    }


def _policy(gates: Sequence[str], by: str) -> Body:
    """Describe what had to hold: every gate's key, in order, as the policy's content."""
    content = json.dumps(gates).encode()
    return {
        "uri": f"{VERIFIER}{f'@{_quoted(by)}' if by else ''}#releasegate/pipelines.py",
        "digest": {"sha256": _sha256(content)},
        "content": base64.b64encode(content).decode(),
        "mediaType": "application/json",
    }


def _level(version: Version, *, waived: bool) -> str:
    proven = "PROVEN" if is_candidate(version) else "RELEASED"
    return f"RELEASEGATE_{proven}{'_WITH_WAIVERS' if waived else ''}"


def _moment(at: str) -> str:
    """Return a moment of the record as RFC 3339 has it in UTC."""
    return f"{at.removesuffix('Z').removesuffix('+00:00')}Z"


def _quoted(text: str) -> str:
    return quote(text, safe=":")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
