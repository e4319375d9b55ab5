"""What ``invoke release`` and ``invoke waive`` do: options become an order, and what happens is shown."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from packaging.version import Version

from releasegate.app import release as releasing
from releasegate.app.ci.parts import PartOrder, release_part
from releasegate.app.examine import examine
from releasegate.app.orders import Order, ordered, selected
from releasegate.app.outcomes import Recorder
from releasegate.app.release import Planned
from releasegate.app.reports import answers_of, commits_since, plan_of, questions_of, run_of
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.ci.part import Part, PartJob
from releasegate.core.config.keys import Package, Settings
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.nearest import meant
from releasegate.core.release.companion import by_hand, for_whom
from releasegate.core.release.plan import PipelineName
from releasegate.core.release.versions import parse_target, parse_version
from releasegate.core.report import terminal
from releasegate.core.report.model import PackageReport, Report
from releasegate.engine import Outcome
from releasegate.frontends.commands.status import hear
from releasegate.frontends.proposals import pasteable
from releasegate.frontends.screen.console import Screen
from releasegate.frontends.screen.secret_prompt import token_prompt
from releasegate.ledger_writer import Waiver
from releasegate.steps.preflight.preflight import exit_code, worth_telling
from releasegate.steps.preflight.question import Answer


@dataclass(frozen=True)
class JobWish:
    """The part of one job of CI, as it was typed; all empty where a run does the whole."""

    job: str = ""
    index: str = ""
    taken: str = ""
    given: str = ""

    def order(self, settings: Settings, *, event: bool) -> PartOrder | None:
        """Return the part; raises ``ConfigurationError`` where the words make none."""
        if not self.job:
            if self.index or self.taken or self.given:
                raise ConfigurationError("--index, --taken and --given are for one job of CI.", hint="Add --job")
            return None
        indexes = (settings.staging, settings.production)
        job = next((each for each in get_args(PartJob) if each == self.job), None)
        if job is None:
            raise ConfigurationError(f"There is no job {self.job}.", hint=meant(self.job, get_args(PartJob)))
        if self.index not in indexes:
            wanted = f"Add --index {' or '.join(indexes)}"
            hint = meant(self.index, indexes) if self.index else wanted
            raise ConfigurationError(f"{self.job} is about one index.", hint=hint)
        if not event:
            raise ConfigurationError("--job is a part of what an event asks for.", hint="Add --event")
        if job not in {"prove", "build"} and not self.taken:
            raise ConfigurationError(f"{job} goes on from what other jobs handed over.", hint="Add --taken FOLDER")
        folders = (Path(folder) if folder else None for folder in (self.taken, self.given))
        return PartOrder(Part(job, self.index), *folders)


@dataclass(frozen=True)
class Wish:
    """What a person, or with ``event`` the forge, wants released."""

    rc: bool
    post: bool
    event: bool
    package: str
    to: str
    until: str
    job: JobWish = JobWish()
    proposed: bool = False


def release(screen: Screen, wish: Wish, *, companions: Sequence[str], plan_only: bool, yes: bool) -> int:
    """Release what is wished for, or print its plan and what is in its way; return the exit code.

    Raises:
        ReleasegateError: the options exclude each other, or a step did not pass.
    """
    _require_sense(wish)
    if wish.proposed and not plan_only:
        raise ConfigurationError("--proposed only looks at a commit.", hint="Add --plan, or leave it out to release")
    attended = plan_only or yes or screen.is_terminal
    prompt = None if wish.event else token_prompt(screen, os.environ, looks=plan_only)
    workspace = _workspace(screen, RunOptions(attended=attended, prompt=prompt))
    part = wish.job.order(workspace.project.settings, event=wish.event)
    if part is not None:
        workspace = replace(workspace, choices=replace(workspace.choices, part=part.part))
    order = _order(workspace, wish)
    workspace = _with_companions(workspace, order, companions)
    if plan_only:
        # It only looks, and asks for each thing once.
        return _plan(screen, replace(workspace, asked={}), order, proposed=wish.proposed)
    recorder, idle, show = Recorder(screen), list[PackageReport](), shows_plan(screen)

    def planned(each: Planned) -> None:
        show(each)
        if not each.steps:
            idle.append(plan_of(each))

    confirm = (lambda _: True) if yes else _confirm(screen)
    try:
        if part is None:
            releasing.release(workspace, order, watch=recorder, confirm=confirm, planned=planned)
        else:
            release_part(workspace, order, part, watch=recorder, confirm=confirm, planned=planned)
    finally:
        screen.rests()
        if recorder.outcomes:
            screen.table(recorder.outcomes)
        if screen.reports:
            screen.report = Report("run", (*idle, *_ran(workspace, recorder.outcomes)))
    return 0


def _ran(workspace: Workspace, outcomes: Sequence[Outcome]) -> tuple[PackageReport, ...]:
    """Return what ran, with what was committed to each package since the final that came before."""
    ran = dict.fromkeys((each.step.release.package.name, each.step.release.version) for each in outcomes)
    packages = workspace.project.settings
    found = ((which, commits_since(workspace, packages.package(which[0]), which[1])) for which in ran)
    return run_of(outcomes, commits={which: commits for which, commits in found if commits is not None})


def _with_companions(workspace: Workspace, order: Order, words: Sequence[str]) -> Workspace:
    """Return *workspace* with the versions of companions that were typed, where some were.

    Raises:
        ConfigurationError: one is no version, or it is not said whose it is.
    """
    settings = workspace.project.settings
    told = by_hand(words, option="--companion", known={name for _, name in settings.edges})
    for version in told.values():
        if parse_version(version) is None:
            raise ConfigurationError(
                f"--companion {version[:80]!r} is not a version.", hint="Write it as X.Y.Z or X.Y.ZrcN"
            )
    for_whom(told, selected(workspace, order) if told else (), option="--companion")
    return replace(workspace, choices=replace(workspace.choices, companions=told)) if told else workspace


def _require_sense(wish: Wish) -> None:
    """Raise ``ConfigurationError`` where the options exclude each other, or name no version to aim at."""
    if wish.rc and wish.post:
        raise ConfigurationError("--rc and --post exclude each other.", hint="Give one of them")
    if wish.event and (wish.rc or wish.post or wish.to):
        raise ConfigurationError("--event says what to release.", hint="Leave out --rc, --post and --to")
    if wish.to:
        parse_target(wish.to)


def _plan(screen: Screen, workspace: Workspace, order: Order, *, proposed: bool) -> int:
    """Print what the order means for each package, and what keeps it from being begun; return the exit code."""
    releasing.require_gate(workspace, order)
    packages = selected(workspace, order)
    found, reports, heard = list[Answer](), list[PackageReport](), dict[str, str]()
    for number, each in enumerate(packages):
        hear(screen, workspace, each, heard)
        report = PackageReport(each.name)
        try:
            report = plan_of(releasing.plan(workspace, order, each))
        except ReleasegateError:  # one of the answers
            screen.tell(f"{each.name}: no version of it can be planned")
        else:
            screen.lines(terminal.plan(report))
        before = {package.name: order.pipeline for package in packages[:number]}
        answers = examine(workspace, each, order, before=before, proposed=proposed).answers
        told = PackageReport(each.name, questions=questions_of(worth_telling(answers)))
        screen.lines(terminal.questions(screen.proposes(told).questions))
        found += answers
        reports.append(replace(report, in_the_way=answers_of(answers)))
        screen.report = Report("plan", tuple(reports), exit_code=exit_code(found))
    return exit_code(found)


def waive(screen: Screen, *, package: str, version: str, gate: str, reason: str, by: str) -> None:  # noqa: PLR0913 - each is a flag of the command line
    """Record that a person takes it on that a gate does not pass.

    Raises:
        ConfigurationError: something is not said that a waiver needs, or is wrong.
    """
    said = {"--package": package, "--version": version, "--gate": gate, "--reason": reason, **_named(by)}
    workspace, which, number = _word(screen, "waive", "A waiver", said)
    waiver = Waiver(gate, _in_a_line(by) or _user(workspace, which), _in_a_line(reason))
    entry = releasing.waive(workspace, which, version=number, waiver=waiver)
    screen.tell(f"{which.name} {number}: {entry.line}")


def revoke(screen: Screen, *, package: str, version: str, reason: str, by: str) -> None:
    """Record that a person takes the proof of a version back.

    Raises:
        ConfigurationError: something is not said that a revocation needs, or is wrong.
        Refused: there is no proof to take back.
    """
    said = {"--package": package, "--version": version, "--reason": reason, **_named(by)}
    workspace, which, number = _word(screen, "revoke", "A revocation", said)
    who = _in_a_line(by) or _user(workspace, which)
    entry = releasing.revoke(workspace, which, version=number, by=who, reason=_in_a_line(reason))
    screen.tell(f"{which.name} {entry.line}")
    screen.tell(pasteable(f"-> See what is next: invoke status --package {which.name}", screen.names))


def _named(by: str) -> dict[str, str]:
    """Return the option that names a person, where it was given: blanks are nobody."""
    return {"--by": by} if by else {}


def _in_a_line(typed: str) -> str:
    """Return a name or a reason as the record has it, which is shown line by line."""
    return " ".join(typed.split())


def _word(screen: Screen, command: str, what: str, said: Mapping[str, str]) -> tuple[Workspace, Package, Version]:
    """Return what a person's word on one version is about.

    Raises:
        ConfigurationError: something that it needs is not *said*, or is wrong.
    """
    if missing := [flag for flag, value in said.items() if not value.strip()]:
        raise ConfigurationError(
            f"{what} needs {', '.join(missing)} as well.", hint=f"See an example: invoke {command} --help"
        )
    workspace = _workspace(screen, RunOptions())
    (which,) = workspace.project.select(said["--package"])
    number = parse_version(said["--version"])
    if number is None:
        raise ConfigurationError(f"{said['--version'][:80]!r} is not a version.", hint="Write it as X.Y.ZrcN")
    return workspace, which, number


def shows_plan(screen: Screen, *, brief: bool = False) -> Callable[[Planned], None]:
    """Return what prints a plan: every step, or where it is to be *brief* what the steps alone do not say."""

    def show(planned: Planned) -> None:
        screen.ends_group()
        screen.expects(len(planned.steps))
        report = plan_of(planned)
        # That there is nothing to do is the verdict.
        tell = screen.detail if planned.steps else screen.tell
        for line in report.notes if brief and planned.steps else terminal.plan(report):
            tell(line)

    return show


def _order(workspace: Workspace, wish: Wish) -> Order:
    if wish.event:
        return ordered(workspace, package=wish.package or None, until=wish.until)
    pipeline: PipelineName = "rc" if wish.rc else "post" if wish.post else "final"
    return Order(pipeline, wish.package or None, wish.to or None, until=wish.until)


def _workspace(screen: Screen, options: RunOptions) -> Workspace:
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, options)
    screen.folders = workspace.project.folders
    return replace(workspace, tells=screen.tell)


def _confirm(screen: Screen) -> Callable[[str], bool]:
    def ask(what: str) -> bool:
        if not screen.is_terminal:
            screen.tell(f"Nobody can be asked about this here: {what}. Say --yes where that is meant.")
            return False
        return screen.asks(f"This cannot be taken back: {what}. Go on?")

    return ask


def _user(workspace: Workspace, package: Package) -> str:
    """Return the person who runs this, as Git knows them, else the user's name: ``root`` is nobody to ask later.

    Raises:
        ConfigurationError: neither is known (a container's user may have no name).
    """
    repository = workspace.repository(package)
    for ask in (repository.committer, lambda: repository.git.ask("config", "user.name").text, getpass.getuser):
        with suppress(ReleasegateError, KeyError, OSError):
            if name := _in_a_line(ask()):
                return name
    raise ConfigurationError("Nobody knows here who takes it on.", hint="Say it with --by NAME")
