"""``invoke doctor``: every question of the preflight, about what would be released next; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from releasegate.app.release import Order, plan
from releasegate.app.workspace import Workspace
from releasegate.core.config.model import Package
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.next_command import next_release
from releasegate.steps.preflight import answers
from releasegate.steps.question import Answer, Inquiry
from releasegate.steps.release import Release

NOTHING = Version("0")
"""The version of a release that cannot be planned: the questions that need one are not asked."""


def examine(
    workspace: Workspace, package: Package, order: Order | None = None, *, before: Iterable[str] = ()
) -> tuple[Answer, ...]:
    """Return the answer to every question about *order*, or about what would be released next of *package*.

    *before* are the packages that the same order releases first.
    """
    return answers(_inquiry(workspace, package, order, before=frozenset(before)))


def _inquiry(workspace: Workspace, package: Package, order: Order | None, *, before: frozenset[str]) -> Inquiry:
    """Return what the questions are about; that no release can be planned is one of the answers."""
    run, pipeline = workspace.run_context(), order.pipeline if order is not None else "rc"
    nothing = Release(package, NOTHING, NOTHING, run)
    try:
        if order is None:
            pipeline = next_release(workspace.package_state(package)).pipeline
            order = Order(pipeline, package.name)
        planned = plan(workspace, order, package).plan
    except ReleasegateError as error:
        return Inquiry(nothing, pipeline, unplanned=error, before=before)
    if planned is None:
        return Inquiry(nothing, pipeline, before=before)
    return Inquiry(Release(package, planned.version, planned.candidate, run), planned.pipeline, before=before)
