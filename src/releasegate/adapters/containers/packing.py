"""Files as the engine takes them: a tar archive in memory."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return an archive of *contents*, by file name; the same contents are the same bytes."""
    archive_bytes = io.BytesIO()
    with tarfile.open(fileobj=archive_bytes, mode="w") as archive:
        for name, content in sorted(contents.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return archive_bytes.getvalue()
