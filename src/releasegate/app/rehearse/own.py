"""The rehearsal of one's own packages, as they lie here: their next candidates and finals, on embedded servers."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.ledger.files import FileLedger
from releasegate.app.container_runner import ContainerOptions
from releasegate.app.orders import Order
from releasegate.app.outcomes import Recorder
from releasegate.app.project import Project
from releasegate.app.rehearse.ends import as_waived, is_over, without_end_to_end
from releasegate.app.rehearse.of_users import publish
from releasegate.app.rehearse.sandbox import OpenSandbox, Sandbox
from releasegate.app.rehearse.scenario import (
    Reporter,
    ScenarioResult,
    ScenarioStep,
    prepare,
    release_in,
    run_scenario,
)
from releasegate.app.workspace import RunOptions
from releasegate.core.config.keys import Package, Settings
from releasegate.core.enumerated import counted
from releasegate.core.errors import ConfigurationError
from releasegate.core.release.plan import PipelineName


@dataclass(frozen=True)
class _Home:
    """A repository that packages lie in: its folder here, and what its clone is called."""

    folder: Path
    name: str


def rehearse_own(
    project: Project, *, folder: Path, reporter: Reporter, asked: ContainerOptions, contained: bool
) -> ScenarioResult:
    """Release every package of *project* as its next candidate, and then as its final.

    Clones are released, with what is not committed yet; the indexes hold what users have today, as far as the real one
    answers. Where *contained* is false, end-to-end gates are waived, and the record says so.

    Raises:
        ReleasegateError: a package is not checked out here, or a gate does not pass.
    """
    homes = _homes(project)
    settings = _moved(project, homes)
    if not contained:
        settings = replace(settings, stack=None)
    names = {package: home.name for package, home in homes.items()}
    sandbox = Sandbox(folder, settings, project.environ, RunOptions(containers=asked), names)
    recorder = Recorder(reporter)
    prepare(sandbox, lambda: _set_up(sandbox, project.state / "ledger", homes, reporter))

    def step(pipeline: PipelineName, package: Package) -> ScenarioStep:
        order = Order(pipeline, package.name)

        def performed(opened: OpenSandbox) -> None:
            if not contained:
                without_end_to_end(opened, order, package)
            release_in(opened, order, recorder)

        flag = "--rc " if pipeline == "rc" else ""
        title = f"invoke release {flag}--package {package.name}"
        return ScenarioStep(title, lambda opened: is_over(opened, package, pipeline), performed)

    steps = tuple(step(pipeline, p) for pipeline in ("rc", "final") for p in settings.packages)
    return run_scenario(sandbox, steps, recorder)


def _homes(project: Project) -> dict[str, _Home]:
    """Return the repository of each package; those of one folder's name are told apart by a number."""
    found: dict[str, _Home] = {}
    names: dict[Path, str] = {}
    for package in project.settings.packages:
        where = project.where(package)
        top = next((each for each in (where, *where.parents) if (each / ".git").exists()), None)
        if top is None:
            raise ConfigurationError(
                f"{package.name} is not checked out in {package.path}.", hint="Clone it there, then run it again"
            )
        if top not in names:
            alike = sum(each.name == top.name for each in names)
            names[top] = f"{top.name}-{alike + 1}" if alike else top.name
        found[package.name] = _Home(top, names[top])
    return found


def _moved(project: Project, homes: Mapping[str, _Home]) -> Settings:
    """Return the settings as they hold for clones that lie beside each other."""

    def moved(package: Package) -> Package:
        home = homes[package.name]
        inside = project.where(package).relative_to(home.folder)
        return replace(package, path=PurePosixPath(home.name, *inside.parts))

    return replace(project.settings, packages=tuple(map(moved, project.settings.packages)))


def _set_up(sandbox: Sandbox, ledgers: Path, homes: Mapping[str, _Home], reporter: Reporter) -> None:
    sandbox.work.mkdir()
    planted: set[str] = set()
    for package in sandbox.settings.packages:
        home = homes[package.name]
        if home.name not in planted:
            planted.add(home.name)
            reporter.heading(f"{home.folder.name} as it lies here")
            _clone(sandbox, package, home, reporter)
    with sandbox.open(reporter) as opened:
        for package in sandbox.settings.packages:
            publish(opened, sandbox, package, reporter)
            as_waived(opened, package, FileLedger(ledgers / package.name))


def _clone(sandbox: Sandbox, package: Package, home: _Home, reporter: Reporter) -> None:
    """Make a clone on the release branch, with a bare remote, and commit what is not committed here."""
    clone, remote = sandbox.clone(package), sandbox.remote(package)
    remote.parent.mkdir(parents=True, exist_ok=True)
    head = GitRepository(home.folder, environ=sandbox.environ).head()
    sandbox.git(sandbox.folder, "clone", "-q", "--bare", "--no-hardlinks", str(home.folder), str(remote))
    sandbox.git(sandbox.folder, "clone", "-q", str(remote), str(clone))
    sandbox.git(clone, "checkout", "-q", "-B", package.branch, head)
    changed = [line for line in sandbox.git(home.folder, "status", "--porcelain", "-z", "-uall").split("\0") if line]
    if changed:
        count = counted(len(changed), "file that is not committed is", "files that are not committed are")
        reporter.heading(f"{count} part of it")
        here = sandbox.git(home.folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        _copy(home.folder, clone, {*here.split("\0"), *sandbox.git(clone, "ls-files", "-z").split("\0")} - {""})
        sandbox.git(clone, "add", "--all")
        sandbox.git(clone, "commit", "-q", "--allow-empty", "-m", "what is not committed yet")
    sandbox.git(clone, "push", "-q", "--force", "origin", package.branch)


def _copy(here: Path, clone: Path, names: Collection[str]) -> None:
    """Let the clone hold the files of these names as they are here; one that is not here is gone there, too."""
    for name in sorted(names):
        file, target = here / name, clone / name
        copied = file.is_symlink() or file.is_file()
        if target.is_symlink() or target.is_file():
            target.unlink()  # a link to a folder, too: nothing is written through it
        elif copied and target.is_dir():
            shutil.rmtree(target)
        if copied:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target, follow_symlinks=False)
