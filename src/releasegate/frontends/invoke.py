"""invoke tasks: ``from releasegate.frontends.invoke import ns`` is a user's whole ``tasks.py``."""

from __future__ import annotations

import getpass
import os
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task
from packaging.version import InvalidVersion, Version
from rich.table import Table

from releasegate.app import release as releasing
from releasegate.app.container_runner import ContainerOptions, cached
from releasegate.app.project import STATE, load
from releasegate.app.rehearse.proxbox import rehearse_proxbox
from releasegate.app.rehearse.sample import rehearse_sample
from releasegate.app.release import Order, Planned
from releasegate.app.status import status as status_of
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.e2e.matrix import Wanted
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.release.plan import Pipeline
from releasegate.engine import Outcome
from releasegate.frontends.asking import asked, shown
from releasegate.frontends.console import Screen
from releasegate.frontends.handover import adopt, workflows
from releasegate.journal import Waiver


@task(
    help={
        "rc": "the next candidate, proven on the staging index",
        "post": "the next post of the newest final",
        "package": "one package instead of all, in release order",
        "to": "the final to aim at, X.Y.Z",
        "companion": "the companion's version, by hand",
        "plan": "print the steps that would run, and run none",
        "yes": "do not ask before what cannot be taken back (CI)",
        "event": "do what the forge's event asks for that started this run (CI)",
        "until": "stop before the gate whose name begins so (e2e)",
    }
)
def release(  # noqa: PLR0913 - each is a flag of the command line
    _: Context,
    *,
    rc: bool = False,
    post: bool = False,
    package: str = "",
    to: str = "",
    companion: str = "",
    plan: bool = False,
    yes: bool = False,
    event: bool = False,
    until: str = "",
) -> None:
    """Release: the final, or with --rc the next candidate, or with --post the fix-forward."""
    with shown() as screen:
        if rc and post:
            raise ConfigurationError("--rc and --post exclude each other.", hint="Give one of them")
        if event and (rc or post or to):
            raise ConfigurationError("--event says what to release.", hint="Leave out --rc, --post and --to")
        workspace = _workshop(screen, companion)
        pipeline: Pipeline = "rc" if rc else "post" if post else "final"
        order = Order(pipeline, package or None, to or None, until=until)
        if event:
            order = releasing.ordered(workspace, package=package or None, until=until)
        if plan:
            for each in releasing.selected(workspace, order):
                workspace.pull(each)
                _show(screen)(releasing.plan(workspace, order, each))
            return
        outcomes: list[Outcome] = []
        watching = _Watching(screen, outcomes)
        confirm = (lambda _: True) if yes else _confirm(screen)
        try:
            releasing.release(workspace, order, watch=watching, confirm=confirm, planned=_show(screen))
        finally:
            if outcomes:
                screen.table(outcomes)


@task(help={"package": "one package instead of all"})
def status(_: Context, *, package: str = "") -> None:
    """Show where every package stands, what is consumed, what is missing, and the one next command."""
    with shown() as screen:
        workspace = _workshop(screen)
        for each in workspace.project.select(package or None):
            try:
                workspace.pull(each)
            except ReleasegateError as error:
                screen.say(f"Other machines' evidence is not known: {error.problem}")
            found = status_of(workspace, each)
            screen.say(f"{found.package}: {found.state}")
            for version_file in found.version_files:
                screen.say(f"  version file     {version_file}")
            for where, versions in found.consumed.items():
                newest = ", ".join(versions[-8:])
                more = f"(and {len(versions) - 8} older) " if len(versions) > 8 else ""  # noqa: PLR2004 - the same 8
                screen.say(f"  consumed  {where}: {more}{newest or 'nothing'}")
            screen.say(f"  missing   {found.missing}")
            screen.say(f"  next      {found.command}")


@task(
    help={
        "package": "the package",
        "version": "the one version that the waiver is for",
        "gate": "the gate, as the table of a run names it (e2e:staging)",
        "reason": "why it is taken on",
        "by": "who takes it on; you, if left out",
    }
)
def waive(_: Context, *, package: str, version: str, gate: str, reason: str, by: str = "") -> None:
    """Record that a person takes it on that a gate does not pass, for one version."""
    with shown() as screen:
        workspace = _workshop(screen)
        (which,) = workspace.project.select(package)
        try:
            number = Version(version)
        except InvalidVersion:
            raise ConfigurationError(f"{version!r} is not a version.", hint="Write it as X.Y.ZrcN") from None
        person = by or getpass.getuser()
        entry = releasing.waive(workspace, which, version=number, waiver=Waiver(gate, person, reason))
        screen.say(f"{which.name} {number}: {entry.line}")


