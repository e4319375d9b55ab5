"""``invoke status``: where every package stands, and the one next command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packaging.version import Version

from releasegate.app.workspace import Workspace
from releasegate.core.config.model import Package
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.core.release.plan import PackageState, VersionState
from releasegate.core.release.versions import is_candidate, promoted
from releasegate.core.version_files.occurrences import find_all
from releasegate.steps.source import version_file_contents


@dataclass(frozen=True)
class Status:
    """One package as ``invoke status`` shows it; ``consumed`` are versions by where they were seen."""

    package: str
    version_files: tuple[str, ...]
    head: str
    consumed: Mapping[str, tuple[str, ...]]
    state: str
    missing: str
    command: str


def status(workspace: Workspace, package: Package) -> Status:
    """Return where *package* stands; what cannot be known is said in place of it."""
    repository = workspace.repository(package)
    try:
        head = repository.head()
        found = find_all(package, version_file_contents(repository, package))
        version_files = tuple(str(occurrence) for occurrence in found)
        package_state = workspace.package_state(package)
    except ReleasegateError as error:
        # Where an index or Git does not answer, nothing is known about the version files.
        again = f"invoke status --package {package.name}"
        command = again if isinstance(error, Unavailable) else "nox -s versions"
        return Status(package.name, error.details, "", {}, error.problem, error.hint, command)
    state, missing, command = _next(package_state)
    return Status(package.name, version_files, head, _by_place(package_state), state, missing, command)


def _next(package_state: PackageState) -> tuple[str, str, str]:  # noqa: PLR0911 - one answer a state
    """Return the state in words, what is missing, and the next command."""
    name, stated = package_state.package.name, package_state.declared
    state = package_state.state(stated)
    record = package_state.record(stated)
    failure = record.failure
    flags = f"--package {name}"
    if is_candidate(stated):
        again = "--rc" if stated.pre is not None else "--post"
        if state is VersionState.SEALED and package_state.tag_of(stated) == package_state.head:
            go = f"invoke release {flags}" if stated.pre is not None else f"invoke release --post {flags}"
            return f"{stated} is proven", f"{promoted(stated)}", go
        if failure is not None:
            return f"{stated} failed at {failure.step}", "a mended candidate", f"invoke release {again} {flags}"
        words = {VersionState.OPEN: "is under way", VersionState.FREE: "is not begun"}.get(state, "was left behind")
        return f"{stated} {words}", "its proof", f"invoke release {again} {flags}"
    if failure is not None:
        return f"{stated} failed at {failure.step}", "a fix", f"invoke release --post {flags}"
    if state is VersionState.OPEN and record.attempted:
        go = "invoke release --post" if stated.post is not None else "invoke release"
        return f"{stated} is under way", "its end", f"{go} {flags}"
    if stated in package_state.published or state is VersionState.SEALED:
        return f"{stated} is released", "nothing", f"invoke release --rc {flags}"
    return f"{stated} is not begun", "a candidate", f"invoke release --rc {flags}"


def _by_place(package_state: PackageState) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[Version]] = {}
    for version, places in package_state.consumed.seen.items():
        for place in places:
            found.setdefault(place, []).append(version)
    return {place: tuple(map(str, sorted(versions))) for place, versions in sorted(found.items())}
