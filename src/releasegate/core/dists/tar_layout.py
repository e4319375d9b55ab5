"""The headers of a tar, looked over before a library reads them: it takes them at their word.

Format: pax of POSIX.1-2017 and GNU's long names. Nothing that a packager writes is refused; what is, are sizes that
lead back or out of the file, and headers that take unbounded time.
"""

from __future__ import annotations

import re
import tarfile

_BLOCK = tarfile.BLOCKSIZE
_ABOUT_NEXT = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, b"K")
_ABOUT_SIZE = 64 * 1024
"""Bytes of a header about the next member: longer than any path."""
_DIGITS = re.compile(rb"\d{64}")
"""As many digits as no record's length has; tarfile looks for one in time that grows with their square."""
_SPARSE = re.compile(rb"^\d{1,20} GNU\.sparse\.[^=\n]*=", re.MULTILINE)
_SAID_SIZE = re.compile(rb"^\d{1,20} size=([^\n]*)$", re.MULTILINE)
_NAME = slice(0, 100)
_SIZE = slice(124, 136)
_TYPE = slice(156, 157)


class BadHeader(ValueError):
    """A header says what no packager writes, and what that is."""


def check_headers(unpacked: bytes | bytearray, *, most: int) -> None:
    """Walk over the headers of a tar.

    Raises:
        BadHeader: one of them leads nowhere, or there are more than *most*.
    """
    at = count = 0
    said: list[bytes] = []
    while (header := bytes(unpacked[at : at + _BLOCK])).strip(b"\0"):
        count += 1
        if count > 2 * most:  # one about each member
            raise BadHeader(f"has more than {most} members")
        kind, size = header[_TYPE], _size(header[_SIZE])
        content = bytes(unpacked[at + _BLOCK : at + _BLOCK + size]) if kind in _ABOUT_NEXT else b""
        if kind in _ABOUT_NEXT and (size > _ABOUT_SIZE or _DIGITS.search(content)):
            raise BadHeader("is damaged (a header has more in it than any path)")
        if kind == tarfile.GNUTYPE_SPARSE or _SPARSE.search(content):
            raise BadHeader("holds a sparse member")
        said += _SAID_SIZE.findall(content) if kind != tarfile.XGLTYPE else ()
        if kind == tarfile.XGLTYPE and _SAID_SIZE.search(content):
            raise BadHeader("holds one size for every member")
        # Some packagers say the size twice: readers differ where the two do.
        if kind not in _ABOUT_NEXT:
            if any(each != b"%d" % size for each in said):
                raise BadHeader("holds a member with two sizes")
            said = []
        at += _BLOCK + (-(-size // _BLOCK) * _BLOCK if _has_content(header, kind) else 0)


def _has_content(header: bytes, kind: bytes) -> bool:
    """Whether a library skips what the size says: of a folder or a link it does not."""
    if kind == tarfile.AREGTYPE and header[_NAME].rstrip(b"\0").endswith(b"/"):
        return False
    return kind in _ABOUT_NEXT or kind in tarfile.REGULAR_TYPES or kind not in tarfile.SUPPORTED_TYPES


def _size(field: bytes) -> int:
    """Return the size that a header states: octal, or with its first bit set binary, as GNU writes large ones."""
    try:
        size = tarfile.nti(field)  # type: ignore[attr-defined]
    except tarfile.HeaderError as error:
        raise BadHeader("is damaged (a header's size is no number)") from error
    if not 0 <= size < 2**40:
        raise BadHeader("is damaged (a header's size is none)")
    return int(size)
