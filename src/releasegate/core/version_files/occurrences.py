"""The version files that state a version: find it, change its characters and no other byte, compare what they state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import (
    IniVersionFile,
    JsonVersionFile,
    LockVersionFile,
    PythonVersionFile,
    SetupVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.versions import parse_version
from releasegate.core.version_files.kind import Kind, short
from releasegate.core.version_files.locks.pixi_lock import NAME as PIXI
from releasegate.core.version_files.locks.pixi_lock import SUMMED, summed_anew


@dataclass(frozen=True)
class Occurrence:
    """A version as a file states it; ``line`` counts from 1, ``where`` names the key or the attribute for people.

    Of a tag, ``path`` is its name, and there is no line (0). One that is ``short`` has the first two numbers alone.
    """

    path: PurePosixPath
    line: int
    version: str
    where: str
    short: bool = False

    def __str__(self) -> str:
        """What the version file states, as it is shown: ``pyproject.toml:3 states 1.0 (project.version)``."""
        if not self.line:
            return f"{self.where} {self.path} states {self.version}"
        return f"{self.path}:{self.line} states {self.version} ({self.where})"


def kind_of(version_file: VersionFile) -> Kind:  # noqa: PLR0911 - one for each type
    """Return the module that finds and replaces a version in files of that type, loaded with the first of them."""
    match version_file:
        case TomlVersionFile():
            from releasegate.core.version_files import toml

            return toml
        case PythonVersionFile():
            from releasegate.core.version_files import python

            return python
        case LockVersionFile(path=path) if path.name == PIXI:
            from releasegate.core.version_files.locks import pixi_lock

            return pixi_lock
        case LockVersionFile():
            from releasegate.core.version_files.locks import lock

            return lock
        case SetupVersionFile():
            from releasegate.core.version_files import setup_call

            return setup_call
        case IniVersionFile():
            from releasegate.core.version_files import ini

            return ini
        case JsonVersionFile():
            from releasegate.core.version_files import json_key

            return json_key
        case _:
            from releasegate.core.version_files import text

            return text


@lru_cache(maxsize=32)  # the questions of one command look at the same bytes, and they need not be parsed again
def find(version_file: VersionFile, content: bytes, *, package: str) -> Occurrence:
    """Return the version that *content*, the bytes of *version_file*, states for *package*.

    Raises:
        ConfigurationError: the version file does not fit the file: bad syntax, not UTF-8, no such key or assignment, or
            several, or a value that is not a string.
        Refused: the version is dynamic, is not one plain literal, or is not a version by PEP 440.
    """
    found = kind_of(version_file).find(version_file, content, package)
    if _canonical(found.version) is None:
        raise Refused(
            f"{version_file.path}:{found.line} states {found.version!a}, which is not a version by PEP 440.",
            hint="Write a version such as 1.2.3 or 1.2.3rc1, without spaces around it",
        )
    is_short = getattr(version_file, "spelling", "") == "major.minor"
    return Occurrence(version_file.path, found.line, _normal(found.version), found.where, short=is_short)


def find_all(package: Package, contents: Mapping[PurePosixPath, bytes | None]) -> tuple[Occurrence, ...]:
    """Return what every version file of *package* states, in the configuration's order.

    *contents* are the files' bytes by path, ``None`` for one that is not there.

    Raises:
        ConfigurationError, Refused: as ``find``, or a file is not there.
    """
    return tuple(
        find(version_file, _content(version_file, contents), package=package.name)
        for version_file in package.version_files
    )


def bump(version_file: VersionFile, content: bytes, *, package: str, version: str) -> bytes:
    """Return *content*, the bytes of *version_file*, with *version* in them: no byte but the version's own changes.

    Raises:
        ConfigurationError, Refused: as ``find``, or *version* is not a version in PEP 440's canonical form.
    """
    if _canonical(version) != version:
        raise ConfigurationError(
            f"{version!r} is not a version in canonical form.", hint="Write it as PEP 440 does, e.g. 1.2.3rc1"
        )
    find(version_file, content, package=package)
    return kind_of(version_file).replace(version_file, content, package, version)


def bump_all(
    package: Package, contents: Mapping[PurePosixPath, bytes | None], *, version: str
) -> dict[PurePosixPath, bytes]:
    """Return the files of all version files with *version* in them, ready to be written together.

    A file that is configured twice, with two keys or attributes, is changed at both.

    Raises:
        ConfigurationError, Refused: as ``bump``, or a file is not there; then nothing is to be written.
    """
    changed: dict[PurePosixPath, bytes] = {}
    for version_file in package.version_files:
        content = _content(version_file, {**contents, **changed})
        changed[version_file.path] = bump(version_file, content, package=package.name, version=version)
    for path in [path for path in changed if path.name == PIXI]:
        changed[path] = summed_anew(changed[path], contents, {**contents, **changed})
    return changed


def files_of(package: Package) -> tuple[PurePosixPath, ...]:
    """Return what a bump of *package* reads: its version files, and what an entry of a lock is the sum of."""
    paths = [file.path for file in package.version_files]
    return tuple(dict.fromkeys([*paths, *(SUMMED if any(path.name == PIXI for path in paths) else ())]))


def compare(
    occurrences: Sequence[Occurrence], *, version: str | None = None, said_by: str = "the release"
) -> tuple[str, ...]:
    """Return one line for every version file that disagrees; none where all state one version in canonical form.

    The version files must state *version*, if given, which *said_by* (a tag, an argument) demands; otherwise what the
    first one states.
    """
    lines = []
    entire = whole(occurrences)
    for occurrence in (each for each in occurrences if each.short):
        due = version if version is not None else entire[0].version if entire else None
        if due is not None and _canonical(due) is not None and short(due) != occurrence.version:
            lines.append(f"{said_by if version is not None else entire[0].path} states {due}, {occurrence}")
    for occurrence in entire:
        canonical = _canonical(occurrence.version)
        if canonical != occurrence.version:
            lines.append(f"{occurrence}, which is not in canonical form: write {canonical}")
        first = entire[0]
        if version is not None and canonical != _canonical(version):
            lines.append(f"{said_by} states {version}, {occurrence}")
        elif version is None and canonical != _canonical(first.version):
            lines.append(f"{first}, {occurrence}")
    return tuple(lines)


def whole(occurrences: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    """Return those of *occurrences* that state the version with all that it has."""
    return tuple(each for each in occurrences if not each.short)


def remedy(problems: Collection[str], paths: Iterable[PurePosixPath], *, folder: str = "") -> str:
    """Return what brings version files together that do not agree: a tool's line where only its lock says otherwise.

    *problems* are the lines of ``compare``, *paths* those of the version files; *folder* is an option of that line.
    """
    locks = [path for path in paths if path.name == "uv.lock"]
    if problems and all(any(f", {path}:" in line for path in locks) for line in problems):
        return f"Write the lock anew: uv lock{folder}"
    return "Write the same version in every version file"


def agreed(occurrences: Sequence[Occurrence], *, version: str | None = None, said_by: str = "the release") -> str:
    """Return the one version that all version files state; the arguments are those of ``compare``.

    Raises:
        Refused: the version files disagree (each is a detail), or there is no version file at all.
    """
    lines = compare(occurrences, version=version, said_by=said_by)
    entire = whole(occurrences)
    if lines or not entire:
        raise Refused(
            "The version files do not agree." if lines else "No version file states the version.",
            hint=remedy(lines, [each.path for each in occurrences]),
            details=lines,
        )
    return entire[0].version


def _content(version_file: VersionFile, contents: Mapping[PurePosixPath, bytes | None]) -> bytes:
    content = contents.get(version_file.path)
    if content is None:
        raise ConfigurationError(
            f"{version_file.path} is not there, but is configured as a version file.",
            hint="Add the file, or correct version-files in [tool.releasegate]",
        )
    return content


def _normal(version: str) -> str:
    """Return a version as every index calls it: ``2026.01.3`` is ``2026.1.3``, ``8.5.dev`` is ``8.5.dev0``.

    One that begins with a letter stays: a bump would take that away.
    """
    canonical = _canonical(version)
    return version if canonical is None or not version[0].isdigit() else canonical


def _canonical(version: str) -> str | None:
    """Return *version* in canonical form; ``None`` if it is no version, or has spaces around it."""
    parsed = parse_version(version) if version == version.strip() else None
    return None if parsed is None else str(parsed)
