"""What a single gate tries: one version of a package as files, from a build here, a checkout or an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.scratch import scratch
from releasegate.app.workspace import Workspace
from releasegate.core.ci.publish_rules import requested
from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import LockVersionFile
from releasegate.core.dists.archive import read_sdist
from releasegate.core.errors import ConfigurationError, Refused, ReleasegateError
from releasegate.core.nearest import meant
from releasegate.core.version_files.survey import survey
from releasegate.core.version_files.tags import coming
from releasegate.ports import Delivery
from releasegate.steps.fetch import deliver
from releasegate.steps.release import Release
from releasegate.steps.stated import require_agreement, version_file_contents


@dataclass(frozen=True)
class Source:
    """Where files come from: ``dist``, ``local`` or an index's name, and a version where it is not the stated one."""

    name: str
    version: Version | None = None


def stated(workspace: Workspace, package: Package) -> Release:
    """Return the release of the version that the checked-out commit states.

    Raises:
        ReleasegateError: the version files disagree.
    """
    found = survey(package, version_file_contents(workspace.repository(package), package))
    require_agreement(package, found)
    version = Version(found.entire[0].version) if found.entire else _by_tag(workspace, package)
    return Release(package, version, version, workspace.run_context())


def checked_out(workspace: Workspace, package: Package) -> Release:
    """Return the release of what is checked out, which may be later work that still states a version that is tagged.

    The files of such work are kept apart: those of the version stay as they are. Only of a commit that its tag names
    may an index hold files.

    Raises:
        ReleasegateError: the version files disagree.
    """
    release, repository = stated(workspace, package), workspace.repository(package)
    head = repository.head()
    tagged = repository.tagged(release.tag)
    if tagged == head:
        return release
    here = replace(release, at=head)
    return here if tagged is None else here.with_ports(builds=workspace.builds(of="head"))


def _by_tag(workspace: Workspace, package: Package) -> Version:
    """Return what a build of the commit that is checked out is where its tag states the version."""
    repository = workspace.repository(package)
    head = repository.head()
    before = repository.tags_before(head)
    return coming(package, at_head=[name for name, commit in before.items() if commit == head], before=before)


def recorded(workspace: Workspace, package: str | None) -> tuple[str, str]:
    """Return the package whose evidence a run would be, and the index that its stated version is proven from.

    Raises:
        ReleasegateError: it is not clear which package is meant, or its version files disagree.
    """
    settings = workspace.project.settings
    if workspace.event is not None and package is None:
        package = requested(workspace.event, settings).package.name
    chosen = workspace.project.select(package)
    if len(chosen) != 1:
        names = ", ".join(p.name for p in chosen)
        raise ConfigurationError("--record needs to know whose evidence it is.", hint=f"Add --package: one of {names}")
    version = stated(workspace, chosen[0]).version
    return chosen[0].name, settings.staging if version.is_prerelease else settings.production


@contextmanager
def delivered(
    workspace: Workspace, package: Package, source: Source, *, option: str = "--version VERSION"
) -> Iterator[Delivery]:
    """Yield what *source* has of the package, as files; *option* is what takes another version of it.

    Raises:
        ConfigurationError: there is no such source or no such version; GateFailed: nothing is built.
    """
    run, repository = workspace.run_context(), workspace.repository(package)
    version = source.version or stated(workspace, package).version
    if source.name == "local":
        head = repository.head()
        _require_checked_out(workspace, package, version)
        with _tree(workspace, package, version, head) as folder:
            yield Delivery(package, version, "local", head, (folder,))
    elif source.name == "dist":
        release = Release(package, version, version, run) if source.version else checked_out(workspace, package)
        manifest = release.ports.builds.find(package, release.version)
        if manifest is None:
            raise _not_built(workspace, package, release.version)
        paths = tuple(release.ports.builds.path(package, version, a) for a in manifest.artifacts)
        yield Delivery(package, version, "dist", manifest.commit, paths)
    elif source.name in workspace.project.settings.indexes:
        got = deliver(run, package, version=version, index=workspace.index(source.name), option=option)
        yield replace(got, commit=_commit(workspace, package, version))
    else:
        known = ("dist", "local", *workspace.project.settings.indexes)
        raise ConfigurationError(f"There is no source {source.name}.", hint=meant(source.name, known))


def _require_checked_out(workspace: Workspace, package: Package, version: Version) -> None:
    """Raise ``ConfigurationError`` where what is checked out is another version than is asked for."""
    here = stated(workspace, package).version
    if version != here:
        raise ConfigurationError(
            f"{package.name} {version} is asked for, and {here} is checked out.",
            hint=f"Leave {version} out, or take it from an index: --source {workspace.project.settings.production}",
        )


@contextmanager
def _tree(workspace: Workspace, package: Package, version: Version, commit: str) -> Iterator[Path]:
    """Yield the package's files at *commit*, which are copied to where they are installed.

    Neither Git nor what lies above the folder is in a copy: where one of them states the version, the tree is that of
    the sdist, which has it.
    """
    above = [file for file in package.version_files if ".." in file.path.parts]
    if not package.version_from_tag and all(isinstance(file, LockVersionFile) for file in above):
        with workspace.repository(package).clean_checkout(commit) as folder:
            yield folder
        return
    made = workspace.builds().rebuild(package, version=version, commit=commit, tools={}, progress=workspace.progress)
    name = next(name for name in made if not name.endswith(".whl"))
    with scratch() as folder:
        for path, content in read_sdist(name, made[name]).items():
            (folder / package.name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / package.name / path).write_bytes(content)
        yield folder / package.name


def _not_built(workspace: Workspace, package: Package, version: Version) -> Refused:
    """Return what to do where no build of a version lies here: a session builds what the commit states alone."""
    settings = workspace.project.settings
    elsewhere = settings.staging if version.is_prerelease else settings.production
    build = f"Build it: nox -s build -- --package {package.name}"
    states = stated(workspace, package).version == version
    hint = build if states else f"The commit states another version; take this one from --source {elsewhere}"
    return Refused(f"The files of {package.name} {version} are not here.", hint=hint)


def _commit(workspace: Workspace, package: Package, version: Version) -> str:
    """Return the commit of a version, or the one checked out; empty where the package's repository is not here."""
    repository = workspace.repository(package)
    try:
        return repository.tagged(f"{package.tag_prefix}{version}") or repository.head()
    except ReleasegateError:
        return ""
