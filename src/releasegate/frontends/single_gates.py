"""What a session of Nox, or a command of ``releasegate``, does for one gate: run it for every package, and show it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Self, TypeAlias

from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.nearest import meant
from releasegate.frontends.endings import as_told

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.app.deliveries import Source
    from releasegate.app.project import Project
    from releasegate.core.config.model import Package, Settings
    from releasegate.core.release.companion import ByHand
    from releasegate.frontends.console import Screen
    from releasegate.frontends.options import Gate, Given

_BACKEND = "--backend-version"

Failures: TypeAlias = Mapping[str, ReleasegateError]
"""What did not pass, by package; all of it is shown already."""


def judge(gate: Gate, given: Given, screen: Screen) -> Failures:
    """Run the gate for every package that is asked for, and return those that did not pass.

    Raises:
        ReleasegateError: nothing could be judged.
    """
    failed = _RUN[gate.name](given, screen)
    if failed:
        from releasegate.app.reports import problem_of
        from releasegate.core.report.model import AnswerReport, PackageReport, Report

        wrong = ((name, AnswerReport(gate.name, problem_of(error))) for name, error in failed.items())
        told = tuple(PackageReport(name, in_the_way=(answer,)) for name, answer in wrong)
        screen.report = Report("run", (*(screen.report.packages if screen.report else ()), *told))
    return failed


def exit_code(failed: Failures) -> int:
    """Return how a command ends: what is certain (a lower code) goes before what may pass when it is run again."""
    return min((error.exit_code for error in failed.values()), default=0)


def told(failed: Failures) -> str:
    """Return in one line what did not pass and in which way, with the code that ``releasegate`` ends with for it."""
    named = (f"{name}: {error.verdict} (exit code {error.exit_code})" for name, error in failed.items())
    return f"not passed: {', '.join(named)}"


def _versions(given: Given, screen: Screen) -> Failures:
    from releasegate.app.version_gate import versions

    def one(workspace: Workspace, package: Package) -> None:
        found = versions(workspace, package, tag=given["tag"])
        for occurrence in found:
            screen.detail(f"{package.name}: {occurrence}")
        if not found:
            screen.detail(f"{package.name}: nothing states a version yet: no tag begins with {package.tag_prefix!r}")
        if screen.loudness == "quiet":
            screen.tell(f"{package.name}: pass")

    return _each(given, screen, one)


def _build(given: Given, screen: Screen) -> Failures:
    from releasegate.app import gates
    from releasegate.app.deliveries import checked_out

    def one(workspace: Workspace, package: Package) -> None:
        *_, audit = gates.build(workspace, package, watch=screen)
        for lock, said in audit.evidence.get("locks", {}).items():
            if said != "current":  # that nobody was asked is no finding, and nothing that passes in silence
                screen.tell(f"{package.name}: {lock}: {said}")
        release = checked_out(workspace, package)
        for artifact in release.manifest().artifacts:
            path = release.ports.builds.path(package, release.version, artifact)
            screen.detail(f"  {artifact.sha256}  {artifact.size:>9}  {os.path.relpath(path)}")

    return _each(given, screen, one)


def _install_check(given: Given, screen: Screen) -> Failures:
    from releasegate.app import gates
    from releasegate.app.deliveries import Source

    source = Source(given["source"], _number(given["version"]))

    def one(workspace: Workspace, package: Package) -> None:
        for cell in gates.install_check(workspace, package, source=source):
            hosts = sorted({origin.host or source.name for origin in cell.origins})
            tried = f": {cell.tried}" if cell.tried else ""
            origin = f" from {', '.join(hosts)}" if hosts else ""
            said = f"{cell.verdict} ({cell.seconds:.0f} s){origin}{tried}"
            screen.tell(f"{package.name}: {cell.cell}: {said}")
            for problem in cell.problems:
                screen.tell(f"  {problem}")

    return _each(given, screen, one)


def _e2e(given: Given, screen: Screen) -> Failures:
    from releasegate.app import gates
    from releasegate.app.container_runner import cells as planned
    from releasegate.app.deliveries import Source
    from releasegate.core.release.companion import for_whom
    from releasegate.frontends import cells

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
    version, backends = _number(given["version"]), beside.given()
    handed = Path(given["given"]) if given["given"] else None

    def one(opened: Workspace, each: Package) -> None:
        if not settings.judged(each.name):
            screen.tell(f"{each.name}: not run, it declares no end-to-end command")
            return
        choices = RunOptions(beside.versions, _BACKEND, containers=asked)
        chosen, shown = replace(opened, choices=choices), partial(cells.show_report, screen, each.name)
        failed: list[ReleasegateError] = []
        for name in sources:
            request = gates.EndToEndRequest(Source(name, version), backends, recorded=given["record"], given=handed)
            try:
                report = gates.end_to_end(chosen, each, request, told=shown)
                screen.tell(f"{each.name}: {report.verdict} ({report.seconds:.0f} s)")
            except ReleasegateError as error:
                failed.append(error)
        # What is certain goes before what may pass when it is run again.
        failed.sort(key=lambda error: error.exit_code)
        for other in failed[1:]:
            screen.error(other)
        if failed:
            raise failed[0]

    return _each({**given, "package": package, "path": None}, screen, one)


@dataclass(frozen=True)
class _Backends:
    """What the options say of the companions ``known``: where each comes from, and which version it is."""

    sources: ByHand
    versions: ByHand
    known: frozenset[str]

    @classmethod
    def of(cls, settings: Settings, given: Given) -> Self:
        """Return what was given; raises ``ConfigurationError`` where it makes no sense."""
        from releasegate.core.release.companion import by_hand

        known = frozenset(name for _, name in settings.edges)
        sources = by_hand(given["backend_source"] or (), option="--backend-source", known=known)
        versions = by_hand(given["backend_version"] or (), option=_BACKEND, known=known)
        for version in versions.values():
            _number(version)
        return cls(sources, versions, known)

    def given(self) -> Mapping[str, Source]:
        """Return the source of each companion that no rule is to pick."""
        from releasegate.app.deliveries import Source
        from releasegate.core.release.companion import said_of

        named = {name: source for name in self.known if (source := said_of(self.sources, name))}
        return {name: Source(source, _number(said_of(self.versions, name))) for name, source in named.items()}


_RUN: Mapping[str, Callable[[Given, Screen], Failures]] = {
    "versions": _versions,
    "build": _build,
    "install_check": _install_check,
    "e2e": _e2e,
}


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
    from releasegate.app.deliveries import recorded

    if given["record"]:
        package, source = recorded(workspace, given["package"])
        return package, given["source"] or (source,)
    stack = workspace.project.settings.stack
    return given["package"], given["source"] or (("dist",) if stack is None else stack.sources)


def _number(text: str | None) -> Version | None:
    """Return the version that an option names; raises ``ConfigurationError`` where it names none."""
    from releasegate.core.release.versions import parse_version

    version = parse_version(text)
    if text and version is None:
        raise ConfigurationError(f"{text!r} is not a version.", hint="Write it as X.Y.Z or X.Y.ZrcN")
    return version


def _each(given: Given, screen: Screen, one: Callable[[Workspace, Package], None]) -> Failures:
    """Run a gate for every selected package; one that fails does not keep the others from being judged."""
    choices = RunOptions(only_available=given.get("only_available", False))
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, choices)
    screen.folders = workspace.project.folders
    if given["path"] is not None:
        workspace = replace(workspace, project=_moved(workspace.project, given))
    failed: dict[str, ReleasegateError] = {}
    packages = workspace.project.select(given["package"])
    for number, package in enumerate(packages, start=1):
        screen.at(number, len(packages), package.name)
        try:
            one(workspace, package)
        except (ReleasegateError, OSError) as error:
            failed[package.name] = as_told(error)
            screen.error(failed[package.name])
    return failed


def _moved(project: Project, given: Given) -> Project:
    """Return *project* with the one selected package in the folder that was given."""
    chosen: Sequence[Package] = project.select(given["package"])
    if len(chosen) != 1:
        raise ConfigurationError("--path needs to know which package is there.", hint="Add --package NAME")
    if not Path(given["path"]).is_dir():
        raise ConfigurationError(f"{given['path']} is no folder.", hint="Name the folder of the package's repository")
    where = PurePosixPath(os.path.relpath(Path(given["path"]).resolve(), project.root))
    packages = tuple(replace(p, path=where) if p is chosen[0] else p for p in project.settings.packages)
    return replace(project, settings=replace(project.settings, packages=packages))
