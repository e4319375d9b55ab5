"""What is ordered, and which version that means for each package: nothing that would run is loaded for it."""

from __future__ import annotations

from packaging.version import Version

from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.next_command import judged_bad
from releasegate.core.release.plan import (
    PackageState,
    PipelineName,
    Plan,
    VersionState,
    plan_candidate,
    plan_final,
    plan_post,
)
from releasegate.core.release.versions import parse_target, promoted


@dataclass(frozen=True)
class Order:
    """What is to be released: the pipeline, one package or all, and the final to aim at.

    ``exactly`` is the one version that may come out of it (an event names it); ``until`` names a gate, by the beginning
    of its key, before which the run stops.
    """

    pipeline: PipelineName
    package: str | None = None
    to: str | None = None
    exactly: Version | None = None
    until: str = ""


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
    from releasegate.core.ci.publish_rules import requested

    wanted = requested(workspace.event, workspace.project.settings, package=package)
    return Order(wanted.pipeline, wanted.package.name, exactly=wanted.version, until=until)


def selected(workspace: Workspace, order: Order) -> tuple[Package, ...]:
    """Return the packages that *order* is about.

    Raises:
        ConfigurationError: there is no such package, or ``--to`` would mean several.
    """
    packages = workspace.project.select(order.package)
    if order.to is not None and len(packages) > 1:
        names = ", ".join(p.name for p in packages)
        raise ConfigurationError(
            f"--to {order.to} does not say which package is meant.", hint=f"Add --package: one of {names}"
        )
    if order.to is not None and order.pipeline == "post":
        raise ConfigurationError("A post has no --to.", hint="Leave it out: the next post of the newest final is made")
    return packages


def plan_order(order: Order, package_state: PackageState) -> tuple[Plan | None, str]:
    """Return the plan that *order* means for one package as it stands; without one, or a finished one, the reason.

    Raises:
        ReleasegateError: the order is refused as things stand.
    """
    package, to = package_state.package, parse_target(order.to) if order.to is not None else None
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
        return None, f"{package_state.declared} is published and nothing has changed since"
    made = _exact(_plan(package_state, order.pipeline, to), order, package)
    return made, _standing(made, package_state) if made.finished else ""


def _standing(made: Plan, package_state: PackageState) -> str:
    """Return where a version stands of which nothing is left to do."""
    if made.pipeline != "rc":
        return f"{made.version} is released"
    failure = judged_bad(package_state, made.version)
    final = f", and {promoted(made.version)} failed at {failure.step}: commit what mends it" if failure else ""
    return f"{made.version} is proven{final}"


def _plan(package_state: PackageState, pipeline: PipelineName, to: Version | None) -> Plan:
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


def _nothing_new(package_state: PackageState) -> bool:
    published = (
        package_state.declared in package_state.published
        and package_state.tag_of(package_state.declared) == package_state.head
    )
    return published and package_state.state(package_state.declared) not in {VersionState.FAILED, VersionState.OPEN}
