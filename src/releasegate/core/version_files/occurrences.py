"""The version files that state a version: find it, change its characters and no other byte, compare what they state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.config.model import Package
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile, VersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.python import check_encoding, in_python
from releasegate.core.version_files.span import Span
from releasegate.core.version_files.toml import in_lock, in_toml, prove


@dataclass(frozen=True)
class Occurrence:
    """A version as a file states it; ``line`` counts from 1, ``where`` names the key or the attribute for people."""

    path: PurePosixPath
    line: int
    version: str
    where: str

    def __str__(self) -> str:
        """What the version file states, as it is shown: ``pyproject.toml:3 states 1.0 (project.version)``."""
        return f"{self.path}:{self.line} states {self.version} ({self.where})"


def find(version_file: VersionFile, content: bytes, *, package: str) -> Occurrence:
    """Return the version that *content*, the file of *version file*, states for *package*.

    Raises:
        ConfigurationError: the version file does not fit the file: bad syntax, not UTF-8, no such key or assignment, or
            several, or a value that is not a string.
        Refused: the version is dynamic, is not one plain literal, or is not a version by PEP 440.
    """
    return _occurrence(
        version_file, _locate(version_file, _decode(version_file, content), package=package), package=package
    )


def find_all(package: Package, contents: Mapping[PurePosixPath, bytes | None]) -> tuple[Occurrence, ...]:
    """Return what every version file of *package* states, in the configuration's order.

    *contents* are the version files' files by path, ``None`` for one that is not there.

    Raises:
        ConfigurationError, Refused: as ``find``, or a file is not there.
    """
    return tuple(
        find(version_file, _content(version_file, contents), package=package.name)
        for version_file in package.version_files
    )


def bump(version_file: VersionFile, content: bytes, *, package: str, version: str) -> bytes:
    """Return *content* with *version* at *version file*: the version's characters change and no other byte does.

    Raises:
        ConfigurationError, Refused: as ``find``, or *version* is not a version in PEP 440's canonical form.
    """
    if _canonical(version) != version:
        raise ConfigurationError(
            f"{version!r} is not a version in canonical form.", hint="Write it as PEP 440 does, e.g. 1.2.3rc1."
        )
    text = _decode(version_file, content)
    at = _locate(version_file, text, package=package)
    _occurrence(version_file, at, package=package)
    changed = text[: at.start] + version + text[at.end :]
    if not isinstance(version_file, PythonVersionFile):
        prove(text, changed, at=at, where=str(version_file.path))
    return changed.encode()


def bump_all(
    package: Package, contents: Mapping[PurePosixPath, bytes | None], *, version: str
) -> dict[PurePosixPath, bytes]:
    """Return the files of all version files with *version* in them, ready to be written together.

    A file that states the version at several version files is changed at each of them.

    Raises:
        ConfigurationError, Refused: as ``bump``, or a file is not there; then nothing is to be written.
    """
    changed: dict[PurePosixPath, bytes] = {}
    for version_file in package.version_files:
        content = _content(version_file, {**contents, **changed})
        changed[version_file.path] = bump(version_file, content, package=package.name, version=version)
    return changed


def compare(
    occurrences: Sequence[Occurrence], *, version: str | None = None, said_by: str = "the release"
) -> tuple[str, ...]:
    """Return one line for every version file that disagrees; none where all state one version in canonical form.

    The version files must state *version*, if given, which *said_by* (a tag, an argument) demands; otherwise what the
    first one states.
    """
    lines = []
    for occurrence in occurrences:
        canonical = _canonical(occurrence.version)
        if canonical != occurrence.version:
            lines.append(f"{occurrence}, which is not in canonical form: write {canonical}")
        first = occurrences[0]
        if version is not None and canonical != _canonical(version):
            lines.append(f"{said_by} states {version}, {occurrence}")
        elif version is None and canonical != _canonical(first.version):
            lines.append(f"{first}, {occurrence}")
    return tuple(lines)


def agreed(occurrences: Sequence[Occurrence], *, version: str | None = None, said_by: str = "the release") -> str:
    """Return the one version that all version files state; the arguments are those of ``compare``.

    Raises:
        Refused: the version files disagree (each is a detail), or there is no version file at all.
    """
    lines = compare(occurrences, version=version, said_by=said_by)
    if lines or not occurrences:
        raise Refused(
            "The version files do not agree." if lines else "No version file states the version.",
            hint="Write the same version in every version file.",
            details=lines,
        )
    return occurrences[0].version


def _content(version_file: VersionFile, contents: Mapping[PurePosixPath, bytes | None]) -> bytes:
    content = contents.get(version_file.path)
    if content is None:
        raise ConfigurationError(
            f"{version_file.path} is not there, but is configured as a version file.",
            hint="Add the file, or correct version-files in [tool.releasegate].",
        )
    return content


def _decode(version_file: VersionFile, content: bytes) -> str:
    where = str(version_file.path)
    if isinstance(version_file, PythonVersionFile):
        check_encoding(content, where=where)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{where}:{line} is not UTF-8.", hint=f"Save {where} as UTF-8.") from error


def _locate(version_file: VersionFile, text: str, *, package: str) -> Span:
    if isinstance(version_file, TomlVersionFile):
        return in_toml(version_file, text)
    return (
        in_python(version_file, text)
        if isinstance(version_file, PythonVersionFile)
        else in_lock(version_file, text, package=package)
    )


def _occurrence(version_file: VersionFile, at: Span, *, package: str) -> Occurrence:
    """Return what stands there, if it is a version."""
    if _canonical(at.version) is None:
        raise Refused(
            f"{version_file.path}:{at.line} states {at.version!a}, which is not a version by PEP 440.",
            hint="Write a version such as 1.2.3 or 1.2.3rc1, without spaces around it.",
        )
    if isinstance(version_file, LockVersionFile):
        where = f"package {package}"
    else:
        where = version_file.key if isinstance(version_file, TomlVersionFile) else version_file.attribute
    return Occurrence(version_file.path, at.line, at.version, where)


def _canonical(version: str) -> str | None:
    """Return *version* in canonical form; ``None`` if it is no version, or has spaces around it."""
    # ValueError, not InvalidVersion: a number of thousands of digits is refused by int().
    try:
        return str(Version(version)) if version == version.strip() else None
    except ValueError:
        return None
