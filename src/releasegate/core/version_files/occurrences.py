"""The places that state a version: find it, change its characters and no other byte, compare what they state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.config.model import LockPlace, Package, Place, PythonPlace, TomlPlace
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.python import check_encoding, in_python
from releasegate.core.version_files.span import Stated
from releasegate.core.version_files.toml import in_lock, in_toml, prove


@dataclass(frozen=True)
class Sighting:
    """A version as it is written at one place; ``line`` counts from 1, ``where`` names the place for people."""

    path: PurePosixPath
    line: int
    version: str
    where: str

    def __str__(self) -> str:
        """What the place states, as it is shown: ``pyproject.toml:3 states 1.0 (project.version)``."""
        return f"{self.path}:{self.line} states {self.version} ({self.where})"


def find(place: Place, content: bytes, *, package: str) -> Sighting:
    """Return the version that *content*, the file of *place*, states for *package*.

    Raises:
        ConfigurationError: the place does not fit the file: bad syntax, not UTF-8, no such key or assignment, or
            several, or a value that is not a string.
        Refused: the version is dynamic, is not one plain literal, or is not a version by PEP 440.
    """
    return _sighting(place, _locate(place, _decode(place, content), package=package), package=package)


def find_all(package: Package, contents: Mapping[PurePosixPath, bytes | None]) -> tuple[Sighting, ...]:
    """Return what every place of *package* states, in the configuration's order.

    *contents* are the places' files by path, ``None`` for one that is not there.

    Raises:
        ConfigurationError, Refused: as ``find``, or a file is not there.
    """
    return tuple(find(place, _content(place, contents), package=package.name) for place in package.places)


def bump(place: Place, content: bytes, *, package: str, version: str) -> bytes:
    """Return *content* with *version* at *place*: the version's characters change and no other byte does.

    Raises:
        ConfigurationError, Refused: as ``find``, or *version* is not a version in PEP 440's canonical form.
    """
    if _canonical(version) != version:
        raise ConfigurationError(
            f"{version!r} is not a version in canonical form.", hint="Write it as PEP 440 does, e.g. 1.2.3rc1."
        )
    text = _decode(place, content)
    at = _locate(place, text, package=package)
    _sighting(place, at, package=package)
    changed = text[: at.start] + version + text[at.end :]
    if not isinstance(place, PythonPlace):
        prove(text, changed, at=at, where=str(place.path))
    return changed.encode()


def bump_all(
    package: Package, contents: Mapping[PurePosixPath, bytes | None], *, version: str
) -> dict[PurePosixPath, bytes]:
    """Return the files of all places with *version* in them, ready to be written together.

    A file that states the version at several places is changed at each of them.

    Raises:
        ConfigurationError, Refused: as ``bump``, or a file is not there; then nothing is to be written.
    """
    changed: dict[PurePosixPath, bytes] = {}
    for place in package.places:
        content = _content(place, {**contents, **changed})
        changed[place.path] = bump(place, content, package=package.name, version=version)
    return changed


def compare(
    sightings: Sequence[Sighting], *, version: str | None = None, said_by: str = "the release"
) -> tuple[str, ...]:
    """Return one line for every place that disagrees; none where all state one version in canonical form.

    The places must state *version*, if given, which *said_by* (a tag, an argument) demands; otherwise what the first
    place states.
    """
    lines = []
    for sighting in sightings:
        canonical = _canonical(sighting.version)
        if canonical != sighting.version:
            lines.append(f"{sighting}, which is not in canonical form: write {canonical}")
        first = sightings[0]
        if version is not None and canonical != _canonical(version):
            lines.append(f"{said_by} states {version}, {sighting}")
        elif version is None and canonical != _canonical(first.version):
            lines.append(f"{first}, {sighting}")
    return tuple(lines)


def agreed(sightings: Sequence[Sighting], *, version: str | None = None, said_by: str = "the release") -> str:
    """Return the one version that all places state; the arguments are those of ``compare``.

    Raises:
        Refused: the places disagree (each is a detail), or there is no place at all.
    """
    lines = compare(sightings, version=version, said_by=said_by)
    if lines or not sightings:
        raise Refused(
            "The places that state the version do not agree." if lines else "No place states the version.",
            hint="Write the same version at every place of [tool.releasegate].",
            details=lines,
        )
    return sightings[0].version


def _content(place: Place, contents: Mapping[PurePosixPath, bytes | None]) -> bytes:
    content = contents.get(place.path)
    if content is None:
        raise ConfigurationError(
            f"{place.path} is not there, but is configured as a place of the version.",
            hint="Add the file, or correct the package's places in [tool.releasegate].",
        )
    return content


def _decode(place: Place, content: bytes) -> str:
    where = str(place.path)
    if isinstance(place, PythonPlace):
        check_encoding(content, where=where)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{where}:{line} is not UTF-8.", hint=f"Save {where} as UTF-8.") from error


def _locate(place: Place, text: str, *, package: str) -> Stated:
    if isinstance(place, TomlPlace):
        return in_toml(place, text)
    return in_python(place, text) if isinstance(place, PythonPlace) else in_lock(place, text, package=package)


def _sighting(place: Place, at: Stated, *, package: str) -> Sighting:
    """Return what stands there, if it is a version."""
    if _canonical(at.version) is None:
        raise Refused(
            f"{place.path}:{at.line} states {at.version!a}, which is not a version by PEP 440.",
            hint="Write a version such as 1.2.3 or 1.2.3rc1, without spaces around it.",
        )
    if isinstance(place, LockPlace):
        where = f"package {package}"
    else:
        where = place.key if isinstance(place, TomlPlace) else place.attribute
    return Sighting(place.path, at.line, at.version, where)


def _canonical(version: str) -> str | None:
    """Return *version* in canonical form; ``None`` if it is no version, or has spaces around it."""
    # ValueError, not InvalidVersion: a number of thousands of digits is refused by int().
    try:
        return str(Version(version)) if version == version.strip() else None
    except ValueError:
        return None
