"""Where one package stands, asked now: version files, tags and what they descend from, both indexes, the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from packaging.version import Version

from releasegate.core.errors import ReleasegateError
from releasegate.core.release import versions
from releasegate.core.release.next_version import line
from releasegate.core.release.plan import PackageState
from releasegate.core.release.record import Record, record
from releasegate.core.release.released import without_false_seals
from releasegate.core.release.versions import Consumed
from releasegate.steps.stated import declared

if TYPE_CHECKING:
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.ports import Repository


def package_state(workspace: Workspace, package: Package) -> PackageState:
    """Return where *package* stands; raises ``ReleasegateError`` where its version files do not agree."""
    repository, ledger = workspace.repository(package), workspace.ledger(package)
    served = _served(workspace, package)
    records: dict[Version, Record] = {}
    false_seals: list[Version] = []
    for version in ledger.versions():
        entries = ledger.read(version)
        # A candidate is compared where it is promoted: the staging index may have pruned it.
        kept, false = (entries, ()) if version.is_prerelease else without_false_seals(entries, served.get(version, {}))
        records[version] = record(kept)
        false_seals += [version] if false and records[version].seal is None else []
    return PackageState(
        package=package,
        declared=declared(repository, package),
        head=repository.head(),
        tags=repository.tags(),
        consumed=consumed(workspace, package),
        published=frozenset(served),
        records=records,
        false_seals=tuple(false_seals),
    )


def _served(workspace: Workspace, package: Package) -> dict[Version, dict[str, str]]:
    """Return the sha256 of every file on the production index, by version and name; it is asked for where it lacks."""
    index, found = workspace.index(workspace.project.settings.production), dict[Version, dict[str, str]]()
    sealed = {v for v in workspace.ledger(package).versions() if not v.is_prerelease}
    for version, file in ((file.version, file) for file in index.files(package.name) if file.version is not None):
        unknown = file.sha256 is None and version in sealed
        sha256 = hashlib.sha256(index.fetch(file)).hexdigest() if unknown else file.sha256 or ""
        found.setdefault(version, {})[file.filename] = sha256
    return found


def consumed(workspace: Workspace, package: Package) -> Consumed:
    """Ask the world for every version of *package* that was ever used, and Git which are of another line."""
    settings, ledger, prefix = workspace.project.settings, workspace.ledger(package), package.tag_prefix
    named = workspace.repository(package).tags().items()
    tags = {name.removeprefix(prefix): commit for name, commit in named if name.startswith(prefix)}
    places: dict[str, Iterable[str | Version]] = {
        settings.staging: workspace.index(settings.staging).versions(package.name),
        settings.production: workspace.index(settings.production).versions(package.name),
        "tag": tags,
        "ledger": [v for v in ledger.versions() if record(ledger.read(v)).attempted],
    }
    return versions.consumed(places, production=settings.production, apart=_apart(workspace, package, tags))


def stated(repository: Repository, package: Package) -> Version | None:
    """Return what the version files state; ``None`` where they do not agree, or there is no repository."""
    try:
        return declared(repository, package)
    except ReleasegateError:
        return None


def side_by_side(workspace: Workspace, package_state: PackageState) -> tuple[str, ...]:
    """Return the newest version of each line, that of HEAD first; nothing where there is but one line."""
    consumed, tag_of = package_state.consumed, package_state.tag_of
    tags = {version: commit for version in consumed.apart if (commit := tag_of(version)) is not None}
    if not tags:
        return ()
    ends = workspace.repository(package_state.package).tips(tags.values())
    beside = sorted(version for version, commit in tags.items() if commit in ends)
    ours = line(consumed)
    placed = [version for version in ours if tag_of(version) is not None]
    return (
        f"{placed[-1]}: HEAD descends from it" if placed else "HEAD descends from no final",
        # It is taken for the line's own where a number is chosen, and not known to be.
        *(f"{version}: no tag says whether HEAD descends from it" for version in ours[-1:] if version not in placed),
        *(f"{version}: another line, beside it" for version in beside),
    )


def _apart(workspace: Workspace, package: Package, tags: Mapping[str, str]) -> set[Version]:
    """Return the versions whose tags all name commits that HEAD does not descend from.

    What the version files state is none of them: a squash merge brings a release's content under another commit.
    """
    ours = workspace.repository(package).ancestors(tags.values())
    read = ((versions.parse_version(text), commit in ours) for text, commit in tags.items())
    placed = [(version, here) for version, here in read if version is not None]
    apart = {version for version, _ in placed} - {version for version, here in placed if here}
    try:
        return apart - {declared(workspace.repository(package), package)}
    except ReleasegateError:
        return apart
