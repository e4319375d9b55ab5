"""Files as the engine takes and gives them: a tar archive in memory."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return an archive of *contents*, by file name; the same contents are the same bytes."""
    archive_bytes = io.BytesIO()
    with tarfile.open(fileobj=archive_bytes, mode="w") as archive:
        for name, content in sorted(contents.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return archive_bytes.getvalue()


def unpacked(chunks: Iterable[bytes]) -> bytes:
    """Return the bytes of the one file in an archive."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        member = archive.extractfile(archive.getmembers()[0])
        return member.read() if member is not None else b""
