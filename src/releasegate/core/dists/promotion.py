"""The promotion proof: a final is its proven candidate, but for the version.

A final cannot be the candidate's bytes, since the version is inside them. So what the final is due to be is computed
from the candidate, file by file, and the final is compared with that. What is in Git may differ in the version files
alone; what a backend wrote (a module with the version, a copy of ``pyproject.toml``) by exactly the version's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import Members
from releasegate.core.dists.diff import lines_between
from releasegate.core.dists.version_text import Source, VersionText
from releasegate.core.dists.wheel import Row, dist_info, member, record_row, record_rows
from releasegate.core.errors import ReleasegateError
from releasegate.core.version_files.occurrences import bump, bump_all

ArchiveKind = Literal["wheel", "sdist"]


@dataclass(frozen=True)
class Built:
    """The distributions of one version, and what they were made of."""

    version: str
    wheel: Members
    sdist: Members
    source: Source


@dataclass(frozen=True)
class Difference:
    """A file of the final that is not what the candidate proves; ``lines`` show how."""

    archive: ArchiveKind
    path: str
    problem: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path} in the {self.archive} {self.problem}"


@dataclass(frozen=True)
class PromotionProof:
    """What the comparison found.

    ``differences`` are what may not differ and does; ``changed`` names the files that differ as they must
    (``wheel: pkg/__init__.py``).
    """

    differences: tuple[Difference, ...]
    changed: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the final is proven."""
        return not self.differences


def compare(candidate: Built, final: Built, *, package: Package, tracked: Mapping[str, bytes]) -> PromotionProof:
    """Compare a final with its proven candidate, file by file; *tracked* are the files in Git of the candidate.

    Only these may differ: the version in the version files, the ``Version`` of METADATA and PKG-INFO, the names of the
    ``.dist-info`` and ``.data`` folders, the version's text (``VersionText``) in what is no tracked file's content (of
    METADATA and PKG-INFO not in what is required), and RECORD where it lists exactly those. The order of members and
    their times say nothing; execute bits do.

    Raises:
        GateFailed: an archive is not what it should be, such as a wheel without RECORD.
        ReleasegateError: a version file of the candidate states no version.
    """
    text = VersionText(candidate.version, final.version, (candidate.source, final.source))
    promotion = _Promotion(package, text, tracked)
    wheel, sdist = (
        _wheel_due(candidate.wheel, final.wheel, promotion),
        _sdist_due(candidate.sdist, final.sdist, promotion),
    )
    record = f"{dist_info(final.wheel)}/RECORD"
    rows = record_rows(member(final.wheel, record), where=f"{record} in {final.wheel.filename}")
    final_wheel = {**final.wheel, record: _record(rows)}
    return PromotionProof(
        differences=(
            *_differences("wheel", wheel, final_wheel, executable=final.wheel.executable),
            *_differences("sdist", sdist, final.sdist, executable=final.sdist.executable),
        ),
        changed=(*_changed("wheel", wheel, final_wheel), *_changed("sdist", sdist, final.sdist)),
    )


@dataclass(frozen=True)
class _Due:
    """What an archive of the final must hold; ``restated`` are the paths whose bytes are not the candidate's."""

    files: Mapping[str, bytes]
    restated: frozenset[str]
    executable: frozenset[str]


