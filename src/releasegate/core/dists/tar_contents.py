"""A gzipped tar in memory, never twice: unpacked piece by piece, read where it lies, and taken apart from its end."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zlib import _Decompress

_PIECE = 2**20


def gunzipped(data: bytes, *, limit: int) -> bytearray | None:
    """Return what one gzip stream unpacks to, zeros behind it left out; ``None`` for more than *limit* bytes.

    Raises:
        zlib.error, ValueError: it is none, is cut off, or something comes after it.
    """
    stream, unpacked, left = zlib.decompressobj(16 + zlib.MAX_WBITS), bytearray(), memoryview(data)
    while not stream.eof:
        given, left = left[:_PIECE], left[_PIECE:]
        for piece in _pieces(stream, given):
            unpacked += piece
            if len(unpacked) > limit:
                return None
        if not len(left):
            break
    if not stream.eof or stream.unused_data.strip(b"\0") or bytes(left).strip(b"\0"):
        raise ValueError("it ends in the middle" if not stream.eof else "something comes after its end")
    return unpacked


def _pieces(stream: _Decompress, given: memoryview) -> Iterator[bytes]:
    """Yield what *given* unpacks to, never much of it at a time."""
    piece = stream.decompress(given, _PIECE)
    yield piece
    while len(piece) == _PIECE and not stream.eof:
        piece = stream.decompress(stream.unconsumed_tail, _PIECE)
        yield piece


class Unpacked(io.RawIOBase):
    """What was unpacked, as a file to be read; unlike ``BytesIO`` it copies no more than what is asked for."""

    def __init__(self, content: bytearray) -> None:
        self._content = content
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next *size* bytes, all that are left where it is negative."""
        start, self._at = self._at, len(self._content) if size < 0 else self._at + size
        return bytes(self._content[start : self._at])

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to *offset* from the start; raises ``ValueError`` for any other way to count."""
        if whence != io.SEEK_SET:
            raise ValueError(whence)
        self._at = offset
        return offset

    def tell(self) -> int:
        """Return where the next byte comes from."""
        return self._at


def taken_out(unpacked: bytearray, found: list[tuple[str, int, int]]) -> dict[str, bytes]:
    """Take the members out of a tar from its end, so that nothing of it is in memory twice.

    Raises:
        ValueError: one of them is cut off.
    """
    files = {}
    for path, start, size in reversed(found):
        content = bytes(unpacked[start : start + size])
        if len(content) != size:
            raise ValueError("it ends in the middle")
        files[path] = content
        del unpacked[start:]
    return dict(reversed(files.items()))
