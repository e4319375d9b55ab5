"""Archives that are hostile on purpose, and archives that came to harm."""

from __future__ import annotations

import gzip
import io
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from random import Random

from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.rehearsal.index import sample_sdist, sample_wheel
from tests.faults.fault import Fault, Verdict
from tests.faults.kinds.bounds import refused, understood
from tests.faults.mutation import damaged
from tests.faults.stages import Bench

KIND = "archives"
WHEEL, SDIST = sample_wheel(), sample_sdist()
COUNT = 60
LARGE = 64 * 2**20
PATHS = (
    *("../x", "/etc/x", "a/../../x", "C:/x", "a\\x", "", "a//x", "./x", "a/./x", "a/.."),
    *("x\x1b[2J", "x\u202e", "\n", "x\x00y"),
)


NO_MEMBERS = frozenset({"C:/x", "x\x00y"})
"""What a member of an sdist cannot be called: below its top folder no drive begins, and a name ends with a zero."""


def wheel(*members: tuple[str, bytes], **info: int) -> bytes:
    """Return the sample wheel with more members; *info* sets what each says of itself."""
    packed = io.BytesIO(WHEEL.content)
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of a name that is there twice: that is what is wanted
        for name, data in members:
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, zipfile.ZIP_DEFLATED
            for key, value in info.items():
                setattr(entry, key, value)
            archive.writestr(entry, data)
    return packed.getvalue()


def sdist(*members: tarfile.TarInfo, top: str = "sample-1.0/") -> bytes:
    """Return an sdist that holds the members below *top*, and a plain file."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for member in (tarfile.TarInfo("PKG-INFO"), *members):
            member.name = f"{top}{member.name}"
            archive.addfile(member, io.BytesIO(b""))
    return packed.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """Return a member of a tar file."""
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


def lying(size: int) -> bytes:
    """Return a wheel with a member that declares 10 bytes and unpacks to *size*."""
    good = wheel(("big", bytes(size)))
    return good.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))


HOSTILE: dict[str, Callable[[], bytes]] = {
    **{f"wheel: the path {path!r}": partial(wheel, (path, b"x")) for path in PATHS},
    "wheel: a name twice": partial(wheel, ("x.py", b"1"), ("x.py", b"2")),
    "wheel: names that differ by case": partial(wheel, ("mod.py", b"1"), ("Mod.py", b"2")),
    "wheel: names that differ by form": partial(wheel, ("caf\u00e9.py", b"1"), ("cafe\u0301.py", b"2")),
    "wheel: a file that is a folder, too": partial(wheel, ("mod", b"1"), ("mod/x.py", b"2")),
    "wheel: a link": partial(wheel, ("link", b"/etc/passwd"), external_attr=0o120777 << 16),
    "wheel: a device": partial(wheel, ("null", b""), external_attr=0o020666 << 16),
    "wheel: compressed by bzip2": partial(wheel, ("x", b"x" * 99), compress_type=zipfile.ZIP_BZIP2),
    "wheel: unpacks to more than it declares": partial(lying, LARGE),
    "wheel: data before it": lambda: b"#!/bin/sh\n" + WHEEL.content,
    "wheel: data after it": lambda: WHEEL.content + b"more" * 100,
    "wheel: two archives in one": lambda: WHEEL.content + wheel(("x.py", b"x")),
    "wheel: nothing": lambda: b"",
    "wheel: an sdist": lambda: SDIST.content,
    **{
        f"sdist: the path {path!r}": partial(lambda p: sdist(member(p)), path)
        for path in PATHS
        if path not in NO_MEMBERS
    },
    "sdist: a symbolic link": lambda: sdist(member("link", tarfile.SYMTYPE, "/etc/passwd")),
    "sdist: a hard link out of it": lambda: sdist(member("link", tarfile.LNKTYPE, "../PKG-INFO")),
    "sdist: a device": lambda: sdist(member("null", tarfile.CHRTYPE)),
    "sdist: a pipe": lambda: sdist(member("pipe", tarfile.FIFOTYPE)),
    "sdist: a name twice": lambda: sdist(member("PKG-INFO")),
    "sdist: no leading folder": lambda: sdist(top=""),
    "sdist: a wheel": lambda: WHEEL.content,
    "sdist: nothing": lambda: b"",
    "sdist: half of it": lambda: SDIST.content[: len(SDIST.content) // 2],
}
"""What must be refused: nobody's build makes it, and an installer or an index would take it for something else."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return every hostile archive, and some good ones that are damaged anywhere."""
    found = [Fault(KIND, name, seed, partial(hostile, name=name)) for name in HOSTILE]
    for number in range(COUNT):
        found += [
            Fault(KIND, f"wheel damaged {number}", seed, harmed),
            Fault(KIND, f"sdist damaged {number}", seed, torn),
        ]
    return tuple(found)


def hostile(_: Bench, __: Random, *, name: str) -> Verdict:
    """Read an archive that must be refused."""
    data = HOSTILE[name]()
    return refused(lambda: _read(name, data), name)


def harmed(_: Bench, chance: Random) -> Verdict:
    """Read a wheel that came to harm."""
    data = damaged(WHEEL.content, chance)
    return understood(lambda: _read("wheel:", data))


def torn(_: Bench, chance: Random) -> Verdict:
    """Read an sdist that came to harm, outside of its compression or within."""
    inside = chance.random() < 0.5
    data = damaged(gzip.decompress(SDIST.content) if inside else SDIST.content, chance)
    return understood(lambda: _read("sdist:", gzip.compress(data) if inside else data))


def _read(name: str, data: bytes) -> object:
    if name.startswith("wheel:"):
        return read_wheel("sample-1.0-py3-none-any.whl", data)
    return read_sdist("sample-1.0.tar.gz", data)
