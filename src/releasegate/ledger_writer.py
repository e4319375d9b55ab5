"""The writer: every entry that this machine adds to a ledger is written here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from releasegate.core.errors import ReleasegateError
from releasegate.core.evidence.merge import following
from releasegate.core.release.entry import Entry, EntryEvent, Evidence
from releasegate.core.release.record import Record, record
from releasegate.core.release.taken_back import REVOKED
from releasegate.ports import Clock, Ledger
from releasegate.steps.step import Step


@dataclass(frozen=True)
class Waiver:
    """A person takes it on, for a reason, that a gate does not pass."""

    step: str
    by: str
    reason: str


@dataclass(frozen=True)
class LedgerWriter:
    """The only writer of the ledgers.

    ``ledgers`` gives a package's ledger by the package's name, ``run_id`` names this run, and ``software`` is the
    version of releasegate that runs.
    """

    ledgers: Callable[[str], Ledger]
    clock: Clock
    run_id: str
    software: str

    def record(self, package: str, version: Version, *, believed: bool = False) -> Record:
        """Return what is recorded of a version so far; with *believed* what of it counts for a production upload."""
        ledger = self.ledgers(package)
        return record(ledger.believed(version) if believed else ledger.read(version))

    def step(self, step: Step, event: EntryEvent, *, verdict: str = "pass", evidence: Evidence | None = None) -> None:
        """Write what happened to *step*; it is on the disk when this returns."""
        try:
            subject = step.subject()
        except ReleasegateError:
            subject = ""  # what the step is about is the very thing that is missing
        release, said = step.release, {"line": step.describe(), "kind": step.kind.value, "evidence": evidence or {}}
        self._append(
            release.package.name, release.version, step=step.key, event=event, subject=subject, verdict=verdict, **said
        )

    def waived(self, package: str, version: Version, waiver: Waiver) -> Entry:
        """Write that a person waived a gate for this one version; return the entry."""
        line = f"{waiver.step} is waived by {waiver.by}: {waiver.reason}"
        said = {"verdict": "waived", "evidence": {"by": waiver.by, "reason": waiver.reason}}
        return self._append(package, version, step=waiver.step, event="waived", subject="", line=line, **said)

    def revoked(self, package: str, version: Version, *, by: str, reason: str) -> Entry:
        """Write that a person takes the proof of this one version back; return the entry."""
        said = {"verdict": "revoked", "evidence": {"by": by, "reason": reason}}
        line = f"{version} is revoked by {by}: {reason}"
        return self._append(package, version, step=REVOKED, event=REVOKED, subject="", line=line, **said)

    def found(self, package: str, version: Version, *, step: str, subject: str, line: str, **said: Any) -> Entry:
        """Write what a run outside of a pipeline proved, or disproved, of *subject*; return the entry."""
        return self._append(package, version, step=step, event="done", subject=subject, line=line, **said)

    def _append(self, package: str, version: Version, **said: Any) -> Entry:
        ledger = self.ledgers(package)
        # Machines' clocks differ, and the record is read in the order of time: what is written follows what is there.
        at = following(ledger.read(version), self.clock.now())
        entry = Entry(at=at, run=self.run_id, releasegate=self.software, **said)
        ledger.append(version, entry)
        return entry
