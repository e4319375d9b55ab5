"""The container runner of a project: what it is given, and what is kept for it between runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.core.e2e.matrix import Wanted
from releasegate.core.enumerated import counted
from releasegate.core.errors import ConfigurationError, NotYet, Unavailable

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.adapters.containers.engine import ContainerEngine
    from releasegate.adapters.containers.runner import ContainerRunner
    from releasegate.app.project import Project
    from releasegate.core.config.stack import Stack
    from releasegate.core.e2e.matrix import Cell
    from releasegate.ports import Delivery, Index
    from releasegate.steps.release import RunContext


@dataclass(frozen=True)
class ContainerOptions:
    """What a person asked of the containers: which cells, who broke it where they fail, and what stays."""

    wanted: Wanted = field(default_factory=Wanted)
    blame: bool = False
    only_available: bool = False
    keep: bool = False


def stack_of(project: Project) -> Stack:
    """Return the project's stack.

    Raises:
        ConfigurationError: it has none.
    """
    if project.settings.stack is None:
        raise ConfigurationError(
            "This project configures no stack.", hint="Add [tool.releasegate.stack]; docs/reference.md lists its keys"
        )
    return project.settings.stack


def cells(project: Project, asked: ContainerOptions, *, sources: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells of the stack's matrix that were asked for.

    Raises:
        ConfigurationError: there is no stack, or something is asked for that cannot be.
    """
    from releasegate.core.e2e.matrix import matrix

    return matrix(stack_of(project), replace(asked.wanted, sources=tuple(sources)))


def container_runner(
    project: Project,
    asked: ContainerOptions,
    *,
    run: Callable[[], RunContext],
    dependencies: Index,
    staging_hosts: frozenset[str],
) -> ContainerRunner:
    """Return the runner of the project's stack; all but its packages comes from the index *dependencies*."""
    from releasegate.adapters.containers.runner import ContainerRunner
    from releasegate.adapters.kit_folders import kit_folders
    from releasegate.core.release.versions import parse_version
    from releasegate.steps.fetch import available, deliver

    def released(name: str, version: str | None) -> Delivery | None:
        run_context = run()
        production = run_context.indexes[project.settings.production]
        chosen = parse_version(version) or _today(project, production, name)
        if chosen is None:
            return None
        try:
            return deliver(run_context, project.settings.package(name), version=chosen, index=production)
        except NotYet:
            return None

    stack = stack_of(project)
    folders = kit_folders(stack.kit_name, beside=project.table)
    _require_checks(stack, folders.homes, project.table)
    return ContainerRunner(
        stack=stack,
        environ=project.environ,
        folders=folders,
        cache=cache_folder(),
        folder=project.state / "e2e",
        workplace=project.table,
        index=dependencies.simple_url,
        staging_hosts=staging_hosts,
        released=released,
        hosts=lambda name: available(dependencies, name),
        wanted=asked.wanted,
        blame=asked.blame,
        only_available=asked.only_available,
        keep=asked.keep,
    )


def _require_checks(stack: Stack, homes: Sequence[Path], table: Path) -> None:
    """Raise where nothing would be judged: the project's own suite, or the stack's, is not there."""
    if stack.suite is not None and not (table / stack.suite).is_dir():
        raise ConfigurationError(
            f"There is no folder {stack.suite} of checks.", hint="Correct suite in [tool.releasegate.stack], or make it"
        )
    if stack.suite is None and not any((home / "checks").is_dir() for home in homes[: stack.kit.suite.levels]):
        raise ConfigurationError(
            f"The stack {stack.kit_name} has no checks.", hint=f"Make {homes[0] / 'checks'}, with a test_*.py in it"
        )


def cache_folder() -> Path:
    """Return where migrated databases are kept, for all projects of this user."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("releasegate"))


def cached(project: Project, *, clear: bool) -> tuple[str, ...]:
    """Return what is kept between runs, a line a kind; with *clear*, after it was removed."""
    from releasegate.adapters.containers.database.databases import Databases
    from releasegate.adapters.containers.engine import opened
    from releasegate.adapters.containers.images.images import Images

    databases = Databases(cache_folder() / "databases", 0.0)
    with opened(project.environ) as engine:
        images = Images(engine)
        if clear:
            _require_alone(engine)
            gone, removed = databases.trim(0.0), images.trim(0.0)
            return (f"removed {counted(gone, 'database')} and {counted(removed, 'image')}",)
        count, size = databases.size()
        kept = images.kept()
        total = sum(int(image.attrs["Size"]) for image in kept)
    return (
        f"{counted(count, 'migrated database')}, {size / 2**20:.1f} MiB, in {databases.folder}",
        f"{counted(len(kept), 'image')}, {total / 2**30:.1f} GiB at the most, in the engine",
    )


def _require_alone(engine: ContainerEngine) -> None:
    """Raise where another run in the engine may be about to start what would be removed."""
    from releasegate.adapters.containers.runs import labels, sweep

    with labels.running(cache_folder() / "runs") as run:
        if others := sweep.living(engine.client, run):
            raise Unavailable(
                f"{', '.join(others)} may be running in this Docker engine, so no image is removed.",
                hint="Run the same command again when it has ended",
            )


def _today(project: Project, production: Index, name: str) -> Version | None:
    """Return the version that users have: of a companion the one that the configuration pairs with, else the newest."""
    from releasegate.core.release.versions import parse_version
    from releasegate.steps.fetch import newest

    named = (parse_version(each.default) for (_, other), each in project.settings.edges.items() if other == name)
    known = {file.version for file in production.files(name)}
    # Of several that call it, the configuration may pair each with another version: the newest is what they share.
    default = max((version for version in named if version is not None and version in known), default=None)
    return newest(production, name) if default is None else default
