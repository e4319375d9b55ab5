"""Deliveries: one version of a package fetched from an index, file by file, each known by its sha256."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.errors import GateFailed, NotYet, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.ports import Delivery, Index, IndexFile
from releasegate.steps.release import Release, Role, RunContext

_INSTALLABLE = (".whl", ".tar.gz")
"""Older versions also have eggs, installers and zips, which nothing here installs."""


def published(index: Index, project: str, version: Version) -> tuple[IndexFile, ...]:
    """Return the files of *version* on *index*, the wheel first."""
    files = [f for f in index.files(project) if f.version == version]
    return tuple(sorted(files, key=lambda f: (not f.filename.endswith(".whl"), f.filename)))


def deliver(  # noqa: PLR0913 - what is fetched, from where, and what is known of it
    run: RunContext,
    package: Package,
    *,
    version: Version,
    index: Index,
    known: Mapping[str, str] | None = None,
    option: str = "",
) -> Delivery:
    """Fetch the wheel and the sdist of *version* from *index*.

    *known* are the sha256 by file name that they must have; *option* is what takes another version in the command that
    runs, with ``VERSION`` where that stands.

    Raises:
        NotYet: the index does not list the version (yet).
        GateFailed: the bytes are others than the *known* ones, the same each time.
        Unavailable: they cannot be had, or are others each time.
    """
    files = published(index, package.name, version)
    wanted = tuple(f for f in files if (f.filename.endswith(_INSTALLABLE) if known is None else f.filename in known))
    if not wanted or (known is not None and {f.filename for f in wanted} != set(known)):
        raise NotYet(
            f"{index.name} does not list all files of {package.name} {version}.",
            hint="Run the same command again in a few minutes" + _instead(index, package, files, option=option),
        )
    paths = []
    for file in wanted:
        run.progress(f"fetching {file.filename} from {index.name}")
        content = index.fetch(file)
        digest = hashlib.sha256(content).hexdigest()
        if known is not None and known[file.filename] != digest:
            content = _again(index, package.name, file, uploaded=known[file.filename], served=digest)
            digest = known[file.filename]
        paths.append(run.downloads.keep(f"{index.name}-{digest[:16]}", name=file.filename, content=content))
    return Delivery(package, version, index.name, "", tuple(paths))


def _instead(index: Index, package: Package, files: Sequence[IndexFile], *, option: str) -> str:
    """Return what there is instead of a version of which *files* are listed: if none, maybe nobody ever uploads it."""
    others = [f.version for f in index.files(package.name) if f.version is not None and not files]
    if others:
        last = str(max(others))
        there = f": {option.replace('VERSION', last)}" if option else f" is {last}"
        return f", if it was uploaded just now; the newest that {index.name} holds{there}"
    return f"; what the indexes hold says invoke status --package {package.name}"


def _again(index: Index, project: str, file: IndexFile, *, uploaded: str, served: str) -> bytes:
    """Return the bytes that were *uploaded*, if a second look at the index's page finds them.

    Raises:
        GateFailed: it serves the same others once more.
        Unavailable: it serves something else each time, or lists the file no longer.
    """
    listed = next((f for f in index.files(project) if f.filename == file.filename), None)
    content = index.fetch(listed) if listed is not None else b""
    digest = hashlib.sha256(content).hexdigest()
    if digest == uploaded:
        return content
    details = [f"uploaded {uploaded}", f"served   {served}", f"again    {digest}"]
    if digest != served:
        raise Unavailable(
            f"{index.name} serves {file.filename} otherwise each time that it is asked.",
            hint="Run the same command again a little later; nothing was judged",
            details=details,
        )
    raise GateFailed(
        f"{index.name} serves other bytes of {file.filename} than were uploaded.",
        hint="Look at the index: somebody else may have written there; invoke status names what goes on",
        details=details[:2],
    )


def own(release: Release, role: Role) -> Delivery:
    """Return this release's own files as the index serves them, byte for byte those of the manifest."""
    known = {a.filename: a.sha256 for a in release.manifest().artifacts}
    got = deliver(release.run, release.package, version=release.version, index=release.index(role), known=known)
    return Delivery(got.package, got.version, got.source, release.commit(), got.files)


class FileSource(Protocol):
    """Where the files come from that a gate tries."""

    def name_in(self, release: Release) -> str:
        """Return the source's name for people: an index, ``dist`` or ``local``."""
        ...

    def subject(self, release: Release) -> str:
        """Return what evidence about these files is about."""
        ...

    def open(self, release: Release) -> AbstractContextManager[Delivery]:
        """Provide the files while the block lasts."""
        ...


@dataclass(frozen=True)
class OwnFiles:
    """The release's own files, as the index of ``role`` serves them."""

    role: Role

    def name_in(self, release: Release) -> str:
        return release.index_name(self.role)

    def subject(self, release: Release) -> str:
        return release.manifest().identity

    @contextmanager
    def open(self, release: Release) -> Iterator[Delivery]:
        yield own(release, self.role)


@dataclass(frozen=True)
class GivenFiles:
    """Files from elsewhere than a release's own index: a build that lies here, a checkout, any index."""

    name: str
    provide: Callable[[], AbstractContextManager[Delivery]]

    def name_in(self, _: Release) -> str:
        return self.name

    def subject(self, _: Release) -> str:
        return self.name

    def open(self, _: Release) -> AbstractContextManager[Delivery]:
        return self.provide()


def newest(index: Index, project: str) -> Version | None:
    """Return the newest final or post on *index* that is not yanked: what users get today."""
    return max((version for version in available(index, project) if not version.is_prerelease), default=None)


def available(index: Index, project: str) -> tuple[Version, ...]:
    """Return every version on *index* of which a file is not yanked, oldest first."""
    found = {f.version for f in index.files(project) if f.version is not None and not f.yanked}
    return tuple(sorted(found))


def sha256s(delivery: Delivery) -> dict[str, str]:
    """Return the sha256 of every file of a delivery, by file name; a checkout is a folder and has none."""
    files = (path for path in delivery.files if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def held_hashes(release: Release, role: Role) -> dict[str, str]:
    """Return the sha256 of every file of the version that the index holds; asks for the bytes where it must."""
    index = release.index(role)
    files = published(index, release.package.name, release.version)
    return {f.filename: f.sha256 or hashlib.sha256(index.fetch(f)).hexdigest() for f in files}
