"""``releasegate watch``: whether what is published is still what was proven, and still does its job.

It looks, installs and runs what users get today. Nothing is recorded and no proof is taken back: a person decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from releasegate.core.errors import Conflict, GateFailed, ReleasegateError, Unavailable
from releasegate.core.release.record import record
from releasegate.core.verification.recorded import seal_problems, sealed_files
from releasegate.steps.fetch import newest, published
from releasegate.steps.preflight.question import Answer, Caution, answer

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.adapters.index.package_index import SimpleIndex
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.core.config.stack import Stack
    from releasegate.core.e2e.matrix import Cell
    from releasegate.core.release.entry import Entry
    from releasegate.ports import EndToEndReport, IndexFile

SERVED, INSTALLED, PAIR = "served files", "newest final", "newest pair"
"""The questions, as they are told."""


@dataclass(frozen=True)
class Watched:
    """What is looked at: the *newest* so many versions byte by byte, and with *end_to_end* the pair.

    *told* sees the report of the pair.
    """

    newest: int
    end_to_end: bool
    told: Callable[[str, EndToEndReport], None] = lambda *_: None


def watch(workspace: Workspace, package: Package, wanted: Watched) -> Iterator[Answer]:
    """Yield the answer to every question about *package*; one that is bad keeps none from being asked.

    What was not looked at, because there is nothing, is a caution: it is never called well.
    """
    yield from _served(workspace, package, wanted.newest)
    try:
        index = workspace.index(workspace.project.settings.production)
        version = newest(index, package.name)
    except ReleasegateError as error:
        yield Answer(INSTALLED, "", error)
        return
    if version is None:
        yield Answer(INSTALLED, f"{index.name} has no final", caution=True)
        return
    yield answer(INSTALLED, lambda: _installed(workspace, package, version))
    if wanted.end_to_end and workspace.project.settings.judged(package.name):
        yield answer(PAIR, lambda: _pair(workspace, package, version, wanted))


def _served(workspace: Workspace, package: Package, count: int) -> Iterator[Answer]:
    """Yield whether the indexes serve the files of every version that was closed, byte for byte.

    What was closed elsewhere counts too: where it cannot be read, that alone is an answer, and a bad one.
    """
    settings, heard = workspace.project.settings, answer(SERVED, lambda: _heard(workspace, package))
    yield from [heard] if heard.error is not None else []
    try:
        closed = _closed(workspace, package)
    except ReleasegateError as error:
        yield from [Answer(SERVED, "", error)] if heard.error is None else []
        return
    if not closed and heard.error is None:
        yield Answer(SERVED, "no version has a closed record to compare with", caution=True)
    finals = sorted((version for version in closed if not version.is_prerelease), reverse=True)
    candidates = sorted((version for version in closed if version.is_prerelease), reverse=True)
    for number, version in enumerate(finals):
        look = _Look(workspace, package, version, closed[version], settings.production, whole=number < count)
        yield answer(SERVED, look.compared)
    # Of the candidates only the newest may still become something.
    for version in candidates[:1]:
        look = _Look(workspace, package, version, closed[version], settings.staging, whole=count > 0)
        yield answer(SERVED, look.compared)


def _heard(workspace: Workspace, package: Package) -> str:
    """Add what other machines recorded; raises ``Unavailable`` where that is not known: what is here is not all."""
    try:
        workspace.pull(package)
    except ReleasegateError as error:
        raise Unavailable(
            f"Other machines' evidence is not known: {error.problem}", hint=error.hint, details=error.details
        ) from error
    return "other machines' evidence is known"


def _closed(workspace: Workspace, package: Package) -> Mapping[Version, Entry]:
    """Return the seal of every version whose record was ever closed: what was taken back is still out there."""
    ledger = workspace.ledger(package)
    return {version: seal for version in ledger.versions() if (seal := record(ledger.read(version)).closed)}


@dataclass(frozen=True)
class _Look:
    """What is looked at: the files of one version on one index, beside the *seal* that names them."""

    workspace: Workspace
    package: Package
    version: Version
    seal: Entry
    on: str
    whole: bool

    def compared(self) -> str | Caution:
        """Return what the index serves, where that is what the seal names; else raise what is not.

        Where the candidate was pruned, there is nothing to compare.

        Raises:
            Conflict: it serves other bytes under the name of a sealed file.
            GateFailed: it lists a file less or more.
            Unavailable: it does not answer.
        """
        name, index = self.package.name, self.workspace.index(self.on)
        files = published(index, name, self.version)
        if not files and self.version.is_prerelease:
            return Caution(f"{self.version} is not on {self.on} any more, which may prune candidates")
        held = {file.filename: self._sha256(index, file) for file in files}
        named = sealed_files(self.seal)
        wrong = tuple(seal_problems(named, held, self.on))
        if wrong:
            kind = Conflict if any(held.get(file, sha256) != sha256 for file, sha256 in named.items()) else GateFailed
            raise kind(
                f"{self.on} does not serve {name} {self.version} as it was released.",
                hint="Find out who changed it, and warn its users; more is said by "
                f"releasegate verify {name} {self.version} --index {self.on}",
                details=[*wrong, f"the record is of run {self.seal.run}, {self.seal.at}"],
            )
        looked = "fetched and hashed" if self.whole else "by the sha256 that are listed"
        yanked = "; it is yanked" if any(file.yanked for file in files) else ""
        return f"{self.version} on {self.on}: {len(files)} files as they were released, {looked}{yanked}"

    def _sha256(self, index: SimpleIndex, file: IndexFile) -> str:
        """Return the sha256 of a file as it is served, or unless that is asked for as it is listed."""
        if not self.whole and file.sha256 is not None:
            return file.sha256
        self.workspace.progress(f"fetching {file.filename} from {index.name}")
        return hashlib.sha256(index.fetch(file)).hexdigest()


def _installed(workspace: Workspace, package: Package, version: Version) -> str:
    from releasegate.app import gates
    from releasegate.app.deliveries import Source

    production = workspace.project.settings.production
    cells = gates.install_check(workspace, package, source=Source(production, version))
    return f"{version} from {production} installs and works: {', '.join(cell.cell for cell in cells)}"


def _pair(workspace: Workspace, package: Package, version: Version, wanted: Watched) -> str:
    """Return how the newest finals of all that run together do, on the newest host where a stack has one."""
    from releasegate.app import gates
    from releasegate.app.deliveries import Source
    from releasegate.app.workspace import RunOptions

    settings, index = workspace.project.settings, workspace.index(workspace.project.settings.production)
    found = {each.name: newest(index, each.name) for each in package.companions}
    others = {name: version for name, version in found.items() if version is not None}
    backends = {name: Source(index.name, version) for name, version in others.items()}
    choices, where = RunOptions(companions={name: str(version) for name, version in others.items()}), ""
    stack = settings.stack if settings.in_stack(package.name) else None
    cell = _cell(workspace, stack) if stack is not None else None
    if cell is not None:
        from releasegate.app.container_runner import ContainerOptions
        from releasegate.core.e2e.matrix import only

        choices = replace(choices, containers=ContainerOptions(only(replace(cell, source=index.name))))
        where = f" on {cell.ground or 'the stack'}, Python {cell.python}"
    request = gates.EndToEndRequest(Source(index.name, version), backends)
    report = gates.end_to_end(
        replace(workspace, choices=choices), package, request, told=lambda each: wanted.told(package.name, each)
    )
    beside = f" with {' and '.join(f'{name} {version}' for name, version in found.items())}" if found else ""
    return f"{version}{beside}{where}: {report.verdict}"


def _cell(workspace: Workspace, stack: Stack) -> Cell | None:
    """Return the one cell that is run: on the newest host that there is, configured or not."""
    from releasegate.core.e2e import matrix

    found = matrix.newest(matrix.matrix(stack, matrix.Wanted(), every_value=False))
    index = workspace.index(workspace.project.settings.dependencies)
    return matrix.on_newest(found, stack, index.versions) if found is not None else None
