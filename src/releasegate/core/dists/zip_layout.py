"""Whether a zip is the same for who reads its directory and for who reads it from the start: PyPI takes no other.

Format: APPNOTE.TXT, 4.3. The members and the directory must cover the file from its first byte to its last, once; the
words for what does not are those of PyPI's server where it has some.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MEMBER, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_64, _LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
_MEMBER_SIZE, _ENTRY_SIZE, _END_SIZE, _LOCATOR_SIZE, _END_64_SIZE = 30, 46, 22, 20, 56
_COMMENT = 2**16 - 1
_IN_EXTRA = 2**32 - 1
_STREAMED = 0x08
_ZIP64 = 1


class BadLayout(ValueError):
    """The archive is not one that everybody reads alike, and why."""


@dataclass(frozen=True)
class PackedMember:
    """A member's bytes in the file, as they are packed: from ``start``, ``size`` of them."""

    start: int
    size: int


@dataclass(frozen=True)
class _Entry:
    name: bytes
    flags: int
    size: int
    offset: int


def packed_members(data: bytes, *, most: int) -> tuple[PackedMember, ...]:
    """Return where the members are, in the order of the directory.

    Raises:
        BadLayout: there are more than *most*, or bytes that belong to none, to two or to an unlisted member.
    """
    try:
        end, start, size = _directory(data)
        entries = list(_entries(data, start, size, most=most))
        if start + size != end:
            raise BadLayout("Unknown record signature")
        return _tiled(data, entries, until=start)
    except struct.error as error:
        raise BadLayout("Malformed zip file") from error


def _directory(data: bytes) -> tuple[int, int, int]:
    """Return where the directory must end, where it begins, and its size."""
    at = len(data) - _END_SIZE
    if data[at : at + 4] != _END or data[-2:] != b"\0\0":
        at = data.rfind(_END, max(0, at - _COMMENT))
    if at < 0:
        raise BadLayout("File is not a zipfile")
    size, start, comment = struct.unpack_from("<LLH", data, at + 12)
    if at + _END_SIZE + comment != len(data):
        raise BadLayout("Trailing data")
    locator = at - _LOCATOR_SIZE
    if locator < 0 or data[locator : locator + 4] != _LOCATOR_64:
        return at, start, size
    at = locator - _END_64_SIZE
    (named,) = struct.unpack_from("<Q", data, locator + 8)
    if named != at or data[at : at + 4] != _END_64 or struct.unpack_from("<Q", data, at + 4) != (_END_64_SIZE - 12,):
        raise BadLayout("Mis-matched EOCD64 record and locator offset")
    size, start = struct.unpack_from("<QQ", data, at + 40)
    return at, start, size


def _entries(data: bytes, start: int, size: int, *, most: int) -> Iterator[_Entry]:
    at, count = start, 0
    while at < start + size:
        if data[at : at + 4] != _ENTRY:
            raise BadLayout("Unknown record signature")
        flags, packed, unpacked, name, extra, comment, offset = struct.unpack_from("<8xH10xLLHHH8xL", data, at)
        count += 1
        if count > most:
            raise BadLayout(f"File has more than {most} members")
        after = at + _ENTRY_SIZE + name
        if b"\0" in data[at + _ENTRY_SIZE : after]:
            # Python's reader ends the name there, others do not.
            raise BadLayout("Null byte in a filename")
        packed, offset = _from_extra(data[after : after + extra], packed, unpacked, offset)
        yield _Entry(data[at + _ENTRY_SIZE : after], flags, packed, offset)
        at = after + extra + comment
    if at != start + size:
        raise BadLayout("Malformed zip file")


def _from_extra(extra: bytes, packed: int, unpacked: int, offset: int) -> tuple[int, int]:
    """Return the packed size and the offset; what does not fit into its field is in the extra one of zip64."""
    held = _zip64(extra)
    values = iter(struct.unpack(f"<{len(held) // 8}Q", held[: len(held) // 8 * 8]))
    wanted = [next(values, -1) if value == _IN_EXTRA else value for value in (unpacked, packed, offset)]
    if -1 in wanted:
        raise BadLayout("Malformed zip file")
    return wanted[1], wanted[2]


def _zip64(extra: bytes) -> bytes:
    at = 0
    while at < len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if at + 4 + size > len(extra):
            raise BadLayout("Malformed zip file")
        if kind == _ZIP64:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def _tiled(data: bytes, entries: list[_Entry], *, until: int) -> tuple[PackedMember, ...]:
    """Return the members, which follow each other without a gap from the first byte *until* the directory."""
    order = sorted(range(len(entries)), key=lambda number: entries[number].offset)
    found: dict[int, PackedMember] = {}
    at = 0
    ends = [*(entries[number].offset for number in order[1:]), until]
    for here, end in zip(order, ends, strict=False):
        entry = entries[here]
        if entry.offset != at or data[at : at + 4] != _MEMBER:
            raise BadLayout("Unknown record signature")
        place = _place(data, entry)
        at = end
        left = at - place.start - place.size
        if left not in ((12, 16, 20, 24) if entry.flags & _STREAMED else (0,)):
            raise BadLayout("Mis-matched data size" if left < 0 else "Unknown record signature")
        found[here] = place
    if at != until:
        raise BadLayout("Unknown record signature")
    return tuple(found[number] for number in range(len(entries)))


def _place(data: bytes, entry: _Entry) -> PackedMember:
    """Return where a member's bytes are; its own header must say what the directory says."""
    flags, packed, unpacked, name, extra = struct.unpack_from("<6xH10xLLHH", data, entry.offset)
    after = entry.offset + _MEMBER_SIZE + name
    if data[entry.offset + _MEMBER_SIZE : after] != entry.name:
        raise BadLayout("Filename not in central directory")
    own, _ = _from_extra(data[after : after + extra], packed, unpacked, 0)
    if (flags ^ entry.flags) & _STREAMED or (own != entry.size and not (flags & _STREAMED and own == 0)):
        raise BadLayout("Mis-matched data size")
    return PackedMember(after + extra, entry.size)
