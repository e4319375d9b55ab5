"""What a build is held against: nothing of it depends on what is built, so that it is asked while backends work."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from releasegate.core.audit.audit import Previous
from releasegate.core.audit.code.trees import parsed
from releasegate.core.audit.sources import origins
from releasegate.core.dists.archive import Members, read_sdist, read_wheel
from releasegate.core.dists.wheel import installed
from releasegate.core.errors import GateFailed, ReleasegateError
from releasegate.core.frozen import dataclass
from releasegate.steps.meanwhile import meanwhile

if TYPE_CHECKING:
    from releasegate.ports import Index, IndexFile, LockAnswer
    from releasegate.steps.release import Release

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Beside:
    """What is asked beside a build; each gives its answer, or raises its error, to whoever asks for it.

    ``tree`` are the tracked files of the commit, ``locks`` what is said of its lock files, ``previous`` the newest
    release before, ``None`` for a first one. ``known`` are the syntax trees of modules, by their content: of those of
    the last wheel as the commit has them, most of which the next wheel holds as well.
    """

    tree: Callable[[], Mapping[str, bytes]]
    locks: Callable[[], tuple[LockAnswer, ...]]
    previous: Callable[[], Previous | None]
    known: Callable[[], Mapping[bytes, ast.Module]]


@contextmanager
def beside(release: Release) -> Iterator[Beside]:
    """Ask, meanwhile, what is not asked yet for this release; where the block ends, nothing is on its way any more."""
    commit, ports = release.commit(), release.ports
    with (
        _begun(release, "tree", lambda: ports.repository.tree(commit)) as tree,
        _begun(release, "previous", lambda: _previous(release)) as previous,
        _begun(
            release,
            "locks",
            lambda: ports.builds.locks(release.package, version=release.version, commit=commit),
        ) as locks,
        _begun(release, "known", lambda: _known(tree(), previous())) as known,
    ):
        yield Beside(tree, locks, previous, known)


@contextmanager
def _begun(release: Release, name: str, work: Callable[[], _Result]) -> Iterator[Callable[[], _Result]]:
    """Do *work* meanwhile, unless an earlier step of the release has; what failed is done anew by the next one."""
    key = name, release.commit()
    if key in release.begun:
        yield release.begun[key]
        return
    with meanwhile(work) as asked:
        yield asked
    with suppress(ReleasegateError):  # whoever needed the answer has had it
        asked()
        release.begun[key] = asked


def _known(tree: Mapping[str, bytes], previous: Previous | None) -> Mapping[bytes, ast.Module]:
    if previous is None or previous.wheel is None:
        return {}
    tracked = origins(installed(previous.wheel), tree).files.values()
    modules = {path: tree[path] for path in tracked if path.endswith(".py")}
    return {modules[path]: code for path, code in parsed(modules).items() if code is not None}


def _previous(release: Release) -> Previous | None:
    """Return the newest release on the production index that is older than this one and not yanked, with a wheel.

    Work that is later than a release of that number is compared with it, too. Of several wheels the one for the same
    platform is taken, where there is one.

    Raises:
        Refused: there are several, and nothing is built yet.
    """
    index = release.index("production")
    last = release.version if release.at is not None else None
    older = [
        (file.version, file)
        for file in index.files(release.package.name)
        if file.version is not None
        and (file.version < release.version or file.version == last)
        and not file.version.is_prerelease
    ]
    wheels = [pair for pair in older if pair[1].filename.endswith(".whl") and not pair[1].yanked]
    if not wheels:
        return None
    newest = max(version for version, _ in wheels)
    file, *others = [file for version, file in wheels if version == newest]
    if others:
        ours = {_tags(artifact.filename) for artifact in release.manifest().artifacts}
        file = next((each for each in (file, *others) if _tags(each.filename) in ours), file)
    sdist = next((f for v, f in older if v == newest and f.filename.endswith(".tar.gz")), None)
    return Previous(file.filename, _readable(index, file), None if sdist is None else _readable(index, sdist))


def _readable(index: Index, file: IndexFile) -> Members | None:
    """Return a file that was published, ``None`` where it cannot be read: no release of today could mend that."""
    read = read_wheel if file.filename.endswith(".whl") else read_sdist
    try:
        return read(file.filename, index.fetch(file))
    except GateFailed:
        return None


def _tags(wheel: str) -> str:
    """Return the part of a wheel's name that says what it runs on."""
    return "-".join(wheel.split("-")[-3:])
