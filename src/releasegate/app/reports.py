"""What a command found, as the model that every form shows: errors, plans, runs and records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from packaging.version import Version

from releasegate.core.errors import ReleasegateError
from releasegate.core.release.record import record
from releasegate.core.report import of_record
from releasegate.core.report.evidence_sections import plain
from releasegate.core.report.model import (
    AnswerReport,
    Commit,
    CommitsReport,
    PackageReport,
    Problem,
    QuestionReport,
    StepReport,
    VersionReport,
    WaiverReport,
)
from releasegate.core.version_files.tags import newest_final

if TYPE_CHECKING:
    from releasegate.app.release import Planned
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.engine import Outcome
    from releasegate.steps.preflight.question import Answer

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ENDS = {"fail": "failed", "wait": "waits"}
_COMMITS = 50
"""How many commits since the last final are shown."""


def problem_of(error: ReleasegateError) -> Problem:
    """Return an error as the report has it."""
    return Problem(error.problem, error.hint, error.verdict, error.exit_code, error.details)


def answers_of(found: Iterable[Answer]) -> tuple[AnswerReport, ...]:
    """Return the answers that are in the way."""
    return tuple(AnswerReport(a.key, problem_of(a.error)) for a in found if a.error is not None)


def questions_of(found: Iterable[Answer]) -> tuple[QuestionReport, ...]:
    """Return every answer."""
    return tuple(
        QuestionReport(a.key, "told" if a.caution else "ok", a.found, more=a.more)
        if a.error is None
        else QuestionReport(a.key, a.error.verdict, problem=problem_of(a.error))
        for a in found
    )


def plan_of(planned: Planned, in_the_way: Iterable[AnswerReport] = ()) -> PackageReport:
    """Return a plan: the steps that would run, or why there are none."""
    name, made = planned.package.name, planned.plan
    if made is None or not planned.steps:
        return PackageReport(name, reason=planned.reason, in_the_way=tuple(in_the_way))
    path = tuple(
        StepReport(step.key, step.kind.value, str(step.release.version), step.describe(), "planned")
        for step in planned.steps
    )
    version = VersionReport(name, str(made.version), "planned", made.pipeline, str(made.candidate), path=path)
    return PackageReport(name, notes=planned.told, in_the_way=tuple(in_the_way), versions=(version,))


def run_of(
    outcomes: Sequence[Outcome], *, commits: Mapping[tuple[str, Version], CommitsReport] | None = None
) -> tuple[PackageReport, ...]:
    """Return what ran, a version each in the order in which they ran; *commits* by package and version."""
    since = commits or {}
    packages: dict[str, list[VersionReport]] = {}
    for (name, version), group in groupby(
        outcomes, key=lambda o: (o.step.release.package.name, o.step.release.version)
    ):
        packages.setdefault(name, []).append(_version_run(name, version, list(group), since.get((name, version))))
    return tuple(PackageReport(name, versions=tuple(versions)) for name, versions in packages.items())


def _version_run(
    name: str, version: Version, outcomes: Sequence[Outcome], commits: CommitsReport | None
) -> VersionReport:
    last, release = outcomes[-1], outcomes[0].step.release
    ended = last.verdict in {"pass", "waived"}
    how = _ENDS.get(last.verdict, last.verdict)
    state = ("sealed" if last.step.key == "seal" else "under way") if ended else f"{how} at {last.step.key}"
    evidence = {outcome.step.key: outcome.evidence for outcome in outcomes}
    named = (plain(said.get("commit")) for key, said in reversed(evidence.items()) if key in {"build", "tag", "seal"})
    return VersionReport(
        name,
        str(version),
        state,
        candidate=str(release.candidate),
        commit=next(filter(None, named), ""),
        path=tuple(map(_step, outcomes)),
        waivers=tuple(_waivers(outcomes)),
        commits=commits,
        **of_record.of_evidence(name, evidence),
    )


def _step(outcome: Outcome) -> StepReport:
    step = outcome.step
    told = (step.key, step.kind.value, str(step.release.version), step.describe(), outcome.verdict, outcome.how)
    return StepReport(*told, seconds=round(outcome.seconds, 1), problem=plain(outcome.evidence.get("problem")))


def _waivers(outcomes: Iterable[Outcome]) -> Iterator[WaiverReport]:
    """Yield what persons took on: whole gates, and single checks of one."""
    for outcome in outcomes:
        said, key = outcome.evidence, outcome.step.key
        if outcome.verdict == "waived":
            yield WaiverReport(key, plain(said.get("by")), plain(said.get("reason")), "")
            continue
        checks = said.get("waived")
        for check, word in checks.items() if isinstance(checks, Mapping) else ():
            yield WaiverReport(f"{key}:{check}", plain(word.get("by")), plain(word.get("reason")), "")


def record_of(workspace: Workspace, package: Package, version: Version) -> VersionReport:
    """Return what is recorded of a version, and what was committed between the last final and it."""
    found = record(workspace.ledger(package).read(version))
    made = of_record.of_record(package.name, str(version), found, between=seconds_between)
    # What a record names may be no commit at all, nor be here.
    known = _COMMIT.fullmatch(made.commit) is not None
    return replace(made, commits=commits_since(workspace, package, version, made.commit)) if known else made


def commits_since(
    workspace: Workspace, package: Package, version: Version | None = None, commit: str = "HEAD"
) -> CommitsReport | None:
    """Return the commits to *commit* since the last final before *version*; ``None`` where Git cannot tell."""
    repository = workspace.repository(package)
    try:
        since = newest_final(package, repository.tags_before(commit), before=version)
        found = repository.commits(since, commit)
    except ReleasegateError:
        return None
    newest = tuple(Commit(each, plain(subject)) for each, subject in found[:_COMMITS])
    return CommitsReport(since, len(found), newest)


def seconds_between(one: str, other: str) -> float | None:
    """Return the seconds from one moment to another; ``None`` where a record has no such moments."""
    try:
        passed = (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()
    except (TypeError, ValueError):
        return None
    return round(passed, 1) if passed >= 0 else None
