"""Nox sessions: ``from releasegate.frontends.nox import sessions; sessions()`` is a user's whole ``noxfile.py``."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NoReturn

import nox
from packaging.version import Version

from releasegate.app import gates
from releasegate.app.container_runner import cells
from releasegate.app.deliveries import Source, recorded, stated
from releasegate.app.gates import EndToEndRequest
from releasegate.app.project import Project
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.config.model import Package
from releasegate.core.errors import ConfigurationError, GateFailed, ReleasegateError
from releasegate.core.release.versions import parse_version
from releasegate.frontends import cells as matrix
from releasegate.frontends.console import Screen, clean_up_when_ended


def sessions(prefix: str = "") -> None:
    """Register the sessions ``versions``, ``build``, ``install_check`` and ``e2e``, with *prefix* before each name."""
    for run in (versions, build, install_check, e2e):
        nox.session(name=f"{prefix}{run.__name__}", venv_backend="none", default=False)(run)


def versions(session: nox.Session) -> None:
    """Every version file says the same, the tag at HEAD too."""
    parser = _parser("versions")
    _add_folder(parser)
    parser.add_argument("--tag", help="a tag that the version files must agree with")
    with _told(session) as screen:
        options = parser.parse_args(session.posargs)

        def one(workspace: Workspace, package: Package) -> None:
            for occurrence in gates.versions(workspace, package, tag=options.tag):
                screen.say(f"{package.name}: {occurrence}")

        _each(session, screen, options, one)


def build(session: nox.Session) -> None:
    """One wheel and one sdist of the commit, audited, with a manifest."""
    parser = _parser("build")
    _add_folder(parser)
    with _told(session) as screen:
        options = parser.parse_args(session.posargs)

        def one(workspace: Workspace, package: Package) -> None:
            gates.build(workspace, package, watch=screen)
            release = stated(workspace, package)
            for artifact in release.manifest().artifacts:
                path = release.ports.builds.path(package, release.version, artifact)
                screen.say(f"  {artifact.sha256}  {artifact.size:>9}  {os.path.relpath(path)}")

        _each(session, screen, options, one)


def install_check(session: nox.Session) -> None:
    """Install wheel and sdist on every Python and try them."""
    parser = _parser("install_check")
    _add_folder(parser)
    _add_source(parser)
    parser.add_argument("--only-available", action="store_true", help="leave out interpreters that are not here")
    with _told(session) as screen:
        options = parser.parse_args(session.posargs)

        def one(workspace: Workspace, package: Package) -> None:
            source = Source(options.source, _number(options.version))
            for cell in gates.install_check(workspace, package, source=source):
                hosts = sorted({origin.host or options.source for origin in cell.origins})
                screen.say(
                    f"{package.name}: {cell.cell}: {cell.verdict} ({cell.seconds:.0f} s) from {', '.join(hosts)}"
                )
                for problem in cell.problems:
                    screen.say(f"  {problem}")

        _each(session, screen, options, one)


def e2e(session: nox.Session) -> None:
    """Run every package with its companion, end to end; a NetBox plugin and its backend in containers."""
    parser = _parser("e2e")
    parser.add_argument("--source", action="append", help="dist, local, testpypi, pypi or another configured index")
    parser.add_argument("--version", help="a version instead of the stated one")
    parser.add_argument("--backend-source", help="where the companion comes from; as --source")
    parser.add_argument("--backend-version", help="the companion's version")
    parser.add_argument("--record", action="store_true", help="make the verdicts evidence of the version (CI)")
    matrix.add_options(parser)
    with _told(session) as screen:
        options = parser.parse_args(session.posargs)
        workspace = open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions(containers=matrix.asked(options)))
        settings = workspace.project.settings
        sources = _sources(workspace, options)
        if options.plan:
            found = cells(workspace.project, workspace.choices.containers, sources=sources)
            matrix.show_plan(screen, found, form=options.plan, rest=_shared(options))
            return
        if settings.stack is not None and options.package is None:
            options.package = settings.stack.plugin

        def one(workspace: Workspace, package: Package) -> None:
            if not settings.judged(package.name):
                screen.say(f"{package.name}: not run, it declares no end-to-end command")
                return
            backend = None
            if options.backend_source is not None:
                backend = Source(options.backend_source, _number(options.backend_version))
            choices = RunOptions(companion=options.backend_version, containers=matrix.asked(options))
            chosen, shown = replace(workspace, choices=choices), partial(matrix.show_report, screen)
            failed: list[GateFailed] = []
            for name in sources:
                asked = EndToEndRequest(Source(name, _number(options.version)), backend, recorded=options.record)
                try:
                    report = gates.end_to_end(chosen, package, asked, told=shown)
                    screen.say(f"{package.name}: {report.verdict} ({report.seconds:.0f} s)")
                except GateFailed as error:
                    failed.append(error)
            for other in failed[1:]:
                screen.error(other)
            if failed:
                raise failed[0]

        _each(session, screen, options, one)


def _sources(workspace: Workspace, options: argparse.Namespace) -> list[str]:
    """Return where the package is to come from; what is recorded is about the index that its version is proven from."""
    if options.record:
        options.package, source = recorded(workspace, options.package)
        return options.source or [source]
    stack = workspace.project.settings.stack
    return options.source or (["dist"] if stack is None else list(stack.sources))


def _shared(options: argparse.Namespace) -> list[str]:
    """Return the options that every cell of a plan is run with."""
    given = {
        "--package": options.package,
        "--version": options.version,
        "--backend-source": options.backend_source,
        "--backend-version": options.backend_version,
    }
    words = [word for name, value in given.items() if value for word in (name, value)]
    return [*words, *(["--blame"] if options.blame else [])]


def _number(text: str | None) -> Version | None:
    """Return the version that an option names; raises ``ConfigurationError`` where it names none."""
    version = parse_version(text)
    if text and version is None:
        raise ConfigurationError(f"{text!r} is not a version.", hint="Write it as X.Y.Z or X.Y.ZrcN")
    return version


class _Parser(argparse.ArgumentParser):
    """Arguments after ``--``; a wrong one is an error with a hint, not an exit."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the arguments."""
        raise ConfigurationError(f"nox -s {self.prog}: {message}.", hint=self.format_usage().strip())


