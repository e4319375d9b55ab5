"""What all version files of a package say, read at once: every occurrence, and a line for each that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from releasegate.core.config.keys import Package
from releasegate.core.errors import ReleasegateError
from releasegate.core.frozen import dataclass
from releasegate.core.version_files.occurrences import Occurrence, compare, find, whole

Contents = Mapping[PurePosixPath, bytes | None]
"""The version files of a package by path, ``None`` for one that is not there."""


@dataclass(frozen=True)
class Survey:
    """What was found in the version files, in the configuration's order, and what cannot be read of them."""

    occurrences: tuple[Occurrence, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def entire(self) -> tuple[Occurrence, ...]:
        """What states the version with all that it has, and not its first two numbers alone."""
        return whole(self.occurrences)

    def problems(self, *, version: str | None = None, said_by: str = "the release") -> tuple[str, ...]:
        """Return a line for everything that keeps the files from stating one version (*version*, where given)."""
        return (*self.unreadable, *compare(self.occurrences, version=version, said_by=said_by))


def survey(package: Package, contents: Contents) -> Survey:
    """Return what every version file of *package* states."""
    found: list[Occurrence] = []
    unreadable: list[str] = []
    for version_file in package.version_files:
        content = contents.get(version_file.path)
        if content is None:
            unreadable.append(f"{version_file.path} is not there")
            continue
        try:
            found.append(find(version_file, content, package=package.name))
        except ReleasegateError as error:
            unreadable.append(f"{error.problem} {error.hint}")
    return Survey(tuple(found), tuple(unreadable))


def tag_problems(found: Survey, tags: Sequence[str], *, prefix: str) -> tuple[str, ...]:
    """Return a line for every version file that one of *tags* contradicts, and for every tag without *prefix*."""
    problems: list[str] = []
    for name in tags:
        if name.startswith(prefix):
            said = compare(found.occurrences, version=name.removeprefix(prefix), said_by=f"tag {name}")
            problems += said
        else:
            problems.append(f"tag {name} does not begin with {prefix!r}")
    return tuple(problems)
