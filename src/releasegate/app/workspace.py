"""The composition root: the one place where ports meet adapters.

A command costs what it does: an adapter, with the client libraries behind it, is imported where it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.ci.runner import as_read, event_of, git_environment
from releasegate.app.forges import opened_forges
from releasegate.app.known import Beliefs
from releasegate.app.late import LateInstallChecker, LateRunner, late
from releasegate.app.project import Project, load
from releasegate.core.ci.companion_inputs import named_in
from releasegate.core.errors import ReleasegateError
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.adapters.build.kept import LocalBuilds
    from releasegate.adapters.build.tools import LocalTools
    from releasegate.adapters.git.command import Asked
    from releasegate.adapters.index.package_index import SimpleIndex
    from releasegate.adapters.ledger.shared import SharedLedger
    from releasegate.adapters.machine import LocalMachine
    from releasegate.adapters.tokens.prompt import TokenPrompt
    from releasegate.adapters.venvs.install_check import VenvInstallChecker
    from releasegate.app.container_runner import ContainerOptions
    from releasegate.core.ci.event_payload import Event
    from releasegate.core.ci.part import Part
    from releasegate.core.config.keys import Package
    from releasegate.core.release.companion import ByHand
    from releasegate.core.release.plan import PackageState
    from releasegate.core.release.versions import Consumed
    from releasegate.ledger_writer import LedgerWriter
    from releasegate.ports import Delivery, EndToEndRunner, Forge, Ledger, Progress
    from releasegate.steps.release import PackagePorts, RunContext


@dataclass(frozen=True)
class RunOptions:
    """What a person chose for one run: companions by hand, what is left out where it is not here, and the cells.

    ``companion_option`` is where the command that runs takes the companions.
    ``attended`` says that somebody can confirm what cannot be taken back; ``containers`` is ``None`` where the cells
    are as configured; ``part`` is what one job of CI does, ``None`` where a run does all of it. ``prompt`` asks for a
    token that is nowhere else; ``None`` where nobody can be asked.
    """

    companions: ByHand = field(default_factory=dict)
    companion_option: str = "--companion"
    only_available: bool = False
    attended: bool = True
    containers: ContainerOptions | None = None
    part: Part | None = None
    prompt: TokenPrompt | None = None


@dataclass(frozen=True)
class Workspace:
    """Everything of one project, ready to be used; ``forges`` and ``branch_forges`` are the packages' by name.

    ``event`` is what started the run in CI; ``asked`` is what a command keeps of Git's answers that only looks,
    ``indexes`` are its indexes, and ``beliefs`` what was answered of whether evidence is to be believed.
    """

    project: Project
    progress: Progress
    choices: RunOptions = field(default_factory=RunOptions)
    forges: Mapping[str, Forge] = field(default_factory=dict)
    branch_forges: Mapping[str, Forge] = field(default_factory=dict)
    event: Event | None = None
    asked: Asked | None = None
    beliefs: Beliefs = field(default_factory=Beliefs)
    tells: Callable[[str], None] | None = None
    indexes: dict[str, SimpleIndex] = field(default_factory=dict)

    def tell(self, line: str) -> None:
        """Say *line*, which a person must see: a line of progress may be passed over."""
        (self.tells or self.progress)(line)

    def repository(self, package: Package) -> GitRepository:
        """Return the package's repository."""
        # A runner checks one repository out, and calls it origin.
        branches, of_tags = ("origin", None) if self.event is not None else (package.remote, package.tag_remote)
        return GitRepository(self.project.where(package), self.project.environ, branches, self.asked, of_tags)

    def ledger(self, package: Package) -> SharedLedger:
        """Return the package's ledger."""
        from releasegate.app.ledgers import ledger

        return ledger(self, package)

    @contextmanager
    def shared(self, package: Package) -> Iterator[None]:
        """Know what other machines have proven, and let them know what comes out of the block, a failure too.

        Raises:
            Unavailable: a remote does not answer.
            Refused: evidence carries no signature that Git verifies, where it must.
        """
        self.pull(package)
        try:
            yield
        except BaseException:
            try:
                self._push(package)
            except ReleasegateError as error:
                self.progress(f"{error.problem} {error.hint}.")
            raise
        self._push(package)

    def _push(self, package: Package) -> None:
        for line in self.ledger(package).push():
            self.tell(line)

    def pull(self, package: Package) -> None:
        """Add other machines' evidence to the ledgers here: the package's, and those of the packages that it fits."""
        from releasegate.app.checkout import explained

        for each in self.project.settings.packages:
            try:
                for line in self.ledger(each).pull():
                    self.tell(line)
            except ReleasegateError as error:
                # The repository of a companion need not be here.
                if each.name == package.name:
                    raise explained(self, error) from error

    def index(self, name: str) -> SimpleIndex:
        """Return the index that the configuration calls *name*; where a command only looks, it remembers."""
        from releasegate.adapters.index.package_index import SimpleIndex

        if name in self.indexes:
            return self.indexes[name]
        config, folder = self.project.settings.indexes[name], self._folder("tmp")
        made = SimpleIndex(config, environ=self.project.environ, workdir=folder, prompt=self.choices.prompt)
        return made if self.asked is None else self.indexes.setdefault(name, made.remembering())

    def builds(self, *, of: str = "dist") -> LocalBuilds:
        """Return the builds that are kept here, *of* releases or of other work; a job that takes them makes none."""
        from releasegate.adapters.build.kept import LocalBuilds
        from releasegate.adapters.build.taken import TakenBuilds

        part = self.choices.part
        kept = LocalBuilds if part is None or part.job == "build" else TakenBuilds
        return kept(self.project.state / of, self.repository, self._dependencies(), self.project.environ)

    def install_checker(self, delivery: Delivery) -> VenvInstallChecker:
        """Return the install checker; nothing but the named packages comes from the staging index to it."""
        from releasegate.adapters.venvs.install_check import VenvInstallChecker

        missing = "leave out" if self.choices.only_available else "stop"
        return VenvInstallChecker(
            self._folder("tmp"),
            self._dependencies(),
            self.project.environ,
            self._staging_hosts(delivery),
            missing=missing,  # type: ignore[arg-type]
        )

    def runner(self, delivery: Delivery) -> EndToEndRunner:
        """Return the runner in containers for the pair of the project's stack, else of processes on loopback."""
        from releasegate.adapters.processes.runner import ProcessRunner

        if self.project.settings.in_stack(delivery.package.name):
            from releasegate.app.container_runner import ContainerOptions, container_runner

            return container_runner(
                self.project,
                self.choices.containers or ContainerOptions(),
                run=self.run_context,
                dependencies=self.index(self.project.settings.dependencies),
                staging_hosts=self._staging_hosts(delivery),
            )

        def checkout(which: Package, commit: str) -> AbstractContextManager[Path]:
            return self.repository(which).clean_checkout(commit)

        hosts = self._staging_hosts(delivery)
        return ProcessRunner(self._folder("tmp"), self._dependencies(), self.project.environ, checkout, hosts)

    def consumed(self, package: Package) -> Consumed:
        """Ask the world for every version of *package* that was ever used, and Git which are of another line."""
        from releasegate.app.package_state import consumed

        return consumed(self, package)

    def package_state(self, package: Package) -> PackageState:
        """Return where *package* stands; raises ``ReleasegateError`` where its version files do not agree."""
        from releasegate.app.package_state import package_state

        return package_state(self, package)

    def writer(self, ledgers: Callable[[str], Ledger] | None = None) -> LedgerWriter:
        """Return the writer of one run, over the packages' own ledgers where no others are given."""
        import uuid

        from releasegate.about import version
        from releasegate.adapters.clock import SystemClock
        from releasegate.core.evidence.belief import run_name
        from releasegate.ledger_writer import LedgerWriter

        def own(name: str) -> Ledger:
            return self.ledger(self.project.settings.package(name))

        run = run_name(uuid.uuid4().hex[:12], ci=self.event.run if self.event is not None else "")
        return LedgerWriter(ledgers or own, SystemClock(), run, version())

    def machine(self) -> LocalMachine:
        """Return the machine that runs."""
        from releasegate.adapters.machine import LocalMachine

        return LocalMachine(self.project.environ, self._folder("tmp"), self.choices.attended)

    def run_context(self) -> RunContext:
        """Return what the steps share."""
        from releasegate.adapters.clock import SystemClock
        from releasegate.adapters.files import FolderDownloadCache
        from releasegate.app.ledgers import companion_sources
        from releasegate.steps.release import RunContext

        settings = self.project.settings
        return RunContext(
            settings=settings,
            indexes={name: late(partial(self.index, name)) for name in (settings.staging, settings.production)},
            ports={p.name: self.ports(p) for p in settings.packages},
            consumed=self.consumed,
            companion_sources=partial(companion_sources, self),
            clock=SystemClock(),
            machine=late(self.machine),
            downloads=FolderDownloadCache(self.project.state / "fetched"),
            progress=self.progress,
            event=self.event,
            part=self.choices.part,
        )

    def ports(self, package: Package) -> PackagePorts:
        """Return the ports of *package*."""
        from releasegate.steps.release import PackagePorts

        repository = self.repository(package)
        return PackagePorts(
            repository=repository,
            history=repository,
            builds=late(self.builds),
            ledger=late(partial(self.ledger, package)),
            install_checker=LateInstallChecker(self.install_checker),
            runner=LateRunner(self.runner),
            tools=late(self._tools),
            forge=self.forges.get(package.name),
            branch_forge=self.branch_forges.get(package.name),
        )

    def _tools(self) -> LocalTools:
        from releasegate.adapters.build.tools import LocalTools

        return LocalTools(self.project.environ, self.index(self.project.settings.dependencies))

    def _dependencies(self) -> str:
        from releasegate.adapters.index.addresses import addresses

        return addresses(self.project.settings.indexes[self.project.settings.dependencies]).simple

    def _staging_hosts(self, delivery: Delivery) -> frozenset[str]:
        """Return the hosts that no dependency may come from; one host may serve both indexes by path.

        The staging index is asked for its files' hosts only where the delivery came from it.
        """
        settings = self.project.settings
        staging = self.index(settings.staging)
        files = staging.file_hosts(delivery.package.name) if delivery.source == settings.staging else frozenset()
        return frozenset({staging.host, *files} - {self.index(settings.dependencies).host})

    def _folder(self, name: str) -> Path:
        (folder := self.project.state / name).mkdir(parents=True, exist_ok=True)
        return folder


def open_workspace(folder: Path, environ: Mapping[str, str], progress: Progress, choices: RunOptions) -> Workspace:
    """Return the workspace of the project in *folder*, on a laptop as on a CI runner.

    Raises:
        ConfigurationError: there is no project, its configuration is wrong, or the runner's event cannot be read.
    """
    project = load(folder, environ=environ)
    event = event_of(environ)
    project = replace(project, environ={**environ, **git_environment(event, project.settings, environ)})
    if event is not None and not choices.companions:
        choices = replace(choices, companions=named_in(event.inputs or {}, project.settings))
    packages = project.settings.packages
    forges = opened_forges({p.name: as_read(p, environ) for p in packages}, environ, choices.prompt)
    branch_forges = opened_forges({p.name: p.branch_forge for p in packages}, environ, choices.prompt)
    return Workspace(project, progress, choices, forges, branch_forges, event)
