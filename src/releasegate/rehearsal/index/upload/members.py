"""Looks into an uploaded archive without trusting it: its members' names and its core metadata.

Nothing is extracted, and nothing is read past a bound: an archive that claims to grow fifty-fold is refused, as
PyPI does.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from releasegate.core.dists.archive import COUNT_LIMIT, RATIO, growth
from releasegate.core.dists.tar_contents import Unpacked, gunzipped
from releasegate.core.dists.tar_layout import BadHeader, check_headers
from releasegate.core.dists.zip_layout import BadLayout, packed_members

_MEMBERS = COUNT_LIMIT
_METADATA_BYTES = 8 * 1024 * 1024

_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
)
_BAD_TAR = (tarfile.TarError, zlib.error, struct.error, OSError, EOFError, ValueError, OverflowError)


@dataclass(frozen=True)
class Contents:
    """What is in the distribution file *filename*.

    ``root`` is the folder that the rules speak of: a wheel's ``.dist-info``, an sdist's top level.
    ``core_metadata`` are the bytes of ``METADATA`` or ``PKG-INFO``, ``entry_points`` those of a wheel's
    ``entry_points.txt``; ``None`` where there is no such member.
    """

    filename: str
    members: frozenset[str]
    root: str
    core_metadata: bytes | None
    entry_points: bytes | None = None


@dataclass(frozen=True)
class Unreadable:
    """The archive cannot be used, and why."""

    reason: str


def look_into(stream: IO[bytes], *, filename: str, size: int) -> Contents | Unreadable:
    """Return what is in the archive *stream* of *size* bytes; its kind is told from *filename*."""
    stream.seek(0)
    if filename.endswith(".tar.gz"):
        return _tar(stream, filename, size=size)
    return _zip(stream, filename, size=size)


def _zip(stream: IO[bytes], filename: str, *, size: int) -> Contents | Unreadable:
    return _layout(stream.read()) or _laid_out_zip(stream, filename, size=size)


def _laid_out_zip(stream: IO[bytes], filename: str, *, size: int) -> Contents | Unreadable:
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            if problem := _too_much(len(infos), unpacked=sum(info.file_size for info in infos), packed=size):
                return problem
            if any(info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for info in infos):
                return Unreadable("File does not use a supported compression type")
            names = [info.filename for info in infos]
            if len(set(names)) < len(names):
                return Unreadable("ZIP archive not accepted: Duplicate filename in local headers.")
            root = _dist_info(filename) if filename.endswith(".whl") else _top_level(names)
            if isinstance(root, Unreadable):
                return root
            wanted = f"{root}/{'METADATA' if filename.endswith('.whl') else 'PKG-INFO'}", f"{root}/entry_points.txt"
            found = [_read(archive.open(member)) if member in names else None for member in wanted]
    except _BAD_ZIP:
        return Unreadable("File is not a zipfile")
    return Contents(filename, frozenset(names), root, *found)


def _layout(content: bytes) -> Unreadable | None:
    """Refuse a zip that is not the same for everybody; what PyPI looks at before that, it says in words of its own."""
    try:
        packed_members(content, most=_MEMBERS)
    except BadLayout as error:
        said = str(error)
        return Unreadable(said if said.startswith("File ") else f"ZIP archive not accepted: {said}.")
    return None


def _tar(stream: IO[bytes], filename: str, *, size: int) -> Contents | Unreadable:
    names: list[str] = []
    metadata: dict[str, bytes] = {}
    try:
        unpacked = gunzipped(stream.read(), limit=growth(size))
        if unpacked is None:
            return Unreadable(f"File exceeds compression ratio of {RATIO}")
        check_headers(unpacked, most=_MEMBERS)
        with tarfile.open(fileobj=Unpacked(unpacked), mode="r:") as archive:
            for member in archive:
                names.append(member.name)
                if problem := _too_much(len(names), unpacked=0, packed=size):
                    return problem
                is_metadata = member.isfile() and member.name.count("/") == 1 and member.name.endswith("/PKG-INFO")
                if is_metadata and (opened := archive.extractfile(member)):
                    metadata[member.name] = _read(opened)
    except BadHeader as error:
        sparse = "tar archive not accepted: Sparse members are not allowed."
        return Unreadable(sparse if "sparse" in str(error) else "File is not a tarfile")
    except _BAD_TAR:
        return Unreadable("File is not a tarfile")
    root = _top_level(names)
    if isinstance(root, Unreadable):
        return root
    return Contents(filename, frozenset(names), root, metadata.get(f"{root}/PKG-INFO"))


def _read(member: IO[bytes]) -> bytes:
    """Return a member's bytes; raises ``ValueError`` where they are more than such a member can be."""
    with member:
        content = member.read(_METADATA_BYTES + 1)
    if len(content) > _METADATA_BYTES:
        raise ValueError("the member is too large")
    return content


def _too_much(members: int, *, unpacked: int, packed: int) -> Unreadable | None:
    if members > _MEMBERS:
        return Unreadable(f"File has more than {_MEMBERS} members")
    if unpacked > growth(packed):
        return Unreadable(f"File exceeds compression ratio of {RATIO}")
    return None


def _dist_info(filename: str) -> str | Unreadable:
    """Return the ``.dist-info`` folder that belongs to a wheel's file name."""
    name, _, rest = filename.partition("-")
    version, dash, _ = rest.partition("-")
    return f"{name}-{version}.dist-info" if dash else Unreadable("Unable to parse name and version from wheel filename")


def _top_level(names: Iterable[str]) -> str | Unreadable:
    tops = {name.split("/", 1)[0] for name in names} - {""}
    if len(tops) != 1 or tops & {".", ".."}:
        return Unreadable("Incorrect number of top-level directories in sdist")
    return next(iter(tops))
