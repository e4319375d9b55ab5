"""What a distribution archive may hold, and what is refused."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import warnings
import zipfile

import pytest
from archives import tarred, zipped

from releasegate.core.dists import archive
from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.errors import GateFailed

WHEEL = "a-1-py3-none-any.whl"
SDIST = "a-1.tar.gz"


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def member(name: str, kind: bytes, **fields: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = fields.get("to", "")
    return info


def sdist(files: list[tuple[str | tarfile.TarInfo, bytes]]) -> bytes:
    return gzip.compress(tarred(files))


def test_a_wheel_is_its_files_by_path() -> None:
    held = read_wheel(WHEEL, zipped([("a/", b""), ("a/x.py", b"1"), (entry("a/run.sh", 0o100755), b"2")]))
    assert dict(held) == {"a/x.py": b"1", "a/run.sh": b"2"}
    assert (len(held), held.filename, held.folder, held.executable) == (2, WHEEL, "", frozenset({"a/run.sh"}))


def test_an_sdist_is_its_files_without_the_leading_folder() -> None:
    script = tarfile.TarInfo("a-1/run.sh")
    script.mode = 0o755
    held = read_sdist(SDIST, sdist([(member("a-1", tarfile.DIRTYPE), b""), ("a-1/src/a.py", b"1"), (script, b"2")]))
    assert dict(held) == {"src/a.py": b"1", "run.sh": b"2"}
    assert (held.folder, held.executable) == ("a-1", frozenset({"run.sh"}))


def test_a_file_that_is_no_archive_is_refused() -> None:
    with pytest.raises(GateFailed, match=r"a-1-py3-none-any\.whl is damaged"):
        read_wheel(WHEEL, b"PK nothing")
    with pytest.raises(GateFailed, match=r"a-1\.tar\.gz is damaged"):
        read_sdist(SDIST, b"nothing")


def test_a_wheel_with_a_flipped_byte_is_refused() -> None:
    good = zipped([(zipfile.ZipInfo("a.py"), b"content of the file")])
    with pytest.raises(GateFailed, match="is damaged"):
        read_wheel(WHEEL, good.replace(b"content", b"Content"))


@pytest.mark.parametrize("cut", [5, 60, 100])
def test_an_sdist_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(GateFailed, match="is damaged"):
        read_sdist(SDIST, sdist([("a-1/a.py", bytes(range(256)))])[:cut])


def test_an_sdist_with_an_unreadable_header_in_the_middle_is_refused() -> None:
    good = tarred([("a-1/a.py", b"1"), ("a-1/b.py", b"2")])
    with pytest.raises(GateFailed, match="a header in the middle"):
        read_sdist(SDIST, gzip.compress(good.replace(b"a-1/b.py", b"a-1/c.py")))


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../../x", "a//x", "./x", "a\\x", "C:/x", "a/\x1b[2J", ""], ids=repr
)
def test_a_path_that_leaves_the_archive_or_cheats_a_terminal_is_refused(path: str) -> None:
    with pytest.raises(GateFailed, match="no plain path"):
        read_wheel(WHEEL, zipped([(entry(path, 0o644), b"x")]))


def test_a_path_that_leaves_an_sdist_is_refused() -> None:
    with pytest.raises(GateFailed, match="no plain path"):
        read_sdist(SDIST, sdist([("a-1/../../x", b"x")]))


def test_a_path_that_is_there_twice_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twice = zipped([("a.py", b"1"), ("a.py", b"2")])
    with pytest.raises(GateFailed, match=r"holds 'a\.py' twice"):
        read_wheel(WHEEL, twice)
    with pytest.raises(GateFailed, match=r"holds 'a-1/a\.py' twice"):
        read_sdist(SDIST, sdist([("a-1/a.py", b"1"), ("a-1/a.py", b"2")]))


@pytest.mark.parametrize("below", ["mod/x.py", "Mod/x.py", "mod/a/b/x.py"])
def test_a_file_that_is_a_folder_too_is_refused(below: str) -> None:
    with pytest.raises(GateFailed, match=r"holds 'mod' and files in a folder of that name"):
        read_wheel(WHEEL, zipped([("mod", b"1"), (below, b"2")]))
    with pytest.raises(GateFailed, match=r"holds 'a-1/mod' and files in a folder of that name"):
        read_sdist(SDIST, sdist([(f"a-1/{below}", b"2"), ("a-1/mod", b"1")]))


@pytest.mark.parametrize("folder", ["mod", "MOD", "mod. "])
def test_a_file_that_an_empty_folder_is_called_like_is_refused(folder: str) -> None:
    with pytest.raises(GateFailed, match=r"holds 'mod' and files in a folder of that name"):
        read_wheel(WHEEL, zipped([("mod", b"1"), (f"{folder}/", b"")]))
    with pytest.raises(GateFailed, match=r"holds 'a-1/mod' and files in a folder of that name"):
        read_sdist(SDIST, sdist([("a-1/mod", b"1"), (member(f"a-1/{folder}", tarfile.DIRTYPE), b"")]))


@pytest.mark.parametrize("folder", ["../x", "/x", "a//b", "C:/x", "x\\y"])
def test_an_empty_folder_outside_of_an_archive_is_refused(folder: str) -> None:
    with pytest.raises(GateFailed, match="no plain path"):
        read_wheel(WHEEL, zipped([("mod", b"1"), (f"{folder}/", b"")]))
    with pytest.raises(GateFailed, match="no plain path"):
        read_sdist(SDIST, sdist([("a-1/mod", b"1"), (member(f"a-1/../../{folder}", tarfile.DIRTYPE), b"")]))


def test_folders_of_their_own_are_no_files() -> None:
    folders = [(member(name, tarfile.DIRTYPE), b"") for name in ("a-1", "a-1/mod")]
    assert set(read_wheel(WHEEL, zipped([("mod/", b""), ("mod/a.py", b"1")]))) == {"mod/a.py"}
    assert set(read_sdist(SDIST, sdist([*folders, ("a-1/a.py", b"1")]))) == {"a.py"}


def test_a_link_in_a_wheel_is_refused() -> None:
    with pytest.raises(GateFailed, match="no plain file"):
        read_wheel(WHEEL, zipped([(entry("a", stat.S_IFLNK | 0o777), b"/etc/passwd")]))


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_a_device_in_an_sdist_is_refused(kind: bytes) -> None:
    with pytest.raises(GateFailed, match="no plain file"):
        read_sdist(SDIST, sdist([("a-1/a.py", b"1"), (member("a-1/b", kind, to="a-1/a.py"), b"")]))


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        (tarfile.SYMTYPE, "a.py"),
        (tarfile.SYMTYPE, "../a-1/./a.py"),
        (tarfile.SYMTYPE, "c"),
        (tarfile.LNKTYPE, "a-1/a.py"),
    ],
)
def test_a_link_in_an_sdist_is_the_file_that_it_leads_to(kind: bytes, to: str) -> None:
    links = [(member("a-1/b", kind, to=to), b""), (member("a-1/c", tarfile.SYMTYPE, to="a.py"), b"")]
    program = member("a-1/a.py", tarfile.REGTYPE)
    program.mode = 0o755
    read = read_sdist(SDIST, sdist([*links, (program, b"1")]))
    assert dict(read) == {"a.py": b"1", "b": b"1", "c": b"1"}
    assert read.executable == {"a.py", "b", "c"}


@pytest.mark.parametrize("to", ["/etc/passwd", "../../a.py", "gone", "b", ".", "folder"])
def test_a_link_that_leads_to_no_file_of_the_sdist_is_refused(to: str) -> None:
    folder = (member("a-1/folder", tarfile.DIRTYPE), b"")
    with pytest.raises(GateFailed, match=r"'a-1/b', a link to '.*', which is no file in it"):
        read_sdist(SDIST, sdist([("a-1/a.py", b"1"), folder, (member("a-1/b", tarfile.SYMTYPE, to=to), b"")]))


def test_links_do_not_unpack_beyond_the_limit_and_have_paths_of_their_own() -> None:
    links = [(member(f"a-1/{n}", tarfile.SYMTYPE, to="a.py"), b"") for n in range(9)]
    with pytest.raises(GateFailed, match="more than 40000 bytes"):
        read_sdist(SDIST, sdist([("a-1/a.py", bytes(9000)), *links]), limit=40_000)
    with pytest.raises(GateFailed, match="twice"):
        read_sdist(SDIST, sdist([("a-1/a.py", b"1"), links[0], links[0]]))
    with pytest.raises(GateFailed, match="files in a folder of that name"):
        read_sdist(SDIST, sdist([("a-1/a.py", b"1"), links[0], ("a-1/0/b.py", b"1")]))


def test_an_encrypted_member_is_refused() -> None:
    marked = bytearray(zipped([("a.py", b"1")]))
    marked[marked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(GateFailed, match="encrypted"):
        read_wheel(WHEEL, bytes(marked))


def test_a_compression_that_unpacks_without_bounds_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("a.py", b"1")
    with pytest.raises(GateFailed, match="neither stored nor deflated"):
        read_wheel(WHEEL, stream.getvalue())


def test_an_archive_that_unpacks_beyond_the_limit_is_refused() -> None:
    with pytest.raises(GateFailed, match="more than 99 bytes"):
        read_wheel(WHEEL, zipped([("a", bytes(60)), ("b", bytes(60))]), limit=99)
    with pytest.raises(GateFailed, match="more than 4096 bytes"):
        read_sdist(SDIST, sdist([("a-1/a", bytes(9999))]), limit=4096)


def test_an_archive_with_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "COUNT_LIMIT", 1)
    with pytest.raises(GateFailed, match="more than 1 members"):
        read_wheel(WHEEL, zipped([("a", b""), ("b", b"")]))
    with pytest.raises(GateFailed, match="more than 1 members"):
        read_sdist(SDIST, sdist([("a-1/a", b""), ("a-1/b", b"")]))


@pytest.mark.parametrize("paths", [[], ["a.py"], ["a-1/a.py", "b-1/b.py"], ["a-1"]], ids=str)
def test_an_sdist_without_one_leading_folder_is_refused(paths: list[str]) -> None:
    with pytest.raises(GateFailed, match="no single leading folder"):
        read_sdist(SDIST, sdist([(path, b"1") for path in paths]))
