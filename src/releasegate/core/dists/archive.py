"""Wheels and sdists become mappings of path to bytes; nothing that they say about themselves is trusted.

Formats: the binary distribution format (a zip) and PEP 625 sdists (a gzipped tar) of the packaging specifications.
"""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from posixpath import dirname, join, normpath

from releasegate.core.dists.tar_contents import Unpacked, gunzipped, taken_out
from releasegate.core.dists.tar_layout import BadHeader, check_headers
from releasegate.core.dists.zip_layout import PackedMember, packed_members
from releasegate.core.errors import GateFailed

SIZE_LIMIT = 2**30
"""Bytes that an archive may unpack to."""

COUNT_LIMIT = 100_000
"""Members that an archive may have."""

RATIO, RATIO_COUNTS_FROM = 50, 64 * 2**20
"""How often its own size an archive may unpack to, where that is many bytes."""

_HOPS = 40
"""Links that are followed, one to the next: as many as a system follows."""

_PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error),
    *(EOFError, OSError, ValueError, RuntimeError, OverflowError),
)
"""What the libraries raise for an archive that they cannot read."""


@dataclass(frozen=True, eq=False)
class Members(Mapping[str, bytes]):
    """The files of one archive: posix path -> bytes.

    ``folder`` is the leading folder of an sdist, which is left out of the paths (empty for a wheel).
    ``executable`` are the paths with an execute bit.
    """

    filename: str
    files: Mapping[str, bytes]
    folder: str = ""
    executable: frozenset[str] = frozenset()

    def __getitem__(self, path: str) -> bytes:
        return self.files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def read_wheel(filename: str, data: bytes, *, limit: int = SIZE_LIMIT) -> Members:
    """Read a wheel that unpacks to *limit* bytes at most; folders are left out.

    Raises:
        GateFailed: the archive is damaged, too large, encrypted, has a member that is no plain file inside it, or
            bytes that belong to none.
    """
    try:
        where = packed_members(data, most=COUNT_LIMIT)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
        placed = list(zip(entries, where, strict=True))
    except _DAMAGE as error:
        raise _refusal(filename, f"is damaged ({error})") from error
    _check_size(filename, sum(entry.file_size for entry in entries), packed=len(data), limit=limit)
    plain = [(entry, place) for entry, place in placed if not entry.filename.endswith("/")]
    for entry, _ in plain:
        _check_entry(filename, entry)
    folders = [entry.filename.rstrip("/") for entry in entries if entry.filename.endswith("/")]
    _check_paths(filename, [entry.filename for entry, _ in plain], folders)
    files = {entry.filename: _unpacked(filename, data, entry, place) for entry, place in plain}
    executable = frozenset(entry.filename for entry, _ in plain if (entry.external_attr >> 16) & 0o111)
    return Members(filename, files, executable=executable)


def _unpacked(filename: str, data: bytes, entry: zipfile.ZipInfo, place: PackedMember) -> bytes:
    """Return a member's bytes: as many as the directory says, and never more come out."""
    content = data[place.start : place.start + place.size]
    whole = True
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = stream.decompress(content, entry.file_size + 1)
        except zlib.error as error:
            raise _refusal(filename, f"is damaged ({entry.filename!r}: {error})") from error
        whole = stream.eof and not stream.unused_data
    if not whole or len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise _refusal(filename, f"is damaged ({entry.filename!r} is not what its header says)")
    return content


def read_sdist(filename: str, data: bytes, *, limit: int = SIZE_LIMIT) -> Members:
    """Read an sdist (``.tar.gz``) that unpacks to *limit* bytes at most; paths are without its one leading folder.

    Raises:
        GateFailed: the archive is damaged, too large, has a member that is neither a plain file inside it nor a link
            to one, or no single leading folder.
    """
    try:
        most = min(limit, growth(len(data)))
        unpacked = gunzipped(data, limit=most)
        if unpacked is None:
            raise _too_large(filename, packed=len(data), limit=limit)
        check_headers(unpacked, most=COUNT_LIMIT)
        files, executable = _untar(filename, unpacked, limit=most)
    except BadHeader as error:
        raise _refusal(filename, str(error)) from error
    except _DAMAGE as error:
        raise _refusal(filename, f"is damaged ({error})") from error
    folders = {path.split("/", 1)[0] for path in files}
    if len(folders) != 1 or any("/" not in path for path in files):
        raise _refusal(filename, f"has no single leading folder ({', '.join(sorted(folders)) or 'it is empty'})")
    (folder,) = folders
    start = len(folder) + 1
    return Members(
        filename,
        {path[start:]: content for path, content in files.items()},
        folder=folder,
        executable=frozenset(path[start:] for path in executable),
    )


