"""The acts of a rehearsal, played one after the other; one that was killed goes on where it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.version import Version

from releasegate.app.recorder import Recorder
from releasegate.app.rehearse.sandbox import OpenSandbox, Sandbox
from releasegate.app.release import Order, Planned, release
from releasegate.core.config.model import Package
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.core.release.record import Record, record
from releasegate.engine import Outcome, Watch
from releasegate.ports import Progress


class Reporter(Watch, Progress, Protocol):
    """Sees every act, every plan and every step of a rehearsal."""

    def act(self, title: str) -> None:
        """Say which act begins."""
        ...

    def fails(self, error: ReleasegateError) -> None:
        """Show the words of a failure that had to come."""
        ...

    def planned(self, planned: Planned) -> None:
        """Say what a release will do."""
        ...


@dataclass(frozen=True)
class ScenarioStep:
    """One scene; ``over`` is asked of the world, so that a rehearsal that died knows where it was."""

    title: str
    over: Callable[[OpenSandbox], bool]
    play: Callable[[OpenSandbox], None]


@dataclass(frozen=True)
class ScenarioResult:
    """How a rehearsal ended: every outcome of this run, and how often each file name was stored."""

    outcomes: tuple[Outcome, ...]
    records: Mapping[str, Mapping[Version, Record]]
    stored: Mapping[str, int]


def play(sandbox: Sandbox, acts: tuple[ScenarioStep, ...], recorder: Recorder[Reporter]) -> ScenarioResult:
    """Play the acts that are not over yet; raises ``GateFailed`` for one that does not end as it must."""
    with sandbox.open(recorder.watch) as playing:
        for act in acts:
            if not act.over(playing):
                recorder.watch.act(act.title)
                act.play(playing)
            if not act.over(playing):
                raise GateFailed(
                    f"The act did not end as it must: {act.title}.", hint=f"Look at what happened in {sandbox.folder}"
                )
        packages = playing.workspace.project.settings.packages
        records = {p.name: records_of(playing, p) for p in packages}
        return ScenarioResult(tuple(recorder.outcomes), records, playing.stored())


def prepare(sandbox: Sandbox, make: Callable[[], None]) -> None:
    """Make the ground once: a preparation that was killed is thrown away, nothing was released on it."""
    ready = sandbox.folder / "ready"
    if not ready.exists():
        shutil.rmtree(sandbox.folder, ignore_errors=True)
        sandbox.folder.mkdir(parents=True)
        make()
        ready.touch()


def upload(playing: OpenSandbox, path: Path) -> None:
    """Put a file on the embedded PyPI, as its maintainers did."""
    answer = playing.workspace.index("pypi").upload(path)
    if answer.exit_code != 0:
        raise Unavailable(
            f"{path.name} could not be put on the embedded index.", hint="See below", details=answer.words
        )


def release_in(playing: OpenSandbox, order: Order, recorder: Recorder[Reporter]) -> None:
    """Run an order with nobody to ask."""
    release(playing.workspace, order, watch=recorder, confirm=lambda _: True, planned=recorder.watch.planned)


def records_of(playing: OpenSandbox, package: Package) -> dict[Version, Record]:
    """Return all records of a package, by version."""
    ledger = playing.workspace.ledger(package)
    return {version: record(ledger.read(version)) for version in ledger.versions()}


def record_of(playing: OpenSandbox, package: Package, version: str) -> Record:
    """Return the record of one version."""
    return record(playing.workspace.ledger(package).read(Version(version)))
