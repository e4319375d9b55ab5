"""The steps of a rehearsal, played one after the other; one that was killed goes on where it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.version import Version

from releasegate.app.orders import Order
from releasegate.app.outcomes import Recorder
from releasegate.app.rehearse.sandbox import OpenSandbox, Sandbox
from releasegate.app.release import Planned, release
from releasegate.core.config.keys import Package
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.core.release.record import Record, record
from releasegate.engine import Outcome, Watch
from releasegate.ports import Progress


class Reporter(Watch, Progress, Protocol):
    """Sees every step of the scenario, every plan and every step of a rehearsal."""

    def heading(self, title: str) -> None:
        """Say which step of the scenario begins."""
        ...

    def fails(self, error: ReleasegateError) -> None:
        """Show the words of a failure that had to come."""
        ...

    def planned(self, planned: Planned) -> None:
        """Say what a release will do."""
        ...


@dataclass(frozen=True)
class ScenarioStep:
    """One step of a scenario; ``over`` is asked of the world, so that a rehearsal that died knows where it was."""

    title: str
    over: Callable[[OpenSandbox], bool]
    run: Callable[[OpenSandbox], None]


@dataclass(frozen=True)
class ScenarioResult:
    """How a rehearsal ended: every outcome of this run, and how often each file name was stored."""

    outcomes: tuple[Outcome, ...]
    records: Mapping[str, Mapping[Version, Record]]
    stored: Mapping[str, int]


def run_scenario(sandbox: Sandbox, steps: tuple[ScenarioStep, ...], recorder: Recorder[Reporter]) -> ScenarioResult:
    """Play the steps that are not over yet; raises ``GateFailed`` for one that does not end as it must."""
    with sandbox.open(recorder.watch) as opened:
        for step in steps:
            if not step.over(opened):
                recorder.watch.heading(step.title)
                step.run(opened)
            if not step.over(opened):
                raise GateFailed(
                    f"The step did not end as it must: {step.title}.", hint=f"Look at what happened in {sandbox.folder}"
                )
        packages = opened.workspace.project.settings.packages
        records = {p.name: records_of(opened, p) for p in packages}
        return ScenarioResult(tuple(recorder.outcomes), records, opened.stored())


def prepare(sandbox: Sandbox, make: Callable[[], None]) -> None:
    """Make the sandbox once: a preparation that was killed is thrown away, nothing was released on it."""
    ready = sandbox.folder / "ready"
    if not ready.exists():
        shutil.rmtree(sandbox.folder, ignore_errors=True)
        sandbox.folder.mkdir(parents=True)
        make()
        ready.touch()


def upload(opened: OpenSandbox, path: Path) -> None:
    """Put a file on the embedded production index, as its maintainers did."""
    workspace = opened.workspace
    answer = workspace.index(workspace.project.settings.production).upload(path)
    if answer.exit_code != 0:
        raise Unavailable(
            f"{path.name} could not be put on the embedded index.", hint="See below", details=answer.words
        )


def release_in(opened: OpenSandbox, order: Order, recorder: Recorder[Reporter]) -> None:
    """Run an order with nobody to ask."""
    release(opened.workspace, order, watch=recorder, confirm=lambda _: True, planned=recorder.watch.planned)


def records_of(opened: OpenSandbox, package: Package) -> dict[Version, Record]:
    """Return all records of a package, by version."""
    ledger = opened.workspace.ledger(package)
    return {version: record(ledger.read(version)) for version in ledger.versions()}


def record_of(opened: OpenSandbox, package: Package, version: str) -> Record:
    """Return the record of one version."""
    return record(opened.workspace.ledger(package).read(Version(version)))
