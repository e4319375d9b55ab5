"""The acts of a rehearsal, played one after the other; one that was killed goes on where it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.version import Version

from releasegate.app.rehearse.sandbox import Ground, Stand
from releasegate.app.release import Order, Planned, release
from releasegate.core.config.model import Package
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.core.release.record import Record, record
from releasegate.engine import Outcome, Watch
from releasegate.ports import Progress
from releasegate.steps.step import Step


class Spectator(Watch, Progress, Protocol):
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
class Act:
    """One scene; ``over`` is asked of the world, so that a rehearsal that died knows where it was."""

    title: str
    over: Callable[[Stand], bool]
    play: Callable[[Stand], None]


@dataclass(frozen=True)
class Curtain:
    """How a rehearsal ended: every outcome of this run, and how often each file name was stored."""

    outcomes: tuple[Outcome, ...]
    records: Mapping[str, Mapping[str, Record]]
    stored: Mapping[str, int]


class Keeper:
    """Passes everything on to the spectator and keeps the outcomes."""

    def __init__(self, spectator: Spectator) -> None:
        self.spectator = spectator
        self.outcomes: list[Outcome] = []

    def begins(self, step: Step) -> None:
        """Pass it on."""
        self.spectator.begins(step)

    def ends(self, outcome: Outcome) -> None:
        """Keep the outcome and pass it on."""
        self.outcomes.append(outcome)
        self.spectator.ends(outcome)


def play(ground: Ground, acts: tuple[Act, ...], keeper: Keeper) -> Curtain:
    """Play the acts that are not over yet; raises ``GateFailed`` for one that does not end as it must."""
    with ground.open(keeper.spectator) as stand:
        for act in acts:
            if not act.over(stand):
                keeper.spectator.act(act.title)
                act.play(stand)
            if not act.over(stand):
                raise GateFailed(
                    f"The act did not end as it must: {act.title}.", hint=f"Look at what happened in {ground.folder}"
                )
        packages = stand.workshop.project.settings.packages
        records = {p.name: records_of(stand, p) for p in packages}
        return Curtain(tuple(keeper.outcomes), records, stand.stored())


def prepare(ground: Ground, make: Callable[[], None]) -> None:
    """Make the ground once: a preparation that was killed is thrown away, nothing was released on it."""
    ready = ground.folder / "ready"
    if not ready.exists():
        shutil.rmtree(ground.folder, ignore_errors=True)
        ground.folder.mkdir(parents=True)
        make()
        ready.touch()


def upload(stand: Stand, path: Path) -> None:
    """Put a file on the embedded PyPI, as its maintainers did."""
    answer = stand.workshop.index("pypi").upload(path)
    if answer.exit_code != 0:
        raise Unavailable(
            f"{path.name} could not be put on the embedded index.", hint="See below", details=answer.words
        )


def perform(stand: Stand, order: Order, keeper: Keeper) -> None:
    """Run an order with nobody to ask."""
    release(stand.workshop, order, watch=keeper, confirm=lambda _: True, planned=keeper.spectator.planned)


def records_of(stand: Stand, package: Package) -> dict[str, Record]:
    """Return all records of a package, by version."""
    ledger = stand.workshop.ledger(package)
    return {version: record(ledger.read(version)) for version in ledger.versions()}


def record_of(stand: Stand, package: Package, version: str) -> Record:
    """Return the record of one version."""
    return record(stand.workshop.ledger(package).read(str(Version(version))))
