"""Every question of the preflight, about what would be released next; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from packaging.version import Version

from releasegate.app.checkout import explained
from releasegate.app.orders import Order, plan_order
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import ReleasegateError
from releasegate.core.frozen import dataclass
from releasegate.core.release.next_command import next_release
from releasegate.core.release.plan import PackageState, PipelineName
from releasegate.steps.preflight.preflight import answers
from releasegate.steps.preflight.question import Answer, Inquiry
from releasegate.steps.release import Release

NOBODY: Mapping[str, PipelineName] = MappingProxyType({})
NOTHING = Version("0")
"""The version of a release that cannot be planned: the questions that need one are not asked."""


@dataclass(frozen=True)
class Examination:
    """The answer to every question, and where the package stands (or why that cannot be told)."""

    answers: tuple[Answer, ...]
    state: PackageState | ReleasegateError
    pipeline: PipelineName


def examine(
    workspace: Workspace,
    package: Package,
    order: Order | None = None,
    *,
    before: Mapping[str, PipelineName] = NOBODY,
    proposed: bool = False,
) -> Examination:
    """Ask all that can be known about *order*, or about what would be released next of *package*.

    *before* are the packages that come first, each with its pipeline: the same order releases those that go through the
    same one. *proposed* is a commit that is not released from here.
    """
    try:
        state: PackageState | ReleasegateError = workspace.package_state(package)
    except ReleasegateError as error:
        state = explained(workspace, error)
    inquiry = _inquiry(workspace, package, state, order)
    first = frozenset(name for name, pipeline in before.items() if pipeline == inquiry.pipeline)
    found = answers(replace(inquiry, before=first, proposed=proposed))
    return Examination(tuple(_explained(workspace, found)), state, inquiry.pipeline)


def _explained(workspace: Workspace, found: Sequence[Answer]) -> Iterator[Answer]:
    """Yield the answers; of a package that is not checked out the first says so, and how it is had."""
    told = set[str]()
    for each in found:
        error = each.error and explained(workspace, each.error)
        if error is None or str(error) not in told:
            yield replace(each, error=error)
            told.add(str(error))


def _inquiry(
    workspace: Workspace,
    package: Package,
    state: PackageState | ReleasegateError,
    order: Order | None,
) -> Inquiry:
    """Return what the questions are about; that no release can be planned is one of the answers."""
    pipeline = order.pipeline if order is not None else "rc"
    nothing = Release(package, NOTHING, NOTHING, workspace.run_context())
    if isinstance(state, ReleasegateError):
        return Inquiry(nothing, pipeline, unplanned=state)
    try:
        order = order or Order(next_release(state).pipeline, package.name)
        made, reason = plan_order(order, state)
    except ReleasegateError as error:
        return Inquiry(nothing, pipeline, unplanned=error)
    if made is None or (made.finished and made.pipeline == "rc"):
        return Inquiry(nothing, pipeline, idle=reason)
    release = Release(package, made.version, made.candidate, nothing.run)
    return Inquiry(release, made.pipeline)
