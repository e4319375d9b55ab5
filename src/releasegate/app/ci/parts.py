"""``releasegate release --event --job JOB``: one job's part of the release that an event asks for.

The plan is made anew in every job, from where things stand, and must be about the version that was handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from packaging.version import Version

from releasegate.app.ci.handover import OF_THE_BUILD, Handover, is_judged
from releasegate.app.orders import Order, selected
from releasegate.app.release import Planned, plan
from releasegate.app.workspace import Workspace
from releasegate.core.ci.part import Part
from releasegate.core.config.keys import Package, Settings
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.entry import SEAL
from releasegate.core.release.record import record
from releasegate.engine import Engine, Outcome, Watch
from releasegate.steps.step import Kind, Step


@dataclass(frozen=True)
class PartOrder:
    """The part, the folder with what other jobs handed over, and the one for what this job hands over."""

    part: Part
    taken: Path | None = None
    given: Path | None = None


def steps_of(steps: Sequence[Step], part: Part, settings: Settings) -> tuple[Step, ...]:
    """Return the steps of *part*: none where the pipeline does not go to its index.

    What goes to the staging index is a pre-release, and nothing else is; a post goes to both.
    """
    staging = part.index == settings.staging
    half = [step for step in steps if step.key == "preflight" or _staged(step) == staging]
    if all(step.key == "preflight" for step in half) or (staging and part.job == "prove") or part.job == "tell":
        return ()
    if part.job not in {"build", "prove"}:
        # They run foreign code, and the job that builds has done it.
        half = [step for step in half if step.key not in OF_THE_BUILD]
    if part.job != "prove":
        # What runs the candidate again is for the job that proves; the others need what it found, and seal by it.
        half = [step for step in half if not (_again(step) and is_judged(step.key))]
    chosen = {
        "prove": takewhile(lambda step: step.key != "companion", half),
        "build": takewhile(lambda step: step.key != "tag", half),
        "publish": takewhile(lambda step: not is_judged(step.key), half),
        "judge": (step for step in half if step.key != SEAL or _again(step)),
        "seal": (step for step in half if not is_judged(step.key)),
    }
    return tuple(chosen[part.job])


def _again(step: Step) -> bool:
    """Whether the step is one of those by which a candidate is proven again, before its final."""
    return step.release.strict and step.release.version.is_prerelease


def _staged(step: Step) -> bool:
    """Whether the step is of the half that goes to the staging index."""
    return step.release.version.is_prerelease and not _again(step)


def release_part(  # noqa: PLR0913 - the run's, and the part's own
    workspace: Workspace,
    order: Order,
    mine: PartOrder,
    *,
    watch: Watch,
    confirm: Callable[[str], bool],
    planned: Callable[[Planned], None],
) -> tuple[Outcome, ...]:
    """Do one job's part of *order*; *planned* is told of the plan before it runs.

    Raises:
        ReleasegateError: a step did not pass, or what was handed over is not what it should be.
    """
    (package,) = selected(workspace, order)
    with workspace.ledger(package).locked(), _evidence(workspace, package, mine):
        since = workspace.repository(package).head()
        version = _take(workspace, package, mine)
        if mine.part.job == "tell":
            # What was handed over is pushed with the rest of the evidence when this block ends.
            return ()
        if workspace.repository(package).head() != since:
            part = replace(mine.part, base=since)
            workspace = replace(workspace, choices=replace(workspace.choices, part=part))
        if mine.part.job == "seal" and version is not None:
            _require_passed(workspace, package, version)
        whole = plan(workspace, order, package)
        steps = steps_of(whole.steps, mine.part, workspace.project.settings)
        told = whole.told if mine.part.job == "prove" else ()
        planned(Planned(package, whole.plan, steps, whole.reason or f"nothing of it goes to {mine.part.index}", told))
        if not steps:
            _give_nothing(mine)
            return ()
        now = steps[-1].release.version
        if mine.taken is not None and version != now and mine.part.job not in {"prove", "build"}:
            raise Refused(
                f"{version or 'Nothing'} was handed over, and as things stand {now} is to be released.",
                hint="Run the job that builds again, then this one",
            )
        if mine.part.job == "seal":
            _require_judged(workspace, [step for step in whole.steps if step.release.version == now])
        outcomes = Engine(workspace.writer(), watch, confirm).run(steps)
        _give(workspace, package, mine, [step.release.version for step in steps], since=since)
    return outcomes


def _take(workspace: Workspace, package: Package, mine: PartOrder) -> Version | None:
    """Take over what other jobs handed over, and return the version that it is about."""
    if mine.taken is None:
        return None
    taken, settings = Handover(mine.taken, mine.part.index), workspace.project.settings
    version = taken.version(package)
    if mine.part.index == settings.production:
        # What this run's own jobs found of the candidate.
        for each in (Handover(mine.taken, settings.staging), taken):
            each.take_proofs(workspace, package)
    if version is not None:
        if mine.part.publishes:
            taken.take_commit(workspace, package, version)
        taken.take_files(workspace, package, version)
        if not mine.part.publishes:
            taken.take_evidence(workspace, package, version)
    return version


def _give(workspace: Workspace, package: Package, mine: PartOrder, versions: Sequence[Version], *, since: str) -> None:
    """Leave what other jobs need of what was built here."""
    if mine.given is None:
        return
    giving = Handover(mine.given, mine.part.index)
    if mine.part.job == "build":
        giving.give_files(workspace, package, versions[-1], since=since)
        giving.give_evidence(workspace, package, versions[-1])


def _give_nothing(mine: PartOrder) -> None:
    """Leave a word, so that there is an artifact to take over."""
    if mine.given is not None:
        folder = mine.given / mine.part.index
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "nothing").write_text("There was nothing to do.\n", encoding="utf-8")


def _evidence(workspace: Workspace, package: Package, mine: PartOrder) -> AbstractContextManager[None]:
    return workspace.shared(package) if mine.part.records else _kept(workspace, package, mine)


@contextmanager
def _kept(workspace: Workspace, package: Package, mine: PartOrder) -> Iterator[None]:
    """Know what other machines have proven; what comes out of the block is handed over, a failure too."""
    workspace.pull(package)
    try:
        yield
    finally:
        if mine.given is not None and mine.part.judges:
            _give_nothing(mine)
            for version in _judged(workspace, package, mine):
                Handover(mine.given, mine.part.index).give_evidence(workspace, package, version)


def _judged(workspace: Workspace, package: Package, mine: PartOrder) -> Sequence[Version]:
    """Return the versions that this job judged: what was built, or whatever it was that needed a proof."""
    if mine.part.job == "prove":
        return workspace.ledger(package).files.versions()
    version = None if mine.taken is None else Handover(mine.taken, mine.part.index).version(package)
    return () if version is None else (version,)


def _require_passed(workspace: Workspace, package: Package, version: Version) -> None:
    failure = record(workspace.ledger(package).read(version)).failure
    if failure is not None:
        raise GateFailed(
            f"{package.name} {version} did not pass: {failure.line}.",
            hint="Read why in the job that judges; mend it, and release the next version",
            details=[str(failure.evidence.get("problem", failure.verdict))],
        )


def _require_judged(workspace: Workspace, steps: Sequence[Step]) -> None:
    """Raise unless every gate that other jobs judge has passed on these bytes, or was waived."""
    writer = workspace.writer()
    for step in steps:
        if is_judged(step.key) and step.kind is Kind.WORK:
            known = writer.record(step.release.package.name, step.release.version)
            if known.done(step.key, subject=step.subject()) is None and known.waiver(step.key) is None:
                raise GateFailed(
                    f"Nobody judged {step.release.version} by {step.key}: {step.describe()}.",
                    hint="Run the job that judges again, then this one",
                )
