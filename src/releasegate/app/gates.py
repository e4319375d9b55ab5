"""The single gates that Nox sessions run: versions, build, install check, end to end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.app.container_runner import stack_of
from releasegate.app.release import system_clock
from releasegate.app.workspace import Workspace
from releasegate.core.ci.permission import requested
from releasegate.core.config.model import Package
from releasegate.core.e2e.matrix import Cell, matrix
from releasegate.core.errors import ConfigurationError, GateFailed, ReleasegateError
from releasegate.core.release.evidence import following
from releasegate.core.release.record import Entry, Evidence
from releasegate.core.version_files.occurrences import Occurrence, compare, find
from releasegate.engine import Engine, Outcome, Watch
from releasegate.ports import CellReport, Delivery, EndToEndReport
from releasegate.steps.build import Audit, Build
from releasegate.steps.fetch import companion, deliver
from releasegate.steps.prove import CELL, cell_subject, known_cells, require_passed
from releasegate.steps.release import Release


@dataclass(frozen=True)
class Source:
    """Where files come from: ``dist``, ``local`` or an index's name, and a version where it is not the stated one."""

    name: str
    version: str | None = None


@dataclass(frozen=True)
class EndToEndRequest:
    """What an end-to-end run is asked for; ``backend`` is ``None`` where the companion's own rule decides.

    With ``recorded`` the verdict of each cell becomes evidence of the version, for whoever seals it.
    """

    source: Source
    backend: Source | None = None
    recorded: bool = False


def versions(workspace: Workspace, package: Package, *, tag: str | None = None) -> tuple[Occurrence, ...]:
    """Return what every version file in the working tree states, all in agreement, the tag at HEAD too.

    Raises:
        GateFailed: version files disagree, or cannot be read; all problems at once.
    """
    repository = workspace.repository(package)
    seen, problems = _occurrences(package, {p.path: repository.read(p.path) for p in package.version_files})
    tags = [tag] if tag is not None else _tags_at_head(workspace, package)
    problems += compare(seen)
    for name in tags:
        if not name.startswith(package.tag_prefix):
            problems.append(f"tag {name} does not begin with {package.tag_prefix!r}")
            continue
        problems += compare(seen, version=name.removeprefix(package.tag_prefix), said_by=f"tag {name}")
    if problems:
        raise GateFailed(
            f"{package.name}: the version files do not agree.",
            hint="Write the same version at every version file, then run nox -s versions again",
            details=list(dict.fromkeys(problems)),
        )
    return seen


def build(workspace: Workspace, package: Package, *, watch: Watch) -> tuple[Outcome, ...]:
    """Build and audit the version that the commit states; the files are kept with their manifest.

    Raises:
        ReleasegateError: the build fails or is not what it should be.
    """
    # What is built here is looked at here: no forge is asked, and no token of it is needed.
    release = stated(replace(workspace, forges={}), package)
    engine = Engine(uuid.uuid4().hex[:12], system_clock(), watch, lambda _: False)
    with workspace.ledger(package).locked():
        return engine.run((Build(release), Audit(release)))


def install_check(workspace: Workspace, package: Package, *, source: Source) -> tuple[CellReport, ...]:
    """Install and try a package from *source* on every configured Python.

    Raises:
        GateFailed: a cell failed; NotYet: the index does not list the version.
    """
    with delivered(workspace, package, source) as delivery:
        cells = workspace.install_checker(delivery).check(
            delivery, pythons=package.pythons, progress=workspace.progress
        )
    require_passed(cells, what=f"{package.name} {delivery.version} from {delivery.source}")
    return cells


