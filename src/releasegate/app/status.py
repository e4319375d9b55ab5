"""``invoke status``: where every package stands, and the one next command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from packaging.version import Version

from releasegate.app.examine import examine
from releasegate.app.package_state import side_by_side
from releasegate.app.workspace import Workspace
from releasegate.core.config.model import Package
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.core.release.next_command import next_release
from releasegate.core.release.plan import PackageState, VersionState
from releasegate.core.release.upload_window import half_stored
from releasegate.core.release.versions import is_candidate, promoted
from releasegate.core.version_files.survey import survey
from releasegate.steps.preflight import in_the_way
from releasegate.steps.question import Answer
from releasegate.steps.release import Release
from releasegate.steps.stated import version_file_contents


@dataclass(frozen=True)
class Status:
    """One package as ``invoke status`` shows it; ``consumed`` are versions by where they were seen.

    ``lines`` says which lines live side by side, HEAD's own first; nothing where there is but one. ``in_the_way`` are
    the answers of the preflight that keep the next release from being begun. ``half`` is said where an index holds one
    file of the version and not the other.
    """

    package: str
    version_files: tuple[str, ...]
    head: str
    consumed: Mapping[str, tuple[str, ...]]
    state: str
    missing: str
    command: str
    in_the_way: tuple[Answer, ...] = ()
    lines: tuple[str, ...] = ()
    half: str = ""


def status(workspace: Workspace, package: Package) -> Status:
    """Return where *package* stands; what cannot be known is said in place of it."""
    found = examine(workspace, package)
    blocking = in_the_way(found.answers)
    if isinstance(found.state, ReleasegateError):
        return _unknown(package, found.state, blocking)
    repository, package_state = workspace.repository(package), found.state
    try:
        occurrences = survey(package, version_file_contents(repository, package)).occurrences
        lines = side_by_side(workspace, package_state)
        half = _half(workspace, package_state)
    except ReleasegateError as error:
        return _unknown(package, error, blocking)
    coming = next_release(package_state)
    candidate = package_state.declared
    state = coming.state
    if is_candidate(candidate) and package_state.state(candidate) is VersionState.SEALED:
        state = _proven(workspace, package, candidate, state)
    return Status(
        package.name,
        tuple(map(str, occurrences)) or (f"none: the tag states {package_state.declared}",),
        package_state.head,
        _by_place(package_state),
        state,
        coming.missing,
        coming.command(package.name),
        blocking,
        lines,
        half,
    )


def _half(workspace: Workspace, package_state: PackageState) -> str:
    """Return what is said of the version that the files state, while one of its two files is stored."""
    settings, package, version = workspace.project.settings, package_state.package, package_state.declared
    where = settings.staging if is_candidate(version) else settings.production
    going = package_state.state(version) in {VersionState.OPEN, VersionState.ABANDONED}
    if not going or where not in package_state.consumed.where(version):
        return ""
    files = [f for f in workspace.index(where).files(package.name) if f.version == version]
    now = datetime.fromisoformat(workspace.run_context().clock.now()).timestamp()
    moments = [None if f.uploaded is None else datetime.fromisoformat(f.uploaded).timestamp() for f in files]
    found = half_stored(zip((f.filename for f in files), moments, strict=True), now=now)
    return "" if found is None else f"{version} on {where}: {found}"


def _proven(workspace: Workspace, package: Package, candidate: Version, state: str) -> str:
    """Return where a proven candidate stands: whoever is not believed here has proven it, and it is asked again."""
    from releasegate.app.release import asked_again

    try:
        doubted = Release(package, promoted(candidate), candidate, workspace.run_context()).doubted()
        return asked_again(workspace.ledger(package), candidate) if doubted else state
    except ReleasegateError as error:
        return f"{state}; whether that is to be believed cannot be told: {error.problem}"


def _unknown(package: Package, error: ReleasegateError, blocking: tuple[Answer, ...]) -> Status:
    """Return the status of a package of which it cannot be told where it stands."""
    again = f"invoke status --package {package.name}"
    command = again if isinstance(error, Unavailable) else "nox -s versions"
    return Status(package.name, (), "", {}, error.problem, error.hint, command, blocking)


def _by_place(package_state: PackageState) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[Version]] = {}
    for version, places in package_state.consumed.seen.items():
        for place in places:
            found.setdefault(place, []).append(version)
    return {place: tuple(map(str, sorted(versions))) for place, versions in sorted(found.items())}