def _untar(filename: str, unpacked: bytearray, *, limit: int) -> tuple[dict[str, bytes], set[str]]:
    """Return the files of a tar, a link as what it leads to, and which can be executed; *unpacked* is empty then."""
    found: list[tuple[str, int, int]] = []
    links: list[tuple[str, str]] = []
    folders: list[str] = []
    executable = set()
    with tarfile.open(fileobj=Unpacked(unpacked), mode="r:") as archive:
        for count, member in enumerate(archive, start=1):
            if count > COUNT_LIMIT:
                raise _refusal(filename, f"has more than {COUNT_LIMIT} members")
            if member.isdir():
                folders.append(member.name)
                continue
            if member.issym() or member.islnk():
                links.append((member.name, _led_to(member)))
                continue
            if not member.isreg() or member.issparse():
                raise _refusal(filename, f"holds {member.name!r}, which is no plain file (a device or the like)")
            found.append((member.name, member.offset_data, member.size))
            if member.mode & 0o111:
                executable.add(member.name)
        # tarfile takes a header that it cannot read for the end of the archive.
        if unpacked[archive.offset :].strip(b"\0"):
            raise _refusal(filename, "is damaged (a header in the middle cannot be read)")
    _check_paths(filename, [*(path for path, _, _ in found), *(path for path, _ in links)], folders)
    whole = len(unpacked)
    files = taken_out(unpacked, found)
    leads = dict(links)
    ends = {path: _end_of(filename, path, leads, files) for path in leads}
    if whole + sum(len(files[end]) for end in ends.values()) > limit:
        raise _refusal(filename, f"unpacks to more than {limit} bytes")
    executable |= {path for path, end in ends.items() if end in executable}
    return files | {path: files[end] for path, end in ends.items()}, executable


def _led_to(link: tarfile.TarInfo) -> str:
    """Return the path in the archive that a link names; what it says itself where that leads out."""
    end = normpath(join(dirname(link.name) if link.issym() else "", link.linkname))
    return link.linkname if end.startswith(("/", "../")) or end == ".." else end


def _end_of(filename: str, path: str, links: Mapping[str, str], files: Mapping[str, bytes]) -> str:
    """Return the file that a link leads to: one of the same archive, as everybody unpacks it."""
    end = links[path]
    for _ in range(_HOPS):
        end = links.get(end, end)
    if end not in files:
        raise _refusal(filename, f"holds {path!r}, a link to {end!r}, which is no file in it")
    return end


def growth(packed: int) -> int:
    """Return what *packed* bytes may unpack to: PyPI takes a zip that grows further for an attack."""
    return max(RATIO_COUNTS_FROM, RATIO * packed)


def _check_size(filename: str, size: int, *, packed: int, limit: int) -> None:
    if size > min(limit, growth(packed)):
        raise _too_large(filename, packed=packed, limit=limit)


def _too_large(filename: str, *, packed: int, limit: int) -> GateFailed:
    if growth(packed) < limit:
        return _refusal(filename, f"unpacks to more than {growth(packed)} bytes, of {packed}")
    return _refusal(filename, f"unpacks to more than {limit} bytes")


def _check_entry(filename: str, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise _refusal(filename, f"holds {entry.filename!r}, which is encrypted")
    # Only these two are unpacked in bounded memory.
    if entry.compress_type not in _PLAIN:
        raise _refusal(filename, f"holds {entry.filename!r}, which is neither stored nor deflated")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise _refusal(filename, f"holds {entry.filename!r}, which is no plain file (a link or a device)")


def _check_paths(filename: str, paths: list[str], folders: list[str]) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        alike = _on_any_disk(path)
        if alike in seen:
            other = "twice" if seen[alike] == path else f"and {seen[alike]!r}, which are one file on some systems"
            raise _refusal(filename, f"holds {path!r} {other}")
        seen[alike] = path
    for path in (*paths, *folders):
        inside = not {"", ".", ".."} & set(path.split("/")) and "\\" not in path
        if not inside or PureWindowsPath(path).drive or not path.isprintable():
            raise _refusal(filename, f"holds {path!r}, which is no plain path inside it")
    for folder in {*folders, *(str(parent) for path in paths for parent in PurePosixPath(path).parents)}:
        if _on_any_disk(folder) in seen:
            raise _refusal(filename, f"holds {seen[_on_any_disk(folder)]!r} and files in a folder of that name")


def _on_any_disk(path: str) -> str:
    """Return what two paths have in common that macOS or Windows takes for one.

    Case and Unicode form do not count, nor do dots and spaces at the end of a name.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
    return "/".join(name.rstrip(". ") or name for name in folded.split("/"))


def _refusal(filename: str, complaint: str) -> GateFailed:
    return GateFailed(f"{filename} {complaint}.", hint="Nobody should install it: build the distribution again")
