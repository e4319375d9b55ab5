"""What the index holds: a replay of its journal's events, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import Version

from releasegate.rehearsal.index.held.events import (
    Event,
    FileDeleted,
    ProjectDeleted,
    ReleaseDeleted,
    Reserved,
    Stored,
    StoredFile,
    Unyanked,
    Yanked,
)


@dataclass(frozen=True)
class IndexRelease:
    """One release; its first file fixed its spelling of the version and its metadata."""

    version: str
    created: datetime
    requires_python: str | None = None
    summary: str | None = None
    yanked: str | None = None
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True)
class IndexProject:
    """One project; ``releases`` are keyed by canonical version (``1.0`` and ``1.0.0`` are one release)."""

    name: str
    serial: int = 0
    releases: Mapping[str, IndexRelease] = field(default_factory=dict)

    @property
    def normalized(self) -> str:
        """The name that addresses are made of."""
        return canonicalize_name(self.name)

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file, by version and then by name."""
        return tuple(file for release in self.in_order for file in sorted(release.files, key=lambda f: f.filename))

    @property
    def in_order(self) -> tuple[IndexRelease, ...]:
        """The releases, oldest version first."""
        return tuple(sorted(self.releases.values(), key=lambda r: Version(r.version)))

    def release(self, version: str) -> IndexRelease | None:
        """Return the release of *version*, however it is spelled."""
        return self.releases.get(canonicalize_version(version))


@dataclass(frozen=True)
class State:
    """Everything the index knows.

    ``projects`` are keyed by normalized name; ``used`` are all file names ever stored, also of what has been
    deleted since; ``created`` counts the projects that were ever created; ``serial`` counts the events.
    """

    serial: int = 0
    created: int = 0
    projects: Mapping[str, IndexProject] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()

    def project(self, name: str) -> IndexProject | None:
        """Return the project of that name, normalized or not."""
        return self.projects.get(canonicalize_name(name))

    def files(self) -> Iterator[tuple[IndexProject, StoredFile]]:
        """Yield every file there is, with its project."""
        for project in self.projects.values():
            for file in project.files:
                yield project, file

    def find(self, filename: str) -> tuple[IndexProject, StoredFile] | None:
        """Return the file of that name, with its project."""
        return next((found for found in self.files() if found[1].filename == filename), None)


def replay(events: Iterable[Event], start: State | None = None) -> State:
    """Return the state after *events*, read from the first to the last."""
    state = start or State()
    for event in events:
        state = _apply(replace(state, serial=state.serial + 1), event)
    return state


def _apply(state: State, event: Event) -> State:
    match event:
        case Stored():
            return _store(state, event)
        case Reserved(project=name):
            return replace(state, reserved=state.reserved | {canonicalize_name(name)})
        case ProjectDeleted(project=name):
            gone = canonicalize_name(name)
            return replace(state, projects={k: p for k, p in state.projects.items() if k != gone})
        case _:
            project = state.projects[canonicalize_name(event.project)]
            return _change(state, project, _after(event, project))


def _after(
    event: Yanked | Unyanked | FileDeleted | ReleaseDeleted, project: IndexProject
) -> Mapping[str, IndexRelease | None]:
    """Return the releases that *event* changes, as they are after it; ``None`` for one that is gone."""
    if isinstance(event, FileDeleted):
        return {
            version: replace(release, files=tuple(file for file in release.files if file.filename != event.filename))
            for version, release in project.releases.items()
        }
    version = canonicalize_version(event.version)
    if isinstance(event, ReleaseDeleted):
        return {version: None}
    return {version: replace(project.releases[version], yanked=event.reason if isinstance(event, Yanked) else None)}


def _store(state: State, event: Stored) -> State:
    known = state.project(event.project)
    project = replace(known or IndexProject(event.project), name=event.project)
    release = project.release(event.version) or IndexRelease(
        event.version, event.at, requires_python=event.requires_python, summary=event.summary
    )
    after = replace(state, created=state.created + (known is None), used=state.used | {event.file.filename})
    grown = replace(release, files=(*release.files, event.file))
    return _change(after, project, {canonicalize_version(release.version): grown})


def _change(state: State, project: IndexProject, releases: Mapping[str, IndexRelease | None]) -> State:
    """Return the state in which *releases* stand in the project in place of those before."""
    merged = {**project.releases, **releases}
    kept = {version: release for version, release in merged.items() if release is not None}
    changed = replace(project, serial=state.serial, releases=kept)
    return replace(state, projects={**state.projects, project.normalized: changed})
