"""The end-to-end gate by itself: its cells or their plan, and where each side of a run comes from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from releasegate.app import deliveries, gates
from releasegate.app.container_runner import cells as planned
from releasegate.app.deliveries import Source
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.errors import ConfigurationError, ReleasegateError, worst
from releasegate.core.nearest import meant
from releasegate.core.release.companion import by_hand, for_whom, said_of
from releasegate.frontends.commands import cells
from releasegate.frontends.commands.each_package import Failures, each_package, version_of

if TYPE_CHECKING:
    from releasegate.core.config.keys import Package, Settings
    from releasegate.core.release.companion import ByHand
    from releasegate.frontends.options import Given
    from releasegate.frontends.screen.console import Screen
    from releasegate.ports import EndToEndReport

_BACKEND = "--backend-version"


def end_to_end(given: Given, screen: Screen) -> Failures:
    """Run every package that is asked for from each source, or show the plan of that; return what did not pass.

    Raises:
        ReleasegateError: what was asked for makes no sense, or nothing could be judged.
    """
    asked = cells.asked(given)
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions(containers=asked))
    settings = workspace.project.settings
    package, sources = _sources(workspace, given)
    if given["plan"]:
        found = planned(workspace.project, asked, sources=sources)
        cells.show_plan(screen, found, form=given["plan"], rest=cells.shared({**given, "package": package}))
        return {}
    if package is None:
        package = settings.calling()
    _require_stack(settings, given)
    beside = _Backends.of(settings, given)
    _require_sources(settings, [*sources, *beside.sources.values()])
    for_whom(beside.versions, workspace.project.select(package), option=_BACKEND)
    version, backends = version_of(given["version"]), beside.given()
    handed = Path(given["given"]) if given["given"] else None

    def one(opened: Workspace, each: Package) -> None:
        if not settings.judged(each.name):
            screen.tell(f"{each.name}: not run, it declares no end-to-end command")
            return
        choices = RunOptions(beside.versions, _BACKEND, containers=asked)
        chosen, shown = replace(opened, choices=choices), partial(cells.show_report, screen, each.name)
        requests = (
            gates.EndToEndRequest(Source(name, version), backends, recorded=given["record"], given=handed)
            for name in sources
        )
        runs = (partial(gates.end_to_end, chosen, each, request, told=shown) for request in requests)
        _judge(screen, each.name, runs)

    return each_package({**given, "package": package, "path": None}, screen, one)


def _judge(screen: Screen, name: str, runs: Iterable[Callable[[], EndToEndReport]]) -> None:
    """Do all *runs* of a package; raises the error of one that failed, the others' are shown."""
    failed: list[ReleasegateError] = []
    for run in runs:
        try:
            report = run()
            screen.tell(f"{name}: {report.verdict} ({report.seconds:.0f} s)")
        except ReleasegateError as error:
            failed.append(error)
    told = worst(failed)
    for other in failed:
        if other is not told:
            screen.error(other)
    if told is not None:
        raise told


@dataclass(frozen=True)
class _Backends:
    """What the options say of the companions ``known``: where each comes from, and which version it is."""

    sources: ByHand
    versions: ByHand
    known: frozenset[str]

    @classmethod
    def of(cls, settings: Settings, given: Given) -> Self:
        """Return what was given; raises ``ConfigurationError`` where it makes no sense."""
        known = frozenset(name for _, name in settings.edges)
        sources = by_hand(given["backend_source"] or (), option="--backend-source", known=known)
        versions = by_hand(given["backend_version"] or (), option=_BACKEND, known=known)
        for version in versions.values():
            version_of(version)
        return cls(sources, versions, known)

    def given(self) -> Mapping[str, Source]:
        """Return the source of each companion that no rule is to pick."""
        named = {name: source for name in self.known if (source := said_of(self.sources, name))}
        return {name: Source(source, version_of(said_of(self.versions, name))) for name, source in named.items()}


def _require_stack(settings: Settings, given: Given) -> None:
    """Raise ``ConfigurationError`` for an option that chooses cells where there are none to choose, or says nothing."""
    if given["given"] and not given["record"]:
        raise ConfigurationError(
            "--given is the folder for what --record records.", hint="Add --record, or leave it out"
        )
    chosen = [f"--{name}" for name in ("python", "path", "from") if given[name]]
    if chosen and settings.stack is None:
        raise ConfigurationError(
            f"{', '.join(chosen)} chooses cells of a stack, and there is none here.",
            hint="Leave it out, or add the table [tool.releasegate.stack]",
        )


def _require_sources(settings: Settings, names: Sequence[str]) -> None:
    """Raise ``ConfigurationError`` for a source that there is not."""
    known = ("dist", "local", *settings.indexes)
    for name in names:
        if name not in known:
            raise ConfigurationError(f"There is no source {name}.", hint=meant(name, known))


def _sources(workspace: Workspace, given: Given) -> tuple[str | None, Sequence[str]]:
    """Return the package, and where it is to come from.

    What is recorded is about the index that the package's version is proven from.
    """
    if given["record"]:
        package, source = deliveries.recorded(workspace, given["package"])
        return package, given["source"] or (source,)
    stack = workspace.project.settings.stack
    return given["package"], given["source"] or (("dist",) if stack is None else stack.sources)
