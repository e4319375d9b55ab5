"""What a session of Nox, or a command of ``releasegate``, does for one gate, and what it shows of each package."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from releasegate.core.errors import worst
from releasegate.frontends.commands.each_package import Failures, each_package, version_of

if TYPE_CHECKING:
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.frontends.options import Gate, Given
    from releasegate.frontends.screen.console import Screen


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
    """Return how a command ends in which these failed."""
    error = worst(failed.values())
    return error.exit_code if error is not None else 0


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

    return each_package(given, screen, one)


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

    return each_package(given, screen, one)


def _install_check(given: Given, screen: Screen) -> Failures:
    from releasegate.app import gates
    from releasegate.app.deliveries import Source

    source = Source(given["source"], version_of(given["version"]))

    def one(workspace: Workspace, package: Package) -> None:
        for cell in gates.install_check(workspace, package, source=source):
            hosts = sorted({origin.host or source.name for origin in cell.origins})
            tried = f": {cell.tried}" if cell.tried else ""
            origin = f" from {', '.join(hosts)}" if hosts else ""
            said = f"{cell.verdict} ({cell.seconds:.0f} s){origin}{tried}"
            screen.tell(f"{package.name}: {cell.cell}: {said}")
            for problem in cell.problems:
                screen.tell(f"  {problem}")

    return each_package(given, screen, one)


def _end_to_end(given: Given, screen: Screen) -> Failures:
    from releasegate.frontends.commands.end_to_end_gate import end_to_end

    return end_to_end(given, screen)


_RUN: Mapping[str, Callable[[Given, Screen], Failures]] = {
    "versions": _versions,
    "build": _build,
    "install_check": _install_check,
    "e2e": _end_to_end,
}
