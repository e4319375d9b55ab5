"""Reads an upload off the wire: a bounded multipart form, and the file's size, digests and contents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request

from releasegate.rehearsal.index.held.events import Digests
from releasegate.rehearsal.index.upload.members import look_into
from releasegate.rehearsal.index.upload.model import MEGABYTE, Policy, ReceivedUpload, UploadedFile

_FORM_BYTES = 16 * MEGABYTE
_FORM_PARTS = 10_000
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Received:
    """An upload, and the stream that holds its file's bytes (``None`` where there is no file)."""

    upload: ReceivedUpload
    content: IO[bytes] | None


def receive(request: Request, policy: Policy) -> Received:
    """Read the request to its end.

    Raises:
        RequestEntityTooLarge: (werkzeug's answer 413) the form is larger than any upload can be.
    """
    request.max_content_length = policy.file_limit + 2 * _FORM_BYTES
    request.max_form_memory_size = _FORM_BYTES
    request.max_form_parts = _FORM_PARTS
    fields = {name: tuple(_clean(values)) for name, values in request.form.lists()}
    upload = ReceivedUpload(
        credentials=_credentials(request),
        fields={name: values for name, values in fields.items() if values},
        file=None,
    )
    part = request.files.get("content")
    if part is None or not part.filename:
        return Received(upload, None)
    return Received(ReceivedUpload(upload.credentials, upload.fields, _file(part, part.filename)), part.stream)


def _clean(values: list[str]) -> list[str]:
    """Drop the ``UNKNOWN`` that old build tools send for fields that they do not have."""
    return [value for value in values if value.strip() != "UNKNOWN"]


def _credentials(request: Request) -> tuple[str, str] | None:
    sent = request.authorization
    if sent is None or sent.type != "basic":
        return None
    return sent.username or "", sent.password or ""


def _file(part: FileStorage, filename: str) -> UploadedFile:
    stream = part.stream
    md5, sha256, blake2 = hashlib.md5(usedforsecurity=False), hashlib.sha256(), hashlib.blake2b(digest_size=32)
    size = 0
    stream.seek(0)
    while block := stream.read(_BLOCK):
        size += len(block)
        md5.update(block)
        sha256.update(block)
        blake2.update(block)
    digests = Digests(md5.hexdigest(), sha256.hexdigest(), blake2.hexdigest())
    return UploadedFile(filename, size, digests, look_into(stream, filename=filename, size=size), part.mimetype)
