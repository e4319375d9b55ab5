"""What the faults make of a page and of a file."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

from werkzeug.wrappers import Response

from releasegate.rehearsal.index.faults import BrokenFile, BrokenPage
from releasegate.rehearsal.index.pages.simple import TEXT
from releasegate.rehearsal.index.upload.model import UploadAccepted

_CHALLENGE = "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body></body></html>\n"


def damaged_page(answer: Response, page: dict[str, Any], fault: BrokenPage) -> Response:
    """Return *answer*, which shows *page* as JSON, as a careless mirror or something before the index would give it."""
    if fault.damage == "html":
        return Response(_CHALLENGE, content_type=f"{TEXT}; charset=UTF-8")
    if fault.damage == "short":
        return _short(answer)
    body = json.dumps(_careless(page, fault.damage))
    answer.set_data(body[: len(body) // 2] if fault.damage == "malformed" else body)
    return answer


def damaged_file(content: bytes, fault: BrokenFile) -> Response:
    """Return the file cut to half, or with one of its bytes altered."""
    middle = len(content) // 2
    if fault.damage == "altered":
        altered = bytes(byte ^ 0xFF for byte in content[middle : middle + 1])
        return Response(content[:middle] + altered + content[middle + 1 :])
    return Response(content[:middle]) if fault.damage == "truncated" else _short(Response(content))


def with_other_metadata(answer: UploadAccepted) -> UploadAccepted:
    """Return the upload as an index stores it that mixes up core metadata: it is of another version, with its hash."""
    if answer.core_metadata is None:
        return answer
    other = answer.core_metadata.replace(b"\nVersion: ", b"\nVersion: 99.")
    file = replace(answer.event.file, metadata_sha256=sha256(other).hexdigest())
    return replace(answer, event=replace(answer.event, file=file), core_metadata=other)


def _short(answer: Response) -> Response:
    """Let the answer break off: half of the bytes that its header tells of come."""
    body = answer.get_data()
    answer.set_data(body[: len(body) // 2])
    answer.headers["Content-Length"] = str(len(body))
    return answer


def _careless(page: dict[str, Any], damage: str) -> dict[str, Any]:
    if damage == "no versions":
        return {key: value for key, value in page.items() if key != "versions"}
    if damage == "no hashes":
        return {**page, "files": [{**file, "hashes": {}} for file in page["files"]]}
    if damage == "numbers as text":
        meta = {**page["meta"], "_last-serial": str(page["meta"]["_last-serial"])}
        return {**page, "meta": meta, "files": [{**file, "size": str(file["size"])} for file in page["files"]]}
    return {**page, "files": [], "versions": []} if damage == "empty" else page
