"""An archive is one and the same for everybody who reads it, and takes no more room or time than its size allows."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pytest
from archives import tarred, zipped

from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.dists.tar_layout import BadHeader, check_headers
from releasegate.core.dists.zip_layout import BadLayout, packed_members
from releasegate.core.errors import GateFailed

WHEEL, SDIST = "a-1-py3-none-any.whl", "a-1.tar.gz"
ENTRY, END = b"PK\x01\x02", b"PK\x05\x06"
GOOD = zipped([("a.py", b"1" * 50), ("b.py", b"2")])


def patched(data: bytes, at: int, form: str, *values: int) -> bytes:
    """Return *data* with other numbers from *at* on."""
    changed = bytearray(data)
    struct.pack_into(form, changed, at, *values)
    return bytes(changed)


def streamed() -> bytes:
    """Return a zip as it is written where nobody can go back: sizes come after each member."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", "1" * 50)
        archive.writestr("b.py", "2")
    return pipe.getvalue()


def with_large_sizes() -> bytes:
    """Return a zip whose members have their sizes in the extra field of zip64."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, archive.open("a.py", "w", force_zip64=True) as member:
        member.write(b"1" * 50)
    return stream.getvalue()


def with_large_end(*, size: int = 44, named: int | None = None) -> bytes:
    """Return a zip whose directory is found by the records of zip64."""
    at = GOOD.index(END)
    length, start = struct.unpack_from("<LL", GOOD, at + 12)
    end = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", size, 45, 45, 0, 0, 2, 2, length, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at if named is None else named, 1)
    old = struct.pack("<4sHHHHLLH", END, 0, 0, 2, 2, length, 2**32 - 1, 0)
    return GOOD[:at] + end + locator + old


def lying(declared: int, content: bytes = bytes(2**22)) -> bytes:
    """Return a zip of one member that says that it unpacks to *declared* bytes."""
    data = zipped([("a.py", content)])
    return patched(patched(data, data.index(ENTRY) + 24, "<L", declared), 22, "<L", declared)


@pytest.mark.parametrize("data", [GOOD, streamed(), with_large_sizes(), with_large_end(), zipped([])])
def test_what_packagers_write_is_taken(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(packed_members(data, most=9)) == len(archive.infolist())
        assert dict(read_wheel(WHEEL, data)) == {name: archive.read(name) for name in archive.namelist()}


def test_a_comment_belongs_to_the_zip() -> None:
    commented = patched(GOOD, len(GOOD) - 2, "<H", 5) + b"words"
    assert set(read_wheel(WHEEL, commented)) == {"a.py", "b.py"}


CD = GOOD.index(ENTRY)
SECOND = GOOD.index(b"PK\x03\x04", 4)
LARGE = with_large_sizes()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "File is not a zipfile"),
        (b"PK nothing", "File is not a zipfile"),
        (GOOD + b"x", "Trailing data"),
        (b"nothing" + struct.pack("<4sHHHHLLH", END, 0, 0, 0, 0, 0, 7, 0), "Unknown record signature"),
        (struct.pack("<4sHHHHLLH", END, 0, 0, 1, 1, 4, 22, 4) + ENTRY, "Malformed zip file"),
        (b"#!/bin/sh\n" + GOOD, "Unknown record signature"),
        (GOOD + GOOD, "Unknown record signature"),
        (GOOD[:CD] + b"between" + GOOD[CD:], "Unknown record signature"),
        (patched(GOOD, CD + 42, "<L", SECOND), "Unknown record signature"),
        (patched(GOOD, GOOD.index(ENTRY, CD + 4) + 42, "<L", 0), "Mis-matched data size"),
        (patched(GOOD, GOOD.index(ENTRY, CD + 4) + 42, "<L", SECOND + 1), "Unknown record signature"),
        (patched(GOOD, CD + 20, "<L", 3), "Mis-matched data size"),
        (patched(patched(GOOD, CD + 20, "<L", 3), 18, "<L", 3), "Unknown record signature"),
        (patched(patched(GOOD, CD + 20, "<L", 99), 18, "<L", 99), "Mis-matched data size"),
        (patched(GOOD, 6, "<H", 8), "Mis-matched data size"),
        (patched(GOOD, 30, "<B", ord("z")), "Filename not in central directory"),
        (patched(patched(GOOD, 30, "<B", 0), CD + 46, "<B", 0), "Null byte in a filename"),
        (patched(GOOD, 28, "<H", 60_000), "Malformed zip file"),
        (patched(GOOD, CD + 30, "<H", 60_000), "Malformed zip file"),
        (patched(GOOD, CD + 20, "<L", 2**32 - 1), "Malformed zip file"),
        (patched(GOOD, GOOD.index(END) + 12, "<L", 9), "Malformed zip file"),
        (patched(GOOD, GOOD.index(END) + 12, "<L", 0), "Unknown record signature"),
        (patched(GOOD, GOOD.index(END) + 16, "<L", 1), "Unknown record signature"),
        (patched(LARGE, 36, "<H", 60), "Malformed zip file"),
        (patched(LARGE, 34, "<H", 7), "Malformed zip file"),
        (with_large_end(named=3), "Mis-matched EOCD64"),
        (with_large_end(size=50), "Mis-matched EOCD64"),
        (with_large_end()[with_large_end().index(b"PK\x06\x07") :], "Mis-matched EOCD64"),
    ],
)
def test_a_zip_that_two_readers_read_differently_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadLayout, match=why):
        packed_members(data, most=9)
    with pytest.raises(GateFailed, match="is damaged"):
        read_wheel(WHEEL, data)


def test_members_are_counted_before_they_are_held() -> None:
    with pytest.raises(BadLayout, match="more than 1 members"):
        packed_members(GOOD, most=1)


@pytest.mark.parametrize("declared", [1, 2**22 - 1, 2**22 + 1])
def test_a_member_gives_as_many_bytes_as_it_declares(declared: int) -> None:
    with pytest.raises(GateFailed, match=r"'a\.py' is not what its header says"):
        read_wheel(WHEEL, lying(declared))


def test_a_member_that_is_no_stream_is_refused() -> None:
    data = zipped([("a.py", b"content" * 20)])
    at = data.index(b"a.py") + 4
    with pytest.raises(GateFailed, match="is damaged"):
        read_wheel(WHEEL, data[:at] + b"\xff" * 4 + data[at + 4 :])


def test_an_archive_that_grows_out_of_all_proportion_is_refused() -> None:
    with pytest.raises(GateFailed, match="unpacks to more than 67108864 bytes, of"):
        read_wheel(WHEEL, zipped([("a.py", bytes(2**26 + 1))]))
    with pytest.raises(GateFailed, match="unpacks to more than 67108864 bytes, of"):
        read_sdist(SDIST, gzip.compress(bytes(2**26 + 1)))


@pytest.mark.parametrize(("one", "other"), [("a/B.py", "A/b.py"), ("caf\u00e9.py", "cafe\u0301.py"), ("\u017f", "S")])
def test_names_that_are_one_on_some_disks_are_refused(one: str, other: str) -> None:
    with pytest.raises(GateFailed, match="which are one file on some systems"):
        read_wheel(WHEEL, zipped([(one, b"1"), (other, b"2")]))
    with pytest.raises(GateFailed, match="which are one file on some systems"):
        read_sdist(SDIST, gzip.compress(tarred([(f"a-1/{one}", b"1"), (f"a-1/{other}", b"2")])))


@pytest.mark.parametrize("after", [b"words", gzip.compress(b"")], ids=["words", "another stream"])
def test_what_comes_after_an_sdist_is_refused(after: bytes) -> None:
    good = gzip.compress(tarred([("a-1/a.py", b"1")]))
    with pytest.raises(GateFailed, match="something comes after its end"):
        read_sdist(SDIST, good + after)
    assert set(read_sdist(SDIST, good + bytes(99))) == {"a.py"}


def header(name: str, kind: bytes = b"0", size: bytes = b"00000000000\0", content: bytes = b"") -> bytes:
    """Return a header with any size field, and its content."""
    made = bytearray(tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT))
    made[124:136], made[156:157], made[148:156] = size, kind, b" " * 8
    made[148:156] = b"%06o\0 " % sum(made)
    return bytes(made) + content + bytes(-len(content) % 512)


def about(content: bytes, kind: bytes = b"x") -> bytes:
    """Return a header about the next member."""
    return header("x", kind, b"%011o\0" % len(content), content)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (header("a-1/a", size=b"\xff" * 12), "size is none"),
        (header("a-1/a", size=b"\x80" + b"\xff" * 11), "size is none"),
        (header("a-1/a", size=b"-0000000512\0"), "size is none"),
        (header("a-1/a", size=b"zzzzzzzzzzz\0"), "size is no number"),
        (about(b"1" * 70_000), "more in it than any path"),
        (about(b"1" * 600), "more in it than any path"),
        (about(b"a" * 70_000, tarfile.GNUTYPE_LONGNAME), "more in it than any path"),
        (about(b"11 size=99\n"), "two sizes"),
        (about(b"11 size=99\n", tarfile.XGLTYPE), "one size for every member"),
        (about(b"22 GNU.sparse.major=1\n"), "sparse"),
        (header("a-1/a", tarfile.GNUTYPE_SPARSE), "sparse"),
    ],
)
def test_a_header_that_leads_nowhere_is_refused_before_it_is_followed(headers: bytes, why: str) -> None:
    with pytest.raises(BadHeader, match=why):
        check_headers(headers + header("a-1/a"), most=9)
    with pytest.raises(GateFailed, match=why):
        read_sdist(SDIST, gzip.compress(headers + header("a-1/a") + bytes(1024)))


def test_what_tars_hold_is_taken() -> None:
    stream = io.BytesIO()
    long = "a-1/" + "folder/" * 40 + "ü.py"
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a-1/b.py", long):
            archive.addfile(tarfile.TarInfo(name))
    old = header("a-1/", tarfile.AREGTYPE, b"00000000777\0") + header("a-1/c.py")
    assert set(read_sdist(SDIST, gzip.compress(stream.getvalue()))) == {"b.py", long.removeprefix("a-1/")}
    assert set(read_sdist(SDIST, gzip.compress(old + bytes(1024)))) == {"c.py"}
    twice = about(b"10 size=2\n") + header("a-1/d.py", size=b"00000000002\0", content=b"42") + header("a-1/e.py")
    assert dict(read_sdist(SDIST, gzip.compress(twice + bytes(1024)))) == {"d.py": b"42", "e.py": b""}


def test_headers_are_counted_before_they_are_held() -> None:
    with pytest.raises(BadHeader, match="more than 1 members"):
        check_headers(header("a-1/a") * 3, most=1)


def test_a_checksum_is_not_all_that_a_member_is_held_to() -> None:
    data = lying(1, b"12")
    at = data.index(ENTRY) + 16
    forged = patched(patched(data, at, "<L", zlib.crc32(b"1")), 14, "<L", zlib.crc32(b"1"))
    with pytest.raises(GateFailed, match="not what its header says"):
        read_wheel(WHEEL, forged)
