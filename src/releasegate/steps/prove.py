"""The proofs: installed from the index, run with the companions, and run together with what users have today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field, replace
from typing import Any, ClassVar

from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.enumerated import joined
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import COMPANIONS, ran_as, ran_beside
from releasegate.core.release.entry import Evidence
from releasegate.core.release.next_version import line
from releasegate.ports import CellReport
from releasegate.steps.after_red import after_red
from releasegate.steps.candidate import another
from releasegate.steps.companions import Picker, as_today, by_rule, picked, today
from releasegate.steps.end_to_end import run_end_to_end
from releasegate.steps.fetch import FileSource, OwnFiles, deliver, newest, sha256s
from releasegate.steps.release import Release
from releasegate.steps.reprove import as_recorded
from releasegate.steps.step import Kind, ReleaseStep, RoleStep


@dataclass(frozen=True)
class InstallCheck(RoleStep):
    """On every Python, the wheel and the sdist install from where they are asked for and work.

    ``files`` are what is installed: the release's own from the index of its role, where nothing else is given.
    """

    files: FileSource | None = None
    stem: ClassVar[str] = "install"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "indexes", "downloads", "install_checker"})

    def describe(self) -> str:
        pythons = ", ".join(self.release.package.pythons)
        source = self._files().name_in(self.release)
        return f"install wheel and sdist from {source} on Python {pythons} and try them"

    def subject(self) -> str:
        return self._files().subject(self.release)

    def run(self) -> Evidence:
        release = self.release
        with self._files().open(release) as delivery:
            checker = release.ports.install_checker
            cells = checker.check(delivery, pythons=release.package.pythons, progress=release.run.progress)
            what = f"{release.package.name} {delivery.version} from {delivery.source}"
            found = {"source": delivery.source, "files": sha256s(delivery), "cells": [cell_evidence(c) for c in cells]}
            require_passed(cells, what=what, hint=after_red(release, delivery), evidence=found)
            return found

    def _files(self) -> FileSource:
        return self.files or OwnFiles(self.role)


@dataclass(frozen=True)
class EndToEnd(RoleStep):
    """The package does its job when it runs with its companions, all from where users will get them.

    ``files`` and ``companion_files``, by companion, are given where a single gate asks for others than the release's
    own and the companions that their rule picks; ``pick`` is that rule.
    """

    files: FileSource | None = None
    companion_files: Mapping[str, FileSource] = field(default_factory=dict)
    pick: Picker = picked
    stem: ClassVar[str] = "e2e"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset(
        {"repository", "builds", "ledger", "indexes", "downloads", "companion_sources", "runner"}
    )

    def describe(self) -> str:
        names = joined([each.name for each in self.release.package.companions])
        beside = f" with {names}" if names else ""
        return f"run {self.release.version} from {self._files().name_in(self.release)}{beside} end to end"

    def subject(self) -> str:
        return self._files().subject(self.release)

    def run(self) -> Evidence:
        release = self.release
        with ExitStack() as opened:
            given = [opened.enter_context(each.open(release)) for each in self.companion_files.values()]
            beside = by_rule(release, self.role, given=given, pick=self.pick)
            return run_end_to_end(release, opened.enter_context(self._files().open(release)), beside)

    def _files(self) -> FileSource:
        return self.files or OwnFiles(self.role)


@dataclass(frozen=True)
class AgainstReleasedCompanion(ReleaseStep):
    """The candidate also works with the companions that users have today, where it means to.

    ``files`` are what is run: the release's own from the staging index, where nothing else is given. ``pick`` is the
    rule for a companion of which users have none that fits.
    """

    files: FileSource | None = None
    pick: Picker = picked
    key: ClassVar[str] = "e2e:today"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset(
        {"repository", "builds", "ledger", "runner", "indexes", "downloads", "companion_sources"}
    )

    def describe(self) -> str:
        names = " and the ".join(each.name for each in self.release.package.companions)
        if not names:
            return "run with the companion that users have today: it has no companion"
        return f"run {self.release.version} with the {names} that users have today"

    def subject(self) -> str:
        return self._files().subject(self.release)

    def already(self) -> Evidence | None:
        if not self.release.package.companions:
            return {COMPANIONS: [], "reason": "it has no companion"}
        have = today(self.release)
        return None if have.versions else {COMPANIONS: [], "reason": "; ".join(have.reasons)}

    def run(self) -> Evidence:
        beside = as_today(self.release, pick=self.pick)
        with self._files().open(self.release) as delivery:
            return run_end_to_end(self.release, delivery, beside)

    def _files(self) -> FileSource:
        return self.files or OwnFiles("staging")


@dataclass(frozen=True)
class PairProven(ReleaseStep):
    """No final of one package before the pair is green together: every dependent ran with this candidate."""

    key: ClassVar[str] = "pair"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset(
        {"repository", "ledger", "runner", "indexes", "consumed", "downloads", "companion_sources"}
    )

    def describe(self) -> str:
        names = ", ".join(p.name for p in self.release.run.settings.dependents(self.release.package.name))
        if not names:
            return "the pair is green together: nothing depends on this package"
        return f"{names} is green together with {self.release.candidate}"

    def subject(self) -> str:
        return f"{self.release.candidate} {self.release.candidate_identity()}"

    def run(self) -> Evidence:
        dependents = self.release.run.settings.dependents(self.release.package.name)
        return {"dependents": {d.name: self._with(d.name) for d in dependents}}

    def _with(self, name: str) -> Any:
        """Return the proof that the dependent's candidate, or what users have of it today, runs with ours."""
        release, run = self.release, self.release.run
        package = run.settings.package(name)
        recorded = require_recorded(release, package)
        if recorded is not None:
            return recorded
        candidate, index = open_candidate(release, package), release.index("production")
        theirs = require_published(release, name) if candidate is None else candidate
        if run.part is not None and not run.part.judges:
            raise GateFailed(
                f"Nobody judged {name} {theirs} with {release.candidate}.",
                hint="Run the job that proves again, then this one",
            )
        why = "has no candidate: running its published" if candidate is None else "is proven by others: running its"
        run.progress(f"{name} {why} {theirs} with {release.candidate}")
        delivery = deliver(run, package, version=theirs, index=index if candidate is None else release.index("staging"))
        commit = run.ports[name].repository.tags().get(f"{package.tag_prefix}{theirs}", "")
        proven, staging = release.candidate_seal().evidence["files"], release.index("staging")
        ours = deliver(run, release.package, version=release.candidate, index=staging, known=proven)
        dependent = replace(release, package=package, version=theirs, candidate=theirs)
        if candidate is None:
            beside = as_today(dependent, given=[ours])
        else:
            beside = by_rule(dependent, "staging", given=[ours], pick=as_recorded)
        return run_end_to_end(release, replace(delivery, commit=commit), beside, of=name)


