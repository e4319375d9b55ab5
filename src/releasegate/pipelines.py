"""The pipelines: what a candidate, a final and a post go through, one line a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from releasegate.steps.audit import Audit
from releasegate.steps.build import Build, Promotable, Promotion
from releasegate.steps.candidate import CandidateProven
from releasegate.steps.companions import CompanionPublished
from releasegate.steps.forge_release import PublishForgeRelease
from releasegate.steps.installable import Installable
from releasegate.steps.pairs import ReleasedPairs
from releasegate.steps.preflight.preflight import Preflight
from releasegate.steps.propagation import Propagation
from releasegate.steps.prove import AgainstReleasedCompanion, EndToEnd, InstallCheck, PairProven
from releasegate.steps.release import Release
from releasegate.steps.reprove import SealAgain, ServedFiles, as_recorded
from releasegate.steps.seal import Seal
from releasegate.steps.source import Bump, Clean, VersionFilesAgree, VersionUnused
from releasegate.steps.step import Step
from releasegate.steps.tag import Tag
from releasegate.steps.trigger import TriggerPermitted
from releasegate.steps.upload import Upload

Bound = Callable[[Release], Step]
Pipeline = tuple[Bound, ...]


def _as_candidate(step: Bound) -> Bound:
    """Bind *step* to the version under which the release is staged."""
    return lambda release: step(replace(release, version=release.candidate, strict=False))


RC: Pipeline = (
    partial(Preflight, pipeline="rc"),  # all that can be known is known before anything changes
    Clean,  # what is released is what is committed, on the release branch
    VersionUnused,  # no index, tag or ledger has ever had this number
    partial(TriggerPermitted, role="staging"),  # whatever started this run may start it
    Bump,  # one commit, nothing in it but the version
    VersionFilesAgree,  # and now every file states it
    Build,  # one wheel and one sdist, from a clean checkout of that commit
    Audit,  # they hold what the commit says, and what users had before
    Installable,  # users could install and import it, as far as that shows before an index has it
    Promotable,  # and what it leads to can be made: built, compared and thrown away
    Tag,  # from here on the number is consumed
    partial(Upload, role="staging"),  # the staging index holds these very bytes
    partial(Propagation, role="staging"),  # and shows them to everybody
    partial(InstallCheck, role="staging"),  # users can install and import them, on every Python
    partial(EndToEnd, role="staging"),  # they do their job, with the companion that goes out with them
    AgainstReleasedCompanion,  # and with the companion that users have today
    partial(Seal, role="staging"),  # proven: the record of the candidate is closed
)
"""``X.Y.ZrcN``: built, checked and proven on the staging index."""

FINAL: Pipeline = (
    partial(Preflight, pipeline="final"),  # all that can be known is known before anything changes
    Clean,  # what is released is what is committed, on the release branch
    VersionUnused,  # no production index, tag or ledger has ever had this number
    partial(TriggerPermitted, role="production"),  # whatever started this run may publish a final
    CandidateProven,  # the candidate's record is closed, on the commit that its tag names
    PairProven,  # whoever depends on this package is green with the candidate
    CompanionPublished,  # what the candidate was proven with is where users will get it
    ReleasedPairs,  # and what users have beside it still fits, as many versions back as is asked for
    Bump,  # one commit, nothing in it but the version
    VersionFilesAgree,  # and now every file states it
    Build,  # one wheel and one sdist, from a clean checkout of that commit
    Audit,  # they hold what the commit says, and what users had before
    Promotion,  # member by member they are the proven candidate, but for the version
    Tag,  # from here on the number is consumed
    PublishForgeRelease,  # the forge carries files, manifest and record; CI may upload from it
    partial(Upload, role="production"),  # the production index holds these very bytes
    partial(Propagation, role="production"),  # and shows them to everybody
    partial(InstallCheck, role="production"),  # users can install and import them, on every Python
    partial(EndToEnd, role="production"),  # they do their job, with what users get beside them
    partial(Seal, role="production"),  # released: the record of the version is closed
)
"""``X.Y.Z``: the proven candidate but for its version, published and tried where users get it."""

POST: Pipeline = (
    partial(Preflight, pipeline="post"),  # both halves are asked about before the first
    *(_as_candidate(step) for step in RC[1:]),  # there is no rc of a post: X.Y.Z.postN.devM is proven in its place
    *FINAL[1:],  # and promoted as any candidate is
)
"""``X.Y.Z.postN``: proven as ``X.Y.Z.postN.devM`` like a candidate, then promoted like a final."""

REPROOF: Pipeline = (
    partial(InstallCheck, role="staging", files=ServedFiles()),  # users can install and import them
    partial(EndToEnd, role="staging", files=ServedFiles(), pick=as_recorded),  # they do their job, as recorded
    partial(AgainstReleasedCompanion, files=ServedFiles(), pick=as_recorded),  # and with what users have today
    SealAgain,  # proven here: the record of the candidate is closed by somebody who is believed
)
"""Before a final of a candidate whose proof is not believed: what runs it is asked again, on the bytes served."""

PIPELINES: dict[str, Pipeline] = {"rc": RC, "final": FINAL, "post": POST}


def bind(pipeline: Pipeline, release: Release, *, again: bool = False) -> tuple[Step, ...]:
    """Return the steps of *pipeline* for *release*: the objects that the plan prints are the ones that run.

    Of what is recorded of a version that goes to the production index, only what is believed counts. With *again* the
    candidate's proof is made again before it is relied on.
    """
    published = replace(release, strict=pipeline is not RC)
    steps = [step(published) for step in pipeline]
    begins = next((n for n, step in enumerate(steps) if step.key == CandidateProven.key), 0)
    proof = [step(replace(published, version=release.candidate)) for step in REPROOF] if again else []
    return (*steps[:begins], *proof, *steps[begins:])
