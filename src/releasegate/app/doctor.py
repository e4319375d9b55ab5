"""``invoke doctor``: every question of the preflight, about what would be released next; nothing is changed."""

from __future__ import annotations

from packaging.version import Version

from releasegate.app.release import Order, plan
from releasegate.app.workspace import Workspace
from releasegate.core.config.model import Package
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.next_release import next_release
from releasegate.steps.preflight import answers
from releasegate.steps.question import Answer, Inquiry
from releasegate.steps.release import Release


def examine(workspace: Workspace, package: Package, order: Order | None = None) -> tuple[Answer, ...]:
    """Return the answer to every question about *order*, or about what would be released next of *package*."""
    return answers(inquiry(workspace, package, order))


def inquiry(workspace: Workspace, package: Package, order: Order | None = None) -> Inquiry:
    """Return what the questions are about; that no release can be planned is one of the answers."""
    run, pipeline = workspace.run_context(), order.pipeline if order is not None else "rc"
    try:
        if order is None:
            pipeline = next_release(workspace.package_state(package)).pipeline
            order = Order(pipeline, package.name)
        planned = plan(workspace, order, package).plan
    except ReleasegateError as error:
        return Inquiry(Release(package, NOTHING, NOTHING, run), pipeline, unplanned=error)
    if planned is None:
        return Inquiry(Release(package, NOTHING, NOTHING, run), pipeline)
    return Inquiry(Release(package, planned.version, planned.candidate, run), planned.pipeline)


NOTHING = Version("0")
"""The version of a release that cannot be planned: the questions that need one are not asked."""