@task(
    help={
        "pair": "sample (depends on nothing) or proxbox (the real pair, fetched from PyPI)",
        "keep": "leave the throw-away ground in place afterwards, to look at",
        "fresh": "begin anew, even where a rehearsal was interrupted",
        "netbox": "for proxbox: one NetBox instead of the configured ones",
        "path": "for proxbox: fresh or upgrade instead of both",
        "without_containers": "for proxbox: waive the end-to-end gates, where there is no Docker",
    }
)
def rehearse(  # noqa: PLR0913 - each is a flag of the command line
    _: Context,
    *,
    pair: str = "sample",
    keep: bool = False,
    fresh: bool = False,
    netbox: str = "",
    path: str = "",
    without_containers: bool = False,
) -> None:
    """Play whole releases on an embedded TestPyPI and PyPI: no account, no token, nothing leaves the machine."""
    wanted = Wanted(netbox=(netbox,) if netbox else (), paths=(path,) if path else ())
    asked = ContainerOptions(wanted, blame=True, only_available=True)
    played: dict[str, Callable[..., Any]] = {
        "sample": rehearse_sample,
        "proxbox": partial(rehearse_proxbox, asked=asked, contained=not without_containers),
    }
    with shown() as screen:
        if pair not in played:
            raise ConfigurationError(f"There is no pair {pair}.", hint="Name one of: sample, proxbox")
        folder = Path.cwd() / STATE / "rehearsal" / pair
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        (folder.parents[1] / ".gitignore").write_text("*\n", encoding="utf-8")
        started = time.monotonic()
        reporter = _Reporter(screen, [])
        result = played[pair](folder, environ=dict(os.environ), reporter=reporter)
        screen.say("")
        screen.table(result.outcomes)
        _versions(screen, result)
        repeated = {name: count for name, count in result.stored.items() if count != 1}
        screen.say(f"{len(result.stored)} files stored, each once." if not repeated else f"Stored twice: {repeated}")
        screen.say(f"The rehearsal ended as it must, in {time.monotonic() - started:.0f} s.")
        if keep:
            screen.say(f"Everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@task(help={"clear": "remove all of it"})
def cache(_: Context, *, clear: bool = False) -> None:
    """Show what the end-to-end gate keeps between runs: migrated databases and images."""
    with shown() as screen:
        for line in cached(load(Path.cwd(), environ=dict(os.environ)), clear=clear):
            screen.say(line)


class _Watching:
    """The screen as a watch that keeps the outcomes for the table."""

    def __init__(self, screen: Screen, outcomes: list[Outcome]) -> None:
        self.screen, self.outcomes = screen, outcomes

    def begins(self, step: Any) -> None:
        self.screen.begins(step)

    def ends(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.screen.ends(outcome)


class _Reporter(_Watching):
    """The screen as the spectator of a rehearsal."""

    def __call__(self, line: str, /) -> None:
        self.screen(line)

    def act(self, title: str) -> None:
        self.screen.say(f"\n== {title}")

    def fails(self, error: ReleasegateError) -> None:
        self.screen.error(error)

    def planned(self, planned: Planned) -> None:
        _show(self.screen, brief=True)(planned)


def _show(screen: Screen, *, brief: bool = False) -> Callable[[Planned], None]:
    def show(planned: Planned) -> None:
        if planned.plan is None or not planned.steps:
            screen.say(f"{planned.package.name}: nothing to do, {planned.reason}")
            return
        screen.say(f"{planned.package.name} {planned.plan.version} ({planned.plan.pipeline})")
        for step in () if brief else planned.steps:
            screen.say(f"  {step.kind.value:8} {step.release.version}  {step.key:22} {step.describe()}")

    return show


def _versions(screen: Screen, result: Any) -> None:
    table = Table("package", "version", "end", "wheel sha256", box=None, pad_edge=False)
    for package, records in result.records.items():
        for version, record in records.items():
            sealed, failure = record.seal, record.failure
            end = "sealed" if sealed else f"failed at {failure.step}" if failure else "open"
            files = sealed.evidence["files"] if sealed else {}
            wheel = next((digest for name, digest in files.items() if name.endswith(".whl")), "")
            table.add_row(package, version, end, wheel[:16])
    screen.console.print(table)


def _workshop(screen: Screen, companion: str = "") -> Workspace:
    return open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions(companion=companion or None))


def _confirm(screen: Screen) -> Callable[[str], bool]:
    def ask(what: str) -> bool:
        if not screen.console.is_terminal:
            screen.say(f"Nobody can be asked about this here: {what}. Say --yes where that is meant.")
            return False
        return asked(screen, f"This cannot be taken back: {what}. Go on?")

    return ask


def _user() -> str:
    """Return who runs this; nobody in a container whose user has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


ns = Collection()
for _task in (release, status, waive, adopt, workflows, rehearse, cache):
    ns.add_task(_task)