@dataclass(frozen=True)
class _Promotion:
    """The one change that is allowed: from one version to the other."""

    package: Package
    text: VersionText
    tracked: Mapping[str, bytes]

    def metadata(self, content: bytes, held: bytes | None) -> bytes:
        """Return what metadata is due to be: the first ``Version`` line, which is the header's, is restated.

        What is *held* is taken where it differs by the version's text alone, and requires the same.
        """
        line = re.compile(rb"^Version: %s(?=\r?$)" % re.escape(self.text.before.encode()), re.MULTILINE)
        due = line.sub(f"Version: {self.text.after}".encode(), content, count=1)
        same = held is not None and _required(held) == _required(due)
        return self._alike(due, held) if same else due

    def file(self, path: str, content: bytes, held: bytes | None) -> bytes:
        """Return what a file is due to be: the version is restated where *path* is a version file.

        What is *held* is taken where a backend wrote the file, and it differs by the version's text alone.
        """
        if self.tracked.get(path) == content and PurePosixPath(path) in self._bumped:
            return self._bumped[PurePosixPath(path)]
        written = self._written(path, content)
        for version_file in self.package.version_files:
            if path == version_file.path.as_posix():
                try:
                    content = bump(version_file, content, package=self.package.name, version=self.text.after)
                except ReleasegateError:
                    # A backend may have written the file anew, without what the version file is read by.
                    if not written:
                        raise
        return self._alike(content, held) if written else content

    @cached_property
    def _bumped(self) -> Mapping[PurePosixPath, bytes]:
        """The version files in Git as the bump writes them: what a lock has the sum of follows other files."""
        files = {PurePosixPath(path): content for path, content in self.tracked.items()}
        here = tuple(file for file in self.package.version_files if file.path in files)
        try:
            return bump_all(replace(self.package, version_files=here), files, version=self.text.after)
        except ReleasegateError:
            return {}  # one that cannot be changed is told where its own file is looked at

    def _written(self, path: str, content: bytes) -> bool:
        """Whether a backend wrote the file: no file in Git is it, be it in another folder.

        Copies of version files are written ones: they follow what they are copies of.
        """
        return self.tracked.get(path) != content and (PurePosixPath(path).name, content) not in self._plain

    @cached_property
    def _plain(self) -> frozenset[tuple[str, bytes]]:
        """The files in Git that state no version, by name and content."""
        stating = {version_file.path.as_posix() for version_file in self.package.version_files}
        return frozenset((PurePosixPath(path).name, data) for path, data in self.tracked.items() if path not in stating)

    def _alike(self, due: bytes, held: bytes | None) -> bytes:
        return held if held is not None and self.text.differs_only(due, held) else due


def _required(metadata: bytes) -> list[bytes]:
    return [line for line in metadata.splitlines() if line.startswith(b"Requires-Dist:")]


def _wheel_due(wheel: Members, held: Members, promotion: _Promotion) -> _Due:
    folder = dist_info(wheel)
    record = f"{folder}/RECORD"
    stem = folder.removesuffix(".dist-info")
    due_stem = f"{stem.partition('-')[0]}-{promotion.text.after}"

    def renamed(path: str) -> str:
        first, slash, rest = path.partition("/")
        own = first in {folder, f"{stem}.data"}
        return f"{due_stem}{first.removeprefix(stem)}{slash}{rest}" if own else path

    # A version file in a src layout stands in the wheel without its leading folder.
    layouts = {
        version_file.path.as_posix().removeprefix("src/"): version_file.path.as_posix()
        for version_file in promotion.package.version_files
    }
    restated = {
        path: promotion.metadata(content, held.get(renamed(path)))
        if path == f"{folder}/METADATA"
        else promotion.file(layouts.get(path, path), content, held.get(renamed(path)))
        for path, content in wheel.items()
        if path != record
    }
    changed = {path for path, content in restated.items() if content != wheel[path]}
    rows = [
        record_row(renamed(path), restated[path]) if path in changed else (renamed(path), digest, size)
        for path, digest, size in record_rows(member(wheel, record), where=f"{record} in {wheel.filename}")
    ]
    return _Due(
        files={renamed(path): content for path, content in restated.items()} | {renamed(record): _record(rows)},
        restated=frozenset(map(renamed, {*changed, record})),
        executable=frozenset(map(renamed, wheel.executable)),
    )


def _sdist_due(sdist: Members, held: Members, promotion: _Promotion) -> _Due:
    due = {
        path: promotion.metadata(content, held.get(path))
        if path == "PKG-INFO" or path.endswith(".egg-info/PKG-INFO")
        else promotion.file(path, content, held.get(path))
        for path, content in sdist.items()
    }
    restated = frozenset(path for path, content in due.items() if content != sdist[path])
    return _Due(due, restated, sdist.executable)


def _record(rows: Iterable[Row]) -> bytes:
    """Write RECORD in one order, since its own says nothing."""
    return "\n".join(sorted(",".join(row) for row in rows)).encode()


def _differences(
    archive: ArchiveKind, due: _Due, held: Mapping[str, bytes], *, executable: frozenset[str]
) -> Iterator[Difference]:
    for path in sorted(due.files.keys() | held.keys()):
        if path not in held:
            yield Difference(archive, path, "is missing from the final")
        elif path not in due.files:
            yield Difference(archive, path, "is only in the final")
        elif due.files[path] != held[path]:
            yield Difference(archive, path, "differs", lines_between(due.files[path], held[path]))
        elif (path in due.executable) != (path in executable):
            which = "final" if path in executable else "candidate"
            yield Difference(archive, path, f"is executable in the {which} only")


def _changed(archive: ArchiveKind, due: _Due, held: Mapping[str, bytes]) -> Iterator[str]:
    yield from (f"{archive}: {path}" for path in sorted(due.restated) if due.files[path] == held.get(path))
