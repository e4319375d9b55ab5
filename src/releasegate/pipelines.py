"""The pipelines: what a candidate, a final and a post go through, one line a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from releasegate.steps.allowed import TriggerPermitted
from releasegate.steps.build import Audit, Build, Promotion
from releasegate.steps.forge_release import PublishForgeRelease
from releasegate.steps.prove import AgainstReleasedCompanion, EndToEnd, InstallCheck, PairProven
from releasegate.steps.publish import Propagation, Tag, Upload
from releasegate.steps.release import Release
from releasegate.steps.seal import CandidateProven, CompanionPublished, Seal
from releasegate.steps.source import Bump, Clean, VersionFilesAgree, VersionUnused
from releasegate.steps.step import Step

Bound = Callable[[Release], Step]
Pipeline = tuple[Bound, ...]


def _as_candidate(step: Bound) -> Bound:
    """Bind *step* to the version under which the release is staged."""
    return lambda release: step(replace(release, version=release.candidate))


RC: Pipeline = (
    Clean,
    VersionUnused,
    partial(TriggerPermitted, role="staging"),
    Bump,
    VersionFilesAgree,
    Build,
    Audit,
    Tag,
    partial(Upload, role="staging"),
    partial(Propagation, role="staging"),
    partial(InstallCheck, role="staging"),
    partial(EndToEnd, role="staging"),
    AgainstReleasedCompanion,
    partial(Seal, role="staging"),
)
"""``X.Y.ZrcN``: built, checked and proven on the staging index."""

FINAL: Pipeline = (
    Clean,
    VersionUnused,
    partial(TriggerPermitted, role="production"),
    CandidateProven,
    PairProven,
    CompanionPublished,
    Bump,
    VersionFilesAgree,
    Build,
    Audit,
    Promotion,
    Tag,
    PublishForgeRelease,
    partial(Upload, role="production"),
    partial(Propagation, role="production"),
    partial(InstallCheck, role="production"),
    partial(EndToEnd, role="production"),
    partial(Seal, role="production"),
)
"""``X.Y.Z``: the proven candidate but for its version, published and tried where users get it."""

POST: Pipeline = (*(_as_candidate(step) for step in RC), *FINAL)
"""``X.Y.Z.postN``: proven as ``X.Y.Z.postN.devM`` like a candidate, then promoted like a final."""

PIPELINES: dict[str, Pipeline] = {"rc": RC, "final": FINAL, "post": POST}


def bind(pipeline: Pipeline, release: Release) -> tuple[Step, ...]:
    """Return the steps of *pipeline* for *release*: the objects that the plan prints are the ones that run."""
    return tuple(step(release) for step in pipeline)
