"""The proofs: installed from the index, run with the companion, and run together with what users have today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from packaging.specifiers import SpecifierSet

from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.record import Entry, Evidence
from releasegate.ports import CellReport, Delivery
from releasegate.steps.fetch import companion, deliver, newest, own, sha256s
from releasegate.steps.step import Kind, Release, Role

CELL = "e2e:cell"
"""Under what the record knows one cell of an end-to-end run, wherever it was run."""


@dataclass(frozen=True)
class InstallCheck:
    """On every Python, the wheel and the sdist install from the index and work."""

    release: Release
    role: Role
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True

    @property
    def key(self) -> str:
        return f"install:{self.role}"

    def describe(self) -> str:
        pythons = ", ".join(self.release.package.pythons)
        return f"install wheel and sdist from {self.release.index(self.role).name} on Python {pythons} and try them"

    def subject(self) -> str:
        return self.release.manifest().identity

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        release = self.release
        delivery = own(release, self.role)
        cells = release.ports.install_checker.check(
            delivery, pythons=release.package.pythons, progress=release.run.progress
        )
        require_passed(cells, what=f"{release.package.name} {release.version} from {delivery.source}")
        return {"source": delivery.source, "files": sha256s(delivery), "cells": [_cell(c) for c in cells]}


@dataclass(frozen=True)
class EndToEnd:
    """The package does its job when it runs with its companion, both from where users will get them."""

    release: Release
    role: Role
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True

    @property
    def key(self) -> str:
        return f"e2e:{self.role}"

    def describe(self) -> str:
        name = self.release.package.companion.name if self.release.package.companion else None
        partner = f" with {name}" if name else ""
        return f"run {self.release.version} from {self.release.index(self.role).name}{partner} end to end"

    def subject(self) -> str:
        return self.release.manifest().identity

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        partner = companion(self.release, self.role)
        delivery = own(self.release, self.role)
        if partner is None:
            return _performed(self.release, delivery, None)
        choice, with_companion = partner
        evidence = _performed(self.release, delivery, with_companion)
        return {**evidence, "companion": {**evidence["companion"], "named by": choice.reason}}


@dataclass(frozen=True)
class AgainstReleasedCompanion:
    """The candidate also works with the companion that users have today, where it means to."""

    release: Release
    key: ClassVar[str] = "e2e:today"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True

    def describe(self) -> str:
        partner = self.release.package.companion
        if partner is None:
            return "run with the companion that users have today: it has no companion"
        return f"run {self.release.version} with the {partner.name} that users have today"

    def subject(self) -> str:
        return self.release.manifest().identity

    def already(self) -> Evidence | None:
        partner = self.release.package.companion
        if partner is None:
            return {"companion": None, "reason": "it has no companion"}
        today = newest(self.release.index("production"), partner.name)
        if today is None:
            return {"companion": None, "reason": f"no {partner.name} is published"}
        if not SpecifierSet(partner.requires).contains(today, prereleases=True):
            return {"companion": today, "reason": f"it is outside of requires = {partner.requires!r}"}
        return None

    def run(self) -> Evidence:
        release, partner = self.release, self.release.package.companion
        if partner is None:
            raise AssertionError("already() answers for a package without a companion")
        index = release.index("production")
        today = newest(index, partner.name) or ""
        package = release.run.settings.package(partner.name)
        with_companion = deliver(release.run, package, version=today, index=index)
        return _performed(release, own(release, "staging"), with_companion)


@dataclass(frozen=True)
class PairProven:
    """No final of one package before the pair is green together: every dependent ran with this candidate."""

    release: Release
    key: ClassVar[str] = "pair"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True

    def describe(self) -> str:
        names = ", ".join(p.name for p in self.release.run.settings.dependents(self.release.package.name))
        if not names:
            return "the pair is green together: nothing depends on this package"
        return f"{names} is green together with {self.release.candidate}"

    def subject(self) -> str:
        return f"{self.release.candidate} {self.release.candidate_identity()}"

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        dependents = self.release.run.settings.dependents(self.release.package.name)
        return {"dependents": {d.name: self._with(d.name) for d in dependents}}

    def _with(self, name: str) -> Any:
        """Return the proof that the dependent's candidate, or what users have of it today, runs with ours."""
        release, run = self.release, self.release.run
        package = run.settings.package(name)
        taken = run.consumed(package)
        open_candidates = [v for v in taken.seen if v.is_prerelease and v > max(taken.finals(), default=v)]
        if not taken.finals():
            open_candidates = [v for v in taken.seen if v.is_prerelease]
        if open_candidates:
            candidate = max(open_candidates)
            dependent = replace(release, package=package, version=candidate, candidate=candidate)
            return self._recorded(dependent)
        index = release.index("production")
        today = newest(index, name)
        if today is None:
            raise Refused(
                f"{name} has neither a candidate nor a published version to run with {release.candidate}.",
                hint=f"Prove the pair first: invoke release --rc --package {name}",
            )
        run.progress(f"{name} has no candidate: running its published {today} with {release.candidate}")
        delivery = deliver(run, package, version=today, index=index)
        commit = run.ports[name].repository.tags().get(f"{package.tag_prefix}{today}", "")
        proven, staging = release.candidate_seal().evidence["files"], release.index("staging")
        ours = deliver(run, release.package, version=str(release.candidate), index=staging, known=proven)
        return _performed(release, replace(delivery, commit=commit), ours, of=name)

    def _recorded(self, dependent: Release) -> Any:
        seal = dependent.record().seal
        partner = seal.evidence.get("companion") if seal is not None else None
        if seal is None or not isinstance(partner, dict):
            raise Refused(
                f"{dependent.package.name} {dependent.version} is not proven yet.",
                hint=f"Prove the pair together first: invoke release --rc --package {dependent.package.name}",
            )
        if partner.get("version") != str(self.release.candidate):
            raise Refused(
                f"{dependent.package.name} {dependent.version} ran with {partner.get('version')}, "
                f"not with {self.release.candidate}.",
                hint=f"Prove them together: invoke release --rc --package {dependent.package.name}",
            )
        return {"version": str(dependent.version), "ran with": partner}