def cells(workspace: Workspace, *, sources: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells of the stack's matrix that were asked for.

    Raises:
        ConfigurationError: there is no stack, or something is asked for that cannot be.
    """
    asked = workspace.choices.containers.wanted
    return matrix(stack_of(workspace.project), replace(asked, sources=tuple(sources)))


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


def end_to_end(
    workspace: Workspace,
    package: Package,
    wanted: EndToEndRequest,
    *,
    told: Callable[[EndToEndReport], None] = lambda _: None,
) -> EndToEndReport:
    """Run a package with its companion, each from its own source; *told* sees the report before it is judged.

    Raises:
        GateFailed: they do not do their job together; ReleasegateError: that could not be judged.
    """
    settings, source, backend = workspace.project.settings, wanted.source, wanted.backend
    if wanted.recorded:
        # The pair's companion is the one that the evidence says was proven, and known cells are not run again.
        workspace.pull(package)
    with ExitStack() as stack:
        delivery = stack.enter_context(delivered(workspace, package, source))
        partner = None
        if package.companion is not None and backend is not None:
            theirs = settings.package(package.companion.name)
            partner = stack.enter_context(delivered(workspace, theirs, backend))
        elif package.companion is not None:
            number = Version(delivery.version)
            release = Release(package, number, number, workspace.run_context())
            found = companion(release, "production" if source.name == settings.production else "staging")
            partner = None if found is None else found[1]
        known = _known(workspace, delivery, partner) if wanted.recorded else ()
        runner = workspace.runner(delivery)
        report = runner.run(delivery, companion=partner, progress=workspace.progress, known=known)
        told(report)
        if wanted.recorded:
            _record(workspace, delivery, partner, report)
        if report.unjudged is not None:
            raise report.unjudged
        return _judged(delivery, partner, report)


def _known(workspace: Workspace, delivery: Delivery, partner: Delivery | None) -> tuple[Evidence, ...]:
    """Return the cells that some machine ran on these very files."""
    entries = workspace.ledger(delivery.package).read(delivery.version)
    return known_cells(entries, delivery, partner)


def _record(workspace: Workspace, delivery: Delivery, partner: Delivery | None, report: EndToEndReport) -> None:
    """Write the verdict of each cell into the version's record, and let other machines know."""
    run, now = uuid.uuid4().hex[:12], system_clock().now
    with workspace.shared(delivery.package):
        ledger = workspace.ledger(delivery.package)
        for row in report.evidence.get("cells", ()):
            line = f"{row['cell']}: {row['verdict']}"
            about = cell_subject(delivery, partner)
            at = following(ledger.read(delivery.version), now())
            entry = Entry(at, run, CELL, "done", about, line, verdict=row["verdict"], evidence=row)
            ledger.append(delivery.version, entry)


def stated(workspace: Workspace, package: Package) -> Release:
    """Return the release of the version that the checked-out commit states.

    Raises:
        ReleasegateError: the version files disagree.
    """
    repository = workspace.repository(package)
    head = repository.head()
    seen, problems = _occurrences(
        package, {p.path: repository.read(p.path, commit=head) for p in package.version_files}
    )
    problems += compare(seen)
    if problems:
        raise GateFailed(
            f"{package.name}: the version files do not agree.",
            hint="See nox -s versions",
            details=problems,
        )
    version = Version(seen[0].version)
    return Release(package, version, version, workspace.run_context())


@contextmanager
def delivered(workspace: Workspace, package: Package, source: Source) -> Iterator[Delivery]:
    """Yield what *source* has of the package, as files.

    Raises:
        ConfigurationError: there is no such source or no such version; GateFailed: nothing is built.
    """
    run, repository = workspace.run_context(), workspace.repository(package)
    number = Version(source.version) if source.version else stated(workspace, package).version
    version = str(number)
    if source.name == "local":
        head = repository.head()
        with repository.clean_checkout(head) as folder:
            yield Delivery(package, version, "local", head, (folder,))
    elif source.name == "dist":
        release = Release(package, number, number, run)
        manifest = release.manifest()
        paths = tuple(release.ports.builds.path(package, version, a) for a in manifest.artifacts)
        yield Delivery(package, version, "dist", manifest.commit, paths)
    elif source.name in workspace.project.settings.indexes:
        got = deliver(run, package, version=version, index=workspace.index(source.name))
        yield replace(got, commit=_commit(workspace, package, version))
    else:
        names = ", ".join(["dist", "local", *workspace.project.settings.indexes])
        raise ConfigurationError(f"There is no source {source.name}.", hint=f"Name one of: {names}")


def _occurrences(
    package: Package, contents: dict[PurePosixPath, bytes | None]
) -> tuple[tuple[Occurrence, ...], list[str]]:
    """Return what can be read of the version files, and one line for every version file that cannot."""
    seen, problems = [], []
    for version_file in package.version_files:
        content = contents.get(version_file.path)
        if content is None:
            problems.append(f"{version_file.path} is not there")
            continue
        try:
            seen.append(find(version_file, content, package=package.name))
        except ReleasegateError as error:
            problems.append(f"{error.problem} {error.hint}")
    return tuple(seen), problems


def _tags_at_head(workspace: Workspace, package: Package) -> list[str]:
    """Return the version tags at HEAD; none for files that are in no repository, such as an unpacked sdist."""
    repository = workspace.repository(package)
    try:
        head = repository.head()
    except ReleasegateError:
        return []
    return [name for name, commit in repository.tags().items() if commit == head and _is_tag(name, package)]


def _is_tag(name: str, package: Package) -> bool:
    try:
        Version(name.removeprefix(package.tag_prefix))
    except ValueError:
        return False
    return name.startswith(package.tag_prefix)


def _commit(workspace: Workspace, package: Package, version: str) -> str:
    """Return the commit of a version, or the one checked out; empty where the package's repository is not here."""
    repository = workspace.repository(package)
    try:
        return repository.tagged(f"{package.tag_prefix}{version}") or repository.head()
    except ReleasegateError:
        return ""


def _judged(delivery: Delivery, partner: Delivery | None, report: EndToEndReport) -> EndToEndReport:
    if report.verdict != "pass":
        beside = "" if partner is None else f" with {partner.package.name} {partner.version} from {partner.source}"
        raise GateFailed(
            f"{delivery.package.name} {delivery.version} from {delivery.source}{beside} fails end to end.",
            hint="Mend it and commit; then run the same command again",
            details=[*report.problems, *report.log],
        )
    return report
