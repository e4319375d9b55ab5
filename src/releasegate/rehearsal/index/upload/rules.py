"""Whether an upload is taken: the checks in the order in which PyPI makes them.

Pure: an upload, the index's state, its policy and the time go in, an answer comes out. The statuses, the order and
the beginnings of the sentences are those of PyPI's own server (warehouse, its upload view, August 2026); where that
server gives a page to read, the sentences here end.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

import readme_renderer.rst
from packaging.metadata import Metadata

from releasegate.rehearsal.index.held.events import Stored, StoredFile
from releasegate.rehearsal.index.held.state import State
from releasegate.rehearsal.index.upload.attested import attestation_problem
from releasegate.rehearsal.index.upload.distribution import look_at_distribution
from releasegate.rehearsal.index.upload.form import EXTENSIONS, read_form
from releasegate.rehearsal.index.upload.history import (
    USER,
    Case,
    burnt_name,
    closed_release,
    existing_file,
    new_project,
    permission,
    second_sdist,
    size,
)
from releasegate.rehearsal.index.upload.model import (
    Identical,
    Policy,
    ReceivedUpload,
    UploadAccepted,
    UploadOutcome,
    UploadRefusal,
    bad_request,
)

ATTESTATIONS = 2
"""One of each kind that PyPI knows: of the publishing, and of the provenance."""

_EXTENSION = re.compile(r".+?(\.(?:tar\.gz|zip|whl))", re.IGNORECASE)


def judge(upload: ReceivedUpload, *, state: State, policy: Policy, token: str, now: datetime) -> UploadOutcome:
    """Return the index's answer to *upload* at the time *now* (UTC)."""
    if refusal := _not_listened_to(upload, policy, token=token):
        return refusal
    form = read_form(upload)
    if isinstance(form, UploadRefusal):
        return form
    if upload.file is None:
        return bad_request("Upload payload does not have a file.")
    case = Case(upload, form, upload.file, state, policy, now)
    answers = (rule(case) for rule in RULES)
    return next((answer for answer in answers if answer), None) or _accept(case)


def _not_listened_to(upload: ReceivedUpload, policy: Policy, *, token: str) -> UploadRefusal | None:
    """Return the refusal of an upload of which the form is not even read."""
    if policy.uploads == "read-only":
        return UploadRefusal(403, "Read-only mode: Uploads are temporarily disabled.")
    if not _authentic(upload, token):
        return UploadRefusal(403, "Invalid or non-existent authentication information.")
    if upload.field("protocol_version", "1") != "1":
        return bad_request("Unknown protocol version.")
    return None


def _authentic(upload: ReceivedUpload, token: str) -> bool:
    user, password = upload.credentials or ("", "")
    return user == USER and hmac.compare_digest(password.encode(), token.encode())


def description(case: Case) -> UploadRefusal | None:
    """Refuse a description that cannot be shown; Markdown and plain text always can."""
    metadata: Metadata = case.form.metadata
    kind = (metadata.description_content_type or "text/x-rst").partition(";")[0].strip().lower()
    if not metadata.description or kind != "text/x-rst" or readme_renderer.rst.render(metadata.description):
        return None
    if metadata.description_content_type:
        return bad_request(f"The description failed to render for {metadata.description_content_type!r}.")
    return bad_request("The description failed to render in the default format of reStructuredText.")


def file_name(case: Case) -> UploadRefusal | None:
    """Refuse a file name that no distribution can have."""
    name = case.file.filename
    if any(char < " " or char == "\x7f" for char in name):
        characters = "non-printable characters (ordinals 0-31) or the DEL character (ordinal 127)"
        return bad_request(f"Cannot upload a file with {characters} in the name.")
    if "/" in name or "\\" in name:
        return bad_request("Cannot upload a file with '/' or '\\' in the name.")
    match = _EXTENSION.fullmatch(name)
    if match is None:
        return bad_request("Invalid file extension: Use .tar.gz, .whl or .zip extension.")
    if match[1] not in EXTENSIONS[case.form.filetype]:
        return bad_request(
            f"Invalid file extension: Extension {match[1]} is invalid for filetype {case.form.filetype}."
        )
    return None


def media_type(case: Case) -> UploadRefusal | None:
    """Refuse a file that is sent as an image."""
    return bad_request("Invalid distribution file.") if case.file.media_type.startswith("image/") else None


def digest(case: Case) -> UploadRefusal | None:
    """Refuse a file of which a digest that was given is not the file's."""
    actual = asdict(case.file.digests)
    if all(hmac.compare_digest(actual[name], given) for name, given in case.form.digests.items()):
        return None
    return bad_request("The digest supplied does not match a digest calculated from the uploaded file.")


def attestations(case: Case) -> UploadRefusal | None:
    """Refuse attestations from anything but a trusted publisher, and what is no list of them (PEP 740)."""
    text = case.upload.field("attestations")
    if not text:
        return None
    begin = "Invalid attestations supplied during upload: "
    if case.policy.identity != "publisher":
        return bad_request(f"{begin}Attestations are only supported when using Trusted Publishing")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    keys = {"version", "verification_material", "envelope"}
    if not isinstance(found, list) or not all(isinstance(one, dict) and keys <= one.keys() for one in found):
        return bad_request(f"{begin}Malformed attestations")
    if not found:
        return bad_request(f"{begin}Malformed attestations: an empty attestation set is not permitted")
    if len(found) > ATTESTATIONS:
        return bad_request(f"{begin}A maximum of {ATTESTATIONS} attestations per file are supported")
    problem = next(filter(None, (attestation_problem(one, case.file) for one in found)), "")
    return bad_request(f"{begin}{problem}") if problem else None


def distribution(case: Case) -> UploadRefusal | None:
    """Refuse an archive that is not the distribution that the form describes."""
    return look_at_distribution(case.form, case.file)


RULES: tuple[Callable[[Case], Identical | UploadRefusal | None], ...] = (
    new_project,
    permission,
    description,
    file_name,
    media_type,
    size,
    digest,
    existing_file,
    burnt_name,
    closed_release,
    second_sdist,
    distribution,
    attestations,
)
"""Every rule for an upload that is listened to, in PyPI's order; the first answer counts."""


def _accept(case: Case) -> UploadAccepted:
    contents, metadata = case.file.contents, case.form.metadata
    core = getattr(contents, "core_metadata", None) if case.form.filetype == "bdist_wheel" else None
    file = StoredFile(
        filename=case.file.filename,
        size=case.file.size,
        digests=case.file.digests,
        packagetype=case.form.filetype,
        python_version=case.form.pyversion,
        uploaded=case.now,
        metadata_sha256=sha256(core).hexdigest() if core is not None else None,
    )
    event = Stored(
        at=case.now,
        project=case.form.name,
        version=case.release.version if case.release else case.form.version,
        file=file,
        requires_python=str(metadata.requires_python) if metadata.requires_python else None,
        summary=metadata.summary,
    )
    return UploadAccepted(event, core)
