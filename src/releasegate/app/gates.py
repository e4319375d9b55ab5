"""The single gates: the steps of a release over another source of files, outside of any release.

What they find is no evidence: it is written into a ledger that ends with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.app.deliveries import Source
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.engine import Outcome, Watch
    from releasegate.ledger_writer import LedgerWriter
    from releasegate.ports import (
        CellReport,
        Delivery,
        EndToEndReport,
        EndToEndRunner,
        InstallChecker,
        InstalledBy,
        Progress,
    )
    from releasegate.steps.fetch import GivenFiles
    from releasegate.steps.release import Release, Role
    from releasegate.steps.step import Step


@dataclass(frozen=True)
class EndToEndRequest:
    """What an end-to-end run is asked for; ``backends``, by name, are the companions for which no rule decides.

    With ``recorded`` the verdict of each cell becomes evidence of the version, for whoever seals it; it is left in the
    folder ``given``, where there is one, and else known to all machines.
    """

    source: Source
    backends: Mapping[str, Source] = field(default_factory=dict)
    recorded: bool = False
    given: Path | None = None


def build(workspace: Workspace, package: Package, *, watch: Watch) -> tuple[Outcome, ...]:
    """Build and audit what is checked out, as the version that it states; the files are kept with their manifest.

    Raises:
        ReleasegateError: the build fails or is not what it should be.
    """
    from releasegate.app.checkout import require_checkout
    from releasegate.app.deliveries import checked_out
    from releasegate.steps.audit import Audit
    from releasegate.steps.build import Build

    # What is built here is looked at here: no forge is asked, and no token of it is needed.
    require_checkout(workspace, package)
    release = checked_out(replace(workspace, forges={}), package)
    with workspace.ledger(package).locked():
        return _run(workspace, Build(release), Audit(release), watch=watch)


def install_check(workspace: Workspace, package: Package, *, source: Source) -> tuple[CellReport, ...]:
    """Install and try a package from *source* on every configured Python.

    Raises:
        GateFailed: a cell failed; NotYet: the index does not list the version.
    """
    from releasegate.app.checkout import judged
    from releasegate.app.deliveries import delivered
    from releasegate.steps.fetch import GivenFiles
    from releasegate.steps.prove import InstallCheck

    source = judged(workspace, package, source)
    release, told = _release(workspace, package, source), _ToldChecker(workspace.ports(package).install_checker)
    files = GivenFiles(source.name, lambda: delivered(workspace, package, source))
    _run(workspace, InstallCheck(release.with_ports(install_checker=told), _role(workspace, source), files))
    return tuple(told.cells)


def end_to_end(
    workspace: Workspace,
    package: Package,
    request: EndToEndRequest,
    *,
    told: Callable[[EndToEndReport], None] = lambda _: None,
) -> EndToEndReport:
    """Run a package with its companions, each from its own source; *told* sees the report before it is judged.

    Raises:
        GateFailed: they do not do their job together; ReleasegateError: that could not be judged.
    """
    from releasegate.adapters.ledger.memory import MemoryLedger
    from releasegate.app.backend_offer import offered
    from releasegate.app.checkout import judged
    from releasegate.app.deliveries import delivered
    from releasegate.steps.companions import picked
    from releasegate.steps.fetch import GivenFiles
    from releasegate.steps.prove import EndToEnd

    if request.recorded:
        # The pair's companion is the one that the evidence says was proven, and known cells are not run again.
        workspace.pull(package)
    source = judged(workspace, package, request.source)
    release = _release(workspace, package, source)
    runner = _ToldRunner(workspace.ports(package).runner, told, workspace if request.recorded else None, request.given)
    ledger = release.ports.ledger if request.recorded else MemoryLedger()
    _run(
        workspace,
        EndToEnd(
            release.with_ports(runner=runner, ledger=ledger),
            _role(workspace, source),
            files=GivenFiles(source.name, lambda: delivered(workspace, package, source)),
            companion_files=_companion_files(workspace, package, request.backends),
            pick=partial(picked, instead=partial(offered, workspace, package, request.source)),
        ),
    )
    return runner.reports[-1]


def _companion_files(
    workspace: Workspace, package: Package, backends: Mapping[str, Source]
) -> Mapping[str, GivenFiles]:
    from releasegate.app.checkout import judged
    from releasegate.app.deliveries import delivered
    from releasegate.steps.fetch import GivenFiles

    found, several = {}, len(package.companions) > 1
    for each in package.companions:
        if each.name in backends:
            companion = workspace.project.settings.package(each.name)
            source = judged(workspace, companion, backends[each.name])
            option = f"{workspace.choices.companion_option} {f'{each.name}=' if several else ''}VERSION"
            found[each.name] = GivenFiles(source.name, partial(delivered, workspace, companion, source, option=option))
    return found


def _release(workspace: Workspace, package: Package, source: Source) -> Release:
    """Return the release of the version that *source* names, else of the one that the commit states."""
    from releasegate.app.deliveries import stated
    from releasegate.steps.release import Release

    version = source.version or stated(workspace, package).version
    return Release(package, version, version, workspace.run_context())


def _role(workspace: Workspace, source: Source) -> Role:
    return "production" if source.name == workspace.project.settings.production else "staging"


def _run(workspace: Workspace, *steps: Step, watch: Watch | None = None) -> tuple[Outcome, ...]:
    """Run *steps* as a release does, with nothing remembered before or after."""
    from releasegate.adapters.ledger.memory import MemoryLedger
    from releasegate.engine import Engine

    ledger = MemoryLedger()
    writer: LedgerWriter = workspace.writer(lambda _: ledger)
    return Engine(writer, watch or _Silent(), lambda _: False).run(steps)


class _Silent:
    """Watches a gate whose frontend tells what comes of it."""

    def begins(self, step: Step) -> None:
        pass

    def ends(self, outcome: Outcome) -> None:
        pass


@dataclass(frozen=True)
class _ToldChecker:
    """An install checker whose reports are kept for whoever asked."""

    checker: InstallChecker
    cells: list[CellReport] = field(default_factory=list)

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, installer: InstalledBy = "both"
    ) -> tuple[CellReport, ...]:
        checked = self.checker.check(delivery, pythons=pythons, progress=progress, installer=installer)
        self.cells.extend(checked)
        return tuple(self.cells)


@dataclass(frozen=True)
class _ToldRunner:
    """A runner whose reports are told, and recorded where there is a workspace for it, before anybody judges them."""

    runner: EndToEndRunner
    told: Callable[[EndToEndReport], None]
    record_in: Workspace | None
    given: Path | None
    reports: list[EndToEndReport] = field(default_factory=list)

    def run(self, delivery: Delivery, *, companions: Sequence[Delivery], **options: object) -> EndToEndReport:
        report = self.runner.run(delivery, companions=companions, **options)  # type: ignore[arg-type]
        self.reports.append(report)
        self.told(report)
        if self.record_in is not None:
            with _evidence(self.record_in, delivery, self.given):
                _record(self.record_in, delivery, companions, report)
        return report


@contextmanager
def _evidence(workspace: Workspace, delivery: Delivery, given: Path | None) -> Iterator[None]:
    """Let other machines, or with *given* other jobs of the same run, know what is recorded in the block."""
    if given is None:
        with workspace.shared(delivery.package):
            yield
        return
    from releasegate.app.ci.handover import Handover

    yield
    Handover(given, delivery.source).give_evidence(workspace, delivery.package, delivery.version)


def _record(workspace: Workspace, delivery: Delivery, companions: Sequence[Delivery], report: EndToEndReport) -> None:
    """Write the verdict of each cell into the version's record; what was not judged has none."""
    from releasegate.core.release.taken_back import CELL, WATCHES
    from releasegate.steps.end_to_end import cell_subject, ran_together

    writer, event, ran = workspace.writer(), workspace.event, ran_together(delivery, companions)
    # What no person and no release started only watches: it tells, and takes no proof back.
    watching = {WATCHES: True} if event is not None and event.trigger == "other" else {}
    problems = {"problems": list(report.problems), "seconds": round(report.seconds, 1)}
    whole = {"cell": "processes", "verdict": report.verdict, **problems, **report.evidence}
    for row in report.evidence.get("cells", (whole,)):
        if row["verdict"] not in {"pass", "fail"}:
            continue
        writer.found(
            delivery.package.name,
            delivery.version,
            step=CELL,
            subject=cell_subject(delivery, companions),
            line=f"{row['cell']}: {row['verdict']}",
            verdict=row["verdict"],
            evidence={**row, "ran": ran, **watching},
        )
