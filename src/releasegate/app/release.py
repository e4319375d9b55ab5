"""``invoke release``: plan each package from where it stands, and run its pipeline."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import takewhile

from packaging.version import Version

from releasegate.app.workspace import Workspace
from releasegate.core.ci.permission import requested
from releasegate.core.config.model import Package
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.release.plan import (
    PackageState,
    Pipeline,
    Plan,
    VersionState,
    plan_candidate,
    plan_final,
    plan_post,
)
from releasegate.core.release.record import Entry
from releasegate.core.release.versions import parse_target
from releasegate.engine import Engine, Outcome, Watch
from releasegate.journal import Waiver
from releasegate.pipelines import PIPELINES, bind
from releasegate.steps.release import Release
from releasegate.steps.step import Step


@dataclass(frozen=True)
class Order:
    """What is to be released: the pipeline, one package or all, and the final to aim at.

    ``exactly`` is the one version that may come out of it (an event names it); ``until`` names a gate, by the beginning
    of its key, before which the run stops.
    """

    pipeline: Pipeline
    package: str | None = None
    to: str | None = None
    exactly: Version | None = None
    until: str = ""


@dataclass(frozen=True)
class Planned:
    """One package's plan and the very steps that it consists of; none where there is nothing to do."""

    package: Package
    plan: Plan | None
    steps: tuple[Step, ...]
    reason: str = ""


def plan(workspace: Workspace, order: Order, package: Package) -> Planned:
    """Return what *order* means for one package now.

    Raises:
        ReleasegateError: the order is refused as things stand.
    """
    to = parse_target(order.to) if order.to is not None else None
    package_state = workspace.package_state(package)
    if (
        order.exactly is not None
        and package_state.declared != order.exactly
        and order.exactly not in package_state.published
    ):
        raise Refused(
            f"{package.name} {order.exactly} was asked for, and the version files state {package_state.declared}.",
            hint="Nothing is published: tag the commit that states the version (invoke release --rc does)",
        )
    named = order.package is not None or order.to is not None
    if not named and _nothing_new(package_state):
        return Planned(package, None, (), f"{package_state.declared} is published and nothing has changed since")
    made = _exact(_plan(package_state, order.pipeline, to), order, package)
    if made.finished:
        word = "proven" if made.pipeline == "rc" else "released"
        return Planned(package, made, (), f"{made.version} is {word}")
    release = Release(package, made.version, made.candidate, workspace.run_context())
    steps = _until(bind(PIPELINES[made.pipeline], release), order.until)
    return Planned(package, made, steps, "" if steps else f"it is to stop before {order.until}")


def release(
    workspace: Workspace,
    order: Order,
    *,
    watch: Watch,
    confirm: Callable[[str], bool],
    planned: Callable[[Planned], None],
) -> tuple[Outcome, ...]:
    """Run the order, package by package in release order; *planned* is told of each plan before it runs.

    Raises:
        ReleasegateError: a step did not pass; the same command goes on from there.
    """
    packages = selected(workspace, order)
    outcomes: list[Outcome] = []
    engine = Engine(workspace.journal(), watch, confirm)
    with ExitStack() as stack:
        for package in packages:
            stack.enter_context(workspace.ledger(package).locked())
        for package in packages:
            stack.enter_context(workspace.shared(package))
        for package in packages:
            next_up = plan(workspace, order, package)
            planned(next_up)
            outcomes += engine.run(next_up.steps)
    return tuple(outcomes)


def ordered(workspace: Workspace, *, package: str | None = None, until: str = "") -> Order:
    """Return what the event asks for that started this run.

    Raises:
        ConfigurationError: no event did.
        Refused: it asks for nothing that may be published.
    """
    if workspace.event is None:
        raise ConfigurationError(
            "No event of a forge started this run.", hint="Say what to release: --rc, --post, or nothing for a final"
        )
    wanted = requested(workspace.event, workspace.project.settings, package=package)
    return Order(wanted.pipeline, wanted.package.name, exactly=wanted.version, until=until)


def selected(workspace: Workspace, order: Order) -> tuple[Package, ...]:
    """Return the packages that *order* is about.

    Raises:
        ConfigurationError: there is no such package or gate, or ``--to`` would mean several.
    """
    packages = workspace.project.select(order.package)
    if order.to is not None and len(packages) > 1:
        names = ", ".join(p.name for p in packages)
        raise ConfigurationError(
            f"--to {order.to} does not say which package is meant.", hint=f"Add --package: one of {names}"
        )
    if order.to is not None and order.pipeline == "post":
        raise ConfigurationError("A post has no --to.", hint="Leave it out: the next post of the newest final is made")
    gates = dict.fromkeys(
        s.key for s in bind(PIPELINES[order.pipeline], _example(workspace, packages[0], Version("0")))
    )
    if not any(gate.startswith(order.until) for gate in gates):
        raise ConfigurationError(f"No gate begins with {order.until!r}.", hint=f"Name one of: {', '.join(gates)}")
    return packages


def waive(workspace: Workspace, package: Package, *, version: Version, waiver: Waiver) -> Entry:
    """Record *waiver* for this one version.

    Raises:
        ConfigurationError: no such gate, or it may not be waived, or nobody or no reason is named.
    """
    known = {s.key: s for pipeline in PIPELINES.values() for s in bind(pipeline, _example(workspace, package, version))}
    waivable = sorted(key for key, each in known.items() if each.waivable)
    if waiver.step not in waivable:
        raise ConfigurationError(f"{waiver.step} cannot be waived.", hint=f"Name one of: {', '.join(waivable)}")
    if not waiver.by.strip() or not waiver.reason.strip():
        raise ConfigurationError("A waiver needs a person and a reason.", hint="Give --by and --reason")
    return workspace.journal().waived(package.name, version, waiver)


def _plan(package_state: PackageState, pipeline: Pipeline, to: Version | None) -> Plan:
    if pipeline == "rc":
        return plan_candidate(package_state, to=to)
    return plan_final(package_state, to=to) if pipeline == "final" else plan_post(package_state)


def _exact(plan: Plan, order: Order, package: Package) -> Plan:
    """Return *plan* where it is of the one version that was asked for.

    Raises:
        Refused: it is of another.
    """
    if order.exactly is not None and plan.version != order.exactly:
        raise Refused(
            f"{package.name} {order.exactly} was asked for, but as things stand {plan.version} would be next.",
            hint="Release that one instead: see invoke status",
        )
    return plan


def _until(steps: tuple[Step, ...], gate: str) -> tuple[Step, ...]:
    return tuple(takewhile(lambda step: not step.key.startswith(gate), steps)) if gate else steps


def _nothing_new(package_state: PackageState) -> bool:
    published = (
        package_state.declared in package_state.published
        and package_state.tag_of(package_state.declared) == package_state.head
    )
    return published and package_state.state(package_state.declared) not in {VersionState.FAILED, VersionState.OPEN}


def _example(workspace: Workspace, package: Package, version: Version) -> Release:
    return Release(package, version, version, workspace.run_context())
