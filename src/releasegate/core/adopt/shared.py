"""Version files that several packages of one repository have together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from posixpath import normpath

from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import LockVersionFile, VersionFile


def shared(packages: Iterable[Package], path: str, version_files: Iterable[VersionFile]) -> Iterator[str]:
    """Yield in words which of a package's *version_files* are another's, too; its folder is at *path* from the table.

    A lock has an entry for each.
    """
    mine = {_in_place(PurePosixPath(path), each) for each in version_files}
    for package in packages:
        theirs = {_in_place(package.path, each) for each in package.version_files}
        for each in sorted(mine & theirs, key=lambda file: file.path):
            if not isinstance(each, LockVersionFile):
                yield (
                    f"{each.path} states the version of {package.name}, too: a bump of one is a bump of both, so "
                    "release both with the same number"
                )


def _in_place(folder: PurePosixPath, version_file: VersionFile) -> VersionFile:
    return replace(version_file, path=PurePosixPath(normpath(folder / version_file.path)))
