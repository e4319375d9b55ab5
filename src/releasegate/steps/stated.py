"""What a repository's version files state, and what would be left behind by a bump; read by steps and by the gate.

It knows no release: ``nox -s versions`` loads nothing that a release needs.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.errors import GateFailed, ReleasegateError
from releasegate.core.version_files.leftovers import Leftover, expected, held, left_in, roughly
from releasegate.core.version_files.occurrences import (
    Occurrence,
    agreed,
    bump_all,
    files_of,
    find_all,
    remedy,
    whole,
)
from releasegate.core.version_files.survey import Survey, survey, tag_problems
from releasegate.core.version_files.tags import FIRST, newest

if TYPE_CHECKING:
    from releasegate.ports import Repository

# What a bump is tried with in memory, of three numbers for SemVer.
_ANOTHER = "99999.0.0"


def require_agreement(package: Package, found: Survey, *, tags: Sequence[str] = ()) -> None:
    """Raise unless the version files, and the *tags* of their commit, all state one version, whichever it is.

    Raises:
        GateFailed: they do not; every problem is a detail.
    """
    problems, tagged = found.problems(), tag_problems(found, tags, prefix=package.tag_prefix)
    if tagged and not problems and found.entire:
        mine = package.tag(found.entire[0].version)
        raise GateFailed(
            f"The tag of {package.name} is not of the version that is stated: that one's is {mine}.",
            hint="Name that tag, or write what the tag states in every version file, then run nox -s versions",
            details=tagged,
        )
    require_one(package, (*problems, *tagged), None, unreadable=found.unreadable)


def require_one(
    package: Package, problems: Iterable[str], version: Version | None, *, unreadable: Collection[str] = ()
) -> None:
    """Raise what keeps the version files, and the tags, from stating one version: *version*, where given.

    Those of the problems that are *unreadable* files state nothing, and are no disagreement by themselves.

    Raises:
        GateFailed: there are *problems*.
    """
    details = tuple(dict.fromkeys(problems))
    if details:
        sentence, mend = disagreement(package, details, version, unreadable=unreadable)
        raise GateFailed(sentence, hint=f"{mend}, then run nox -s versions", details=details)


def disagreement(
    package: Package, problems: Collection[str], version: Version | None, *, unreadable: Collection[str]
) -> tuple[str, str]:
    """Return in a sentence what *problems* come to, and what mends it; the arguments are those of ``require_one``."""
    if set(problems) <= set(unreadable):
        what = "has version files that are missing or cannot be read"
        return f"{package.name} {what}.", "Put them right or take them out of version-files"
    what = "does not state one version" if version is None else f"does not state {version}"
    folder = "" if package.path == PurePosixPath() else f" --directory {shlex.quote(str(package.path))}"
    mended = remedy(problems, [file.path for file in package.version_files], folder=folder)
    return f"{package.name} {what} everywhere.", mended


def version_file_contents(
    repository: Repository, package: Package, *, commit: str | None = "HEAD"
) -> Mapping[PurePosixPath, bytes | None]:
    """Return what a bump of *package* reads, as it is at *commit* (``None``: in the work tree)."""
    at = repository.head() if commit == "HEAD" else commit
    paths = files_of(package)
    return {path: repository.read(path) for path in paths} if at is None else repository.read_all(paths, commit=at)


def changed_files(repository: Repository, package: Package) -> tuple[PurePosixPath, ...]:
    """Return the files of *package* that differ from the commit; a lock of the whole repository is one of them."""
    outside = [file.path for file in package.version_files if ".." in file.path.parts]
    return repository.changed(beside=outside)


def declared(repository: Repository, package: Package) -> Version:
    """Return the version that the commit declares: what its version files state, else its newest tag.

    Raises:
        ReleasegateError: the version files disagree.
    """
    found = find_all(package, version_file_contents(repository, package))
    if whole(found) or not package.version_from_tag:
        return Version(agreed(found))
    head = repository.head()
    there = [name for name, commit in repository.tags().items() if commit == head]
    last = newest(package, [*there, *repository.tags_before(head)])
    return Version(last.version) if last is not None else FIRST


def before(repository: Repository, package: Package, version: Version, *, commit: str) -> str | None:
    """Return the version before *version*: what the commit before states, else the newest of the tags before it."""
    stated: list[Occurrence] = []
    with suppress(ReleasegateError):
        stated += survey(package, version_file_contents(repository, package, commit=f"{commit}~1")).entire
    stated += filter(None, [newest(package, [t for t in repository.tags_before(commit) if t != package.tag(version)])])
    return next((each.version for each in stated if each.version != str(version)), None)


def left_behind(repository: Repository, package: Package, version: str, *, commit: str | None) -> tuple[Leftover, ...]:
    """Return the lines that hold *version* and that no version file, no custom and no ``left-behind`` speaks for."""
    read = version_file_contents(repository, package, commit=commit)
    contents = {file.path: read[file.path] for file in package.version_files}
    found = [line for path, content in contents.items() for line in _not_bumped(package, path, content, version)]
    for path, number, text in repository.lines(roughly(version), commit=commit):
        if path not in contents:
            found += held(path, text.encode(), version, line=number)
    return left_in(found, name=package.name, exemptions=package.left_behind)


def _not_bumped(package: Package, path: PurePosixPath, content: bytes | None, version: str) -> list[Leftover]:
    """Return the lines of a version file that hold *version* beside what a bump changes."""
    if expected(path):
        return []
    lines = list(held(path, content or b"", version))
    here = replace(package, version_files=tuple(file for file in package.version_files if file.path == path))
    stated = [each.line for each in survey(here, {path: content}).occurrences if each.version == version]
    # Most often the places alone hold it; where there are more lines, a bump tells which of them it changes.
    if not lines or sorted(stated) == sorted(each.line for each in lines):
        return []
    # They are told as they are written, and not with what the try puts beside them.
    written = {each.line: each for each in lines}
    with suppress(ReleasegateError):
        bumped = bump_all(here, {path: content}, version=_ANOTHER)[path]
        return [written[each.line] for each in held(path, bumped, version)]
    return lines