def _parser(name: str) -> argparse.ArgumentParser:
    parser = _Parser(prog=name, add_help=False, allow_abbrev=False)
    parser.add_argument("--package", help="one package instead of all")
    return parser


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--path", type=Path, help="where that package is, instead of the configured folder")


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", default="dist", help="dist, local, testpypi, pypi or another configured index")
    parser.add_argument("--version", help="a version instead of the stated one")


def _each(
    session: nox.Session, screen: Screen, options: argparse.Namespace, one: Callable[[Workspace, Package], None]
) -> None:
    """Run a gate for every selected package; one that fails does not keep the others from being judged."""
    choices = RunOptions(only_available=getattr(options, "only_available", False))
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, choices)
    if getattr(options, "path", None) is not None:
        workspace = replace(workspace, project=_moved(workspace.project, options))
    failed: list[str] = []
    for package in workspace.project.select(options.package):
        try:
            one(workspace, package)
        except ReleasegateError as error:
            screen.error(error)
            failed.append(package.name)
    if failed:
        session.error(f"not passed: {', '.join(failed)}")


def _moved(project: Project, options: argparse.Namespace) -> Project:
    """Return *project* with the one selected package in the folder that was given."""
    chosen: Sequence[Package] = project.select(options.package)
    if len(chosen) != 1:
        raise ConfigurationError("--path needs to know which package is there.", hint="Add --package NAME")
    where = PurePosixPath(os.path.relpath(options.path.resolve(), project.root))
    packages = tuple(replace(p, path=where) if p is chosen[0] else p for p in project.settings.packages)
    return replace(project, settings=replace(project.settings, packages=packages))


@contextmanager
def _told(session: nox.Session) -> Iterator[Screen]:
    """Yield the screen; an error is shown there, once and whole, and ends the session as failed."""
    # Nox shows every library's debug lines; they would bury the few lines that are for people.
    for library in ("urllib3", "filelock", "requests", "keyring", "docker"):
        logging.getLogger(library).setLevel(logging.WARNING + 1)
    screen = Screen()
    clean_up_when_ended()
    try:
        yield screen
    except ReleasegateError as error:
        screen.error(error)
        session.error(f"{error.verdict}, see above")