def open_candidate(release: Release, dependent: Package) -> Version | None:
    """Return the newest candidate of the dependent that no final has followed, ``None`` where it has none."""
    consumed = release.run.consumed(dependent)
    finals = line(consumed)
    open_ones = (v for v in consumed.seen if v.is_prerelease and v not in consumed.apart)
    return max((v for v in open_ones if not finals or v > finals[-1]), default=None)


def require_published(release: Release, dependent: str) -> Version:
    """Return the version that users have of a dependent without a candidate: the release is run with it.

    Raises:
        Refused: there is none.
    """
    today = newest(release.index("production"), dependent)
    if today is None:
        raise Refused(
            f"{dependent} has neither a candidate nor a published version to run with {release.candidate}.",
            hint=f"Prove the pair first: invoke release --rc --package {dependent}",
        )
    return today


def require_recorded(release: Release, dependent: Package) -> dict[str, Any] | None:
    """Return the record's proof that the dependent's open candidate ran with ours.

    It is ``None`` where there is no candidate, or its proof is others' and not believed: then the two are to be run.

    Raises:
        Refused: its candidate is not proven, or ran with another version of ours.
    """
    candidate = open_candidate(release, dependent)
    if candidate is None:
        return None
    theirs = replace(release, package=dependent, version=candidate, candidate=candidate)
    if theirs.doubted():
        return None
    seal = theirs.record().seal
    if seal is None or not ran_beside(seal.evidence):
        raise Refused(
            f"{dependent.name} {candidate} is not proven yet.",
            hint=f"Prove the pair together first: {theirs.line() if seal is None else another(theirs)}",
        )
    ours = release.package.name
    ran_with = ran_as(seal.evidence, ours)
    if ran_with is None or ran_with.get("version") != str(release.candidate):
        other = (
            f"without {ours}" if ran_with is None else f"with {ran_with.get('version')}, not with {release.candidate}"
        )
        raise Refused(
            f"{dependent.name} {candidate} ran {other}.",
            hint=f"Prove them together, which begins with this line: {another(theirs)}",
        )
    return {"version": str(candidate), "ran with": ran_with}


def require_passed(
    cells: Sequence[CellReport], *, what: str, hint: str = "Mend it and commit", evidence: Evidence | None = None
) -> None:
    """Raise where a cell failed, with the *hint* that goes on; at least one must have been tried, and passed.

    The *evidence* is what was found of all of them, for the record.

    Raises:
        GateFailed: a cell failed.
        Refused: none was run.
    """
    failed = [c for c in cells if c.verdict == "fail"]
    if failed:
        raise GateFailed(
            f"{what} fails its install check.",
            hint=hint,
            details=_together(failed),
            evidence=evidence,
        )
    if not any(c.verdict == "pass" for c in cells):
        raise Refused(
            f"No install of {what} could be tried.",
            hint="Install one of its Pythons: uv python install VERSION",
            details=[f"{c.cell}: {problem}" for c in cells for problem in c.problems],
            evidence=evidence,
        )


def _together(failed: Sequence[CellReport]) -> list[str]:
    """Return each problem once, behind the names of the cells that have it."""
    cells: dict[str, list[str]] = {}
    for each in failed:
        for problem in each.problems:
            cells.setdefault(problem, []).append(each.cell)
    return [f"{', '.join(dict.fromkeys(names))}: {problem}" for problem, names in cells.items()]


def cell_evidence(cell: CellReport) -> Any:
    """Return what the record keeps of one cell."""
    origins = [{"name": o.name, "version": o.version, "sha256": o.sha256, "host": o.host} for o in cell.origins]
    return {
        "cell": cell.cell,
        "verdict": cell.verdict,
        "seconds": round(cell.seconds, 1),
        "problems": list(cell.problems),
        "tried": cell.tried,
        "origins": origins,
    }
