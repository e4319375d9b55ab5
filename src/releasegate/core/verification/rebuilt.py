"""A served file beside the one that is rebuilt from the tag: the same bytes, the same members, or what differs.

The order of an archive's members, their times and how they are packed say nothing of what is installed. A build backend
names its own version in WHEEL: that line is told, and is no difference. Execute bits are one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from releasegate.core.dists.archive import Members, read_sdist, read_wheel
from releasegate.core.dists.diff import lines_between
from releasegate.core.dists.wheel import record_rows
from releasegate.core.errors import GateFailed
from releasegate.core.release.versions import parse_version
from releasegate.core.verification.claims import Claim

HERE = "rebuilt here"
NAMES = ("rebuilt", "served")

_FILES = 20
_LINES = 6
_GENERATOR = b"Generator:"
_LONGEST = 80
_BACKEND = re.compile(r"([A-Za-z][\w-]*)[ ]\(?([0-9][\w.!+]*)\)?")
_BACKENDS = {
    "hatchling": "hatchling",
    "setuptools": "setuptools",
    "bdist_wheel": "wheel",
    "flit": "flit-core",
    "poetry-core": "poetry-core",
    "pdm-backend": "pdm-backend",
    "uv": "uv-build",
}
"""What build backends call themselves in WHEEL, and the distribution that each is."""


@dataclass(frozen=True)
class MemberDifference:
    """A member that is not the same in both; where both have it, ``contents`` are the rebuilt and the served one."""

    path: str
    problem: str
    contents: tuple[bytes, bytes] | None = None


@dataclass(frozen=True)
class Comparison:
    """What two archives differ in; ``builders`` are the rebuilt and the served one's backend where these differ."""

    differences: tuple[MemberDifference, ...]
    builders: tuple[str, str] | None = None


def compare(rebuilt: Members, served: Members) -> Comparison:
    """Compare two archives, member by member.

    Raises:
        GateFailed: a RECORD cannot be read.
    """
    found = [*_differences(rebuilt, served)]
    if rebuilt.folder != served.folder:
        found.insert(0, MemberDifference(served.folder, f"is its folder, and not {rebuilt.folder}"))
    builders = _generator(rebuilt), _generator(served)
    return Comparison(tuple(found), builders if builders[0] != builders[1] else None)


def file_claim(name: str, served: bytes, rebuilt: tuple[str, bytes] | None) -> Claim:
    """Return what is known of a served file beside the *rebuilt* one: its name and bytes, ``None`` without one."""
    if rebuilt is None:
        return Claim(name, "contradicted", "the tag's build makes no such file", HERE)
    if rebuilt[1] == served:
        sha256 = hashlib.sha256(served).hexdigest()
        return Claim(name, "proven", f"rebuilt from the tag, equal byte for byte (sha256 {sha256})", HERE)
    try:
        found = compare(_read(*rebuilt), _read(name, served))
    except GateFailed as error:
        return Claim(name, "contradicted", error.problem, HERE)
    backend = ""
    if found.builders is not None:
        backend = f", but for what the backend calls itself ({found.builders[1]}; here {found.builders[0]})"
    if not found.differences:
        said = f"rebuilt from the tag, every member is equal{backend}; the archive is packed otherwise"
        return Claim(name, "proven", said, HERE)
    count = len(found.differences)
    said = f"is not what the tag makes: {count} member{'s' if count > 1 else ''} differ{'' if count > 1 else 's'}"
    return Claim(name, "contradicted", f"{said}{backend}", HERE, tuple(_told(found.differences)))


def missing_claim(name: str, *, index: str) -> Claim:
    """Return what is known of a file that the tag's build makes and that *index* does not list."""
    return Claim(name, "not recorded", f"the tag's build makes it, and {index} lists none", HERE)


def counterpart(name: str, rebuilt: Mapping[str, bytes]) -> str | None:
    """Return the name of the rebuilt file that stands for *name*, which older tools may have spelt otherwise."""
    return name if name in rebuilt else next((each for each in rebuilt if _identity(each) == _identity(name)), None)


def build_tools(wheel: Members) -> dict[str, Version]:
    """Return the build backend that made *wheel*, with its version, as far as WHEEL tells; by distribution name."""
    found = _BACKEND.fullmatch(_generator(wheel))
    version = parse_version(found[2]) if found is not None else None
    name = _BACKENDS.get(found[1]) if found is not None else None
    return {name: version} if name is not None and version is not None else {}


def _differences(rebuilt: Members, served: Members) -> Iterator[MemberDifference]:
    changed = frozenset(path for path in rebuilt.keys() | served.keys() if rebuilt.get(path) != served.get(path))
    for path in sorted(rebuilt.keys() | served.keys()):
        if path not in served:
            yield MemberDifference(path, "is missing from what is served")
        elif path not in rebuilt:
            yield MemberDifference(path, "is only in what is served")
        elif _is_record(path):
            rows = _rows(rebuilt, path, changed), _rows(served, path, changed)
            if rows[0] != rows[1]:
                yield MemberDifference(path, "differs", rows)
        elif _plain(path, rebuilt) != _plain(path, served):
            yield MemberDifference(path, "differs", (rebuilt[path], served[path]))
        elif (path in rebuilt.executable) != (path in served.executable):
            yield MemberDifference(
                path, f"is executable as {'served' if path in served.executable else 'rebuilt'} only"
            )


def _plain(path: str, archive: Members) -> bytes:
    """Return a member as it is compared: WHEEL without the backend's version."""
    if not _is_wheel_file(path):
        return archive[path]
    return b"".join(line for line in archive[path].splitlines(keepends=True) if not line.startswith(_GENERATOR))


def _rows(archive: Members, path: str, changed: frozenset[str]) -> bytes:
    """Return RECORD in one order, without what it says of members that are not the same."""
    rows = record_rows(archive[path], where=f"{path} in {archive.filename}")
    kept = (row for row in rows if row[0] not in changed)
    return "\n".join(sorted(",".join(row) for row in kept)).encode()


def _is_record(path: str) -> bool:
    return path.count("/") == 1 and path.endswith(".dist-info/RECORD")


def _is_wheel_file(path: str) -> bool:
    return path.count("/") == 1 and path.endswith(".dist-info/WHEEL")


def _generator(archive: Members) -> str:
    lines = (line for path in archive if _is_wheel_file(path) for line in archive[path].splitlines())
    named = (line.removeprefix(_GENERATOR).strip()[:_LONGEST] for line in lines if line.startswith(_GENERATOR))
    return next(named, b"").decode(errors="replace")


def _read(name: str, content: bytes) -> Members:
    return read_wheel(name, content) if name.endswith(".whl") else read_sdist(name, content)


def _identity(name: str) -> object:
    """Return what a file's name says that it is: there is one sdist, and wheels of various tags."""
    if name.endswith(".tar.gz"):
        return "sdist"
    try:
        return parse_wheel_filename(name)
    except InvalidWheelFilename:
        return name


def _told(differences: tuple[MemberDifference, ...]) -> Iterator[str]:
    for number, each in enumerate(differences):
        if number == _FILES:
            yield f"and {len(differences) - _FILES} members more"
            return
        yield f"{each.path} {each.problem}"
        lines = lines_between(*each.contents, names=NAMES) if each.contents is not None else ()
        yield from (f"  {line}" for line in lines[:_LINES])
