"""What ``invoke status`` and ``invoke show`` show: where packages stand, and what is recorded of a version."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from releasegate.app.checkout import is_here, require_checkout
from releasegate.app.reports import record_of
from releasegate.app.status import status as status_of
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.release.versions import parse_version
from releasegate.core.report import terminal
from releasegate.core.report.model import PackageReport, Report
from releasegate.frontends.screen.console import Screen
from releasegate.frontends.screen.secret_prompt import token_prompt
from releasegate.steps.stated import declared


def looking(screen: Screen) -> Workspace:
    """Return the workspace of a command that changes nothing, and asks Git for each thing once."""
    options = RunOptions(prompt=token_prompt(screen, os.environ, looks=True))
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, options)
    screen.folders = workspace.project.folders
    return replace(workspace, asked={}, tells=screen.tell)


def hear(screen: Screen, workspace: Workspace, package: Package, heard: dict[str, str]) -> None:
    """Hear other machines' evidence, of each package once: what went wrong is *heard* by the package's name."""
    for each in workspace.project.settings.packages:
        if each.name in heard:
            continue
        heard[each.name] = ""
        if not is_here(workspace, each):
            # That it is not checked out is told with where it stands.
            continue
        try:
            for line in workspace.ledger(each).pull():
                workspace.tell(line)
        except ReleasegateError as error:
            heard[each.name] = error.problem
    if wrong := heard[package.name]:
        screen.tell(f"Other machines' evidence is not known: {wrong}")


def status(screen: Screen, *, package: str) -> int:
    """Show where every package stands, and the one next command; return the exit code of a look that failed."""
    workspace, found, heard = looking(screen), list[PackageReport](), dict[str, str]()
    packages = workspace.project.select(package or None)
    for number, each in enumerate(packages, start=1):
        screen.at(number, len(packages), f"looking where {each.name} stands")
        hear(screen, workspace, each, heard)
        found.append(screen.proposes(status_of(workspace, each)))
        screen.lines(terminal.status(found[-1], brief=screen.loudness == "quiet"))
        code = next((report.look.exit_code for report in found if report.look is not None), 0)
        screen.report = Report("status", tuple(found), exit_code=code)
    return code


def show(screen: Screen, *, package: str, version: str, as_markdown: bool) -> None:
    """Show what is recorded of a version, of each package the one that its version files state if none is named.

    Raises:
        ConfigurationError: what is named is no version, or has no record.
        Unavailable: a package is not checked out; what is recorded of the others is shown first.
    """
    require_one_form(screen, as_markdown=as_markdown)
    workspace, found, heard = looking(screen), list[PackageReport](), dict[str, str]()
    packages = workspace.project.select(package or None)
    named = parse_version(version)
    if version and (named is None or len(packages) > 1):
        wrong = f"{version!r} is not a version." if named is None else f"--version {version} may be of each package."
        raise ConfigurationError(wrong, hint="Say which: --package NAME --version X.Y.ZrcN")
    for each in filter(partial(is_here, workspace), packages):
        hear(screen, workspace, each, heard)
        which = named or declared(workspace.repository(each), each)
        report = record_of(workspace, each, which)
        if named is not None and not report.path and not report.cells:
            known = ", ".join(map(str, workspace.ledger(each).versions()[-8:])) or "none"
            raise ConfigurationError(
                f"Nothing is recorded of {each.name} {which}.", hint=f"The newest versions with a record: {known}"
            )
        found.append(PackageReport(each.name, versions=(report,)))
        screen.report = Report("record", tuple(found))
        if not as_markdown:
            screen.lines(terminal.record(report))
    if as_markdown and screen.report is not None:
        from releasegate.core.report import markdown

        screen.say(markdown.text(screen.report).rstrip())
    for each in packages:
        require_checkout(workspace, each)


def require_one_form(screen: Screen, *, as_markdown: bool) -> None:
    """Raise ``ConfigurationError`` where a report is wanted in two forms: there is one standard output."""
    if screen.as_json and as_markdown:
        raise ConfigurationError("--json and --markdown exclude each other.", hint="Give one of them")