def cell_subject(delivery: Delivery, partner: Delivery | None) -> str:
    """Return what a cell's evidence is about: the bytes of both."""
    pair = [delivery] if partner is None else [delivery, partner]
    return " ".join(digest for each in pair for digest in sorted(sha256s(each).values()))


def known_cells(entries: Sequence[Entry], delivery: Delivery, partner: Delivery | None) -> tuple[Evidence, ...]:
    """Return what a record says of cells that ran on the bytes of both, the newest last."""
    about = cell_subject(delivery, partner)
    return tuple(e.evidence for e in entries if (e.step, e.event, e.subject) == (CELL, "done", about))


def require_passed(cells: Sequence[CellReport], *, what: str) -> None:
    """Raise where a cell failed; at least one must have been tried, and passed.

    Raises:
        GateFailed: a cell failed.
        Refused: none was run.
    """
    failed = [c for c in cells if c.verdict == "fail"]
    if failed:
        raise GateFailed(
            f"{what} fails its install check.",
            hint="Mend it and commit; see the lines above",
            details=[f"{c.cell}: {problem}" for c in failed for problem in c.problems],
        )
    if not any(c.verdict == "pass" for c in cells):
        raise Refused(
            f"No install of {what} could be tried.",
            hint="Install one of its Pythons: uv python install VERSION",
            details=[f"{c.cell}: {problem}" for c in cells for problem in c.problems],
        )


def _cell(cell: CellReport) -> Any:
    origins = [{"name": o.name, "version": o.version, "sha256": o.sha256, "host": o.host} for o in cell.origins]
    return {
        "cell": cell.cell,
        "verdict": cell.verdict,
        "seconds": round(cell.seconds, 1),
        "problems": list(cell.problems),
        "origins": origins,
    }


def _performed(
    release: Release, delivery: Delivery, partner: Delivery | None, *, of: str | None = None
) -> dict[str, Any]:
    """Run a delivery end to end and return the evidence.

    Raises:
        GateFailed: it failed; the words of the checks and of the companion are its details.
        Refused: the package declares no end-to-end command (a waiver says who takes that on).
    """
    name = of or delivery.package.name
    if not release.run.settings.judged(name):
        raise Refused(
            f"{name} declares no end-to-end command.",
            hint="Set end-to-end or a stack in the configuration, or record a waiver with invoke waive",
        )
    runner = release.run.ports[name].runner
    known = known_cells(release.record().entries, delivery, partner)
    report = runner.run(delivery, companion=partner, progress=release.run.progress, known=known)
    if report.unjudged is not None:
        raise report.unjudged
    beside = "" if partner is None else f" with {partner.package.name} {partner.version} from {partner.source}"
    if report.verdict != "pass":
        raise GateFailed(
            f"{name} {delivery.version} from {delivery.source}{beside} fails end to end.",
            hint="Mend it and commit; the next number is chosen for you",
            details=[*report.problems, *(f"{partner.package.name}: {line}" for line in report.log if partner)],
        )
    shown = None
    if partner is not None:
        shown = {
            "name": partner.package.name,
            "version": partner.version,
            "source": partner.source,
            "files": sha256s(partner),
        }
    return {
        "version": delivery.version,
        "source": delivery.source,
        "files": sha256s(delivery),
        "companion": shown,
        "seconds": round(report.seconds, 1),
        **report.evidence,
    }
