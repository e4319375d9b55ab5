"""Wheels and sdists become mappings of path to bytes; nothing that they say about themselves is trusted.

Formats: the binary distribution format (a zip) and PEP 625 sdists (a gzipped tar) of the packaging specifications.
"""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath

from releasegate.core.errors import GateFailed

SIZE_LIMIT = 2**30
"""Bytes that an archive may unpack to."""

COUNT_LIMIT = 100_000
"""Members that an archive may have."""

_PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError, RuntimeError)


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
        GateFailed: the archive is damaged, too large, encrypted, or has a member that is no plain file inside it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_bounds(filename, count=len(entries), size=sum(e.file_size for e in entries), limit=limit)
            plain = [entry for entry in entries if not entry.filename.endswith("/")]
            for entry in plain:
                _check_entry(filename, entry)
            _check_paths(filename, [entry.filename for entry in plain])
            files = {entry.filename: archive.read(entry) for entry in plain}
    except _DAMAGE as error:
        raise _refusal(filename, f"is damaged ({error})") from error
    executable = frozenset(entry.filename for entry in plain if (entry.external_attr >> 16) & 0o111)
    return Members(filename, files, executable=executable)


def read_sdist(filename: str, data: bytes, *, limit: int = SIZE_LIMIT) -> Members:
    """Read an sdist (``.tar.gz``) that unpacks to *limit* bytes at most; paths are without its one leading folder.

    Raises:
        GateFailed: the archive is damaged, too large, has a member that is no plain file inside it, or no single
            leading folder.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(limit + 1)
        _check_bounds(filename, count=0, size=len(unpacked), limit=limit)
        files, executable = _untar(filename, unpacked)
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


def _untar(filename: str, unpacked: bytes) -> tuple[dict[str, bytes], set[str]]:
    contents: list[tuple[str, bytes]] = []
    executable = set()
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
        for count, member in enumerate(archive, start=1):
            _check_bounds(filename, count=count, size=0, limit=0)
            if member.isdir():
                continue
            stream = archive.extractfile(member) if member.isreg() and not member.issparse() else None
            if stream is None:
                raise _refusal(filename, f"holds {member.name!r}, which is no plain file (a link or a device)")
            contents.append((member.name, stream.read()))
            if member.mode & 0o111:
                executable.add(member.name)
        # tarfile takes a header that it cannot read for the end of the archive.
        if unpacked[archive.offset :].strip(b"\0"):
            raise _refusal(filename, "is damaged (a header in the middle cannot be read)")
    _check_paths(filename, [path for path, _ in contents])
    return dict(contents), executable


def _check_bounds(filename: str, *, count: int, size: int, limit: int) -> None:
    if count > COUNT_LIMIT:
        raise _refusal(filename, f"has more than {COUNT_LIMIT} members")
    if size > limit:
        raise _refusal(filename, f"unpacks to more than {limit} bytes")


def _check_entry(filename: str, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise _refusal(filename, f"holds {entry.filename!r}, which is encrypted")
    # Only these two are unpacked in bounded memory.
    if entry.compress_type not in _PLAIN:
        raise _refusal(filename, f"holds {entry.filename!r}, which is neither stored nor deflated")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise _refusal(filename, f"holds {entry.filename!r}, which is no plain file (a link or a device)")


def _check_paths(filename: str, paths: list[str]) -> None:
    seen: set[str] = set()
    for path in paths:
        if path in seen:
            raise _refusal(filename, f"holds {path!r} twice")
        seen.add(path)
        inside = not {"", ".", ".."} & set(path.split("/")) and "\\" not in path
        if not inside or PureWindowsPath(path).drive or not path.isprintable():
            raise _refusal(filename, f"holds {path!r}, which is no plain path inside it")


def _refusal(filename: str, complaint: str) -> GateFailed:
    return GateFailed(f"{filename} {complaint}.", hint="Nobody should install it: build the distribution again")
