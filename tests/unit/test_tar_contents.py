"""A gzipped tar is in memory once: unpacked piece by piece, read where it lies, and taken apart from its end."""

from __future__ import annotations

import gzip
import io
import random
import zlib

import pytest

from releasegate.core.dists.tar_contents import Unpacked, gunzipped, taken_out

LARGE = random.Random(1).randbytes(3 * 2**20 + 7)  # noqa: S311 - nothing is secret
PACKED = gzip.compress(LARGE, 1)


@pytest.mark.parametrize("content", [b"", b"a", b"\0" * (4 * 2**20), b"\0" * 2**20, LARGE], ids=len)
def test_what_was_packed_comes_out(content: bytes) -> None:
    assert bytes(gunzipped(gzip.compress(content, 1), limit=len(content)) or b"") == content


@pytest.mark.parametrize("content", [b"ab", b"\0" * (4 * 2**20), LARGE], ids=len)
def test_more_than_the_limit_is_not_unpacked(content: bytes) -> None:
    assert gunzipped(gzip.compress(content, 1), limit=len(content) - 1) is None


@pytest.mark.parametrize("behind", [b"", b"\0", b"\0" * (2 * 2**20)], ids=len)
def test_zeros_behind_the_end_are_no_content(behind: bytes) -> None:
    assert bytes(gunzipped(PACKED + behind, limit=len(LARGE)) or b"") == LARGE


@pytest.mark.parametrize("behind", [b"x", b"\0x", PACKED, b"\0" * (2 * 2**20) + b"x"], ids=len)
def test_something_behind_the_end_is_refused(behind: bytes) -> None:
    with pytest.raises(ValueError, match="something comes after its end"):
        gunzipped(PACKED + behind, limit=2 * len(LARGE))


@pytest.mark.parametrize("left", [0, 1, 20, 2**20, len(PACKED) - 1])
def test_what_is_cut_off_is_refused(left: int) -> None:
    with pytest.raises(ValueError, match="it ends in the middle"):
        gunzipped(PACKED[:left], limit=len(LARGE))


def test_what_is_no_gzip_is_refused() -> None:
    with pytest.raises(zlib.error):
        gunzipped(b"no such thing", limit=9)


def test_members_are_taken_out_in_their_order_and_nothing_is_left() -> None:
    unpacked = bytearray(b"--ab--c-")

    assert list(taken_out(unpacked, [("x", 2, 2), ("y", 6, 1), ("z", 7, 0)]).items()) == [
        ("x", b"ab"),
        ("y", b"c"),
        ("z", b""),
    ]
    assert unpacked == b"--"


def test_a_member_that_is_cut_off_or_lies_in_another_is_refused() -> None:
    for members in ([("x", 0, 9)], [("x", 0, 4), ("y", 2, 2)]):
        with pytest.raises(ValueError, match="it ends in the middle"):
            taken_out(bytearray(b"abcd"), members)


def test_it_is_read_as_a_file_is() -> None:
    content = Unpacked(bytearray(b"abcdef"))

    assert (content.read(2), content.tell(), content.read(), content.read(1)) == (b"ab", 2, b"cdef", b"")
    assert content.seek(1) == 1
    assert content.read(1) == b"b"
    with pytest.raises(ValueError, match="1"):
        content.seek(0, io.SEEK_CUR)
