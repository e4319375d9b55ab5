"""One end-to-end run: what is known of its cells, the run itself, and the evidence that it leaves."""

from __future__ import annotations

from typing import Any

from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.entry import Entry, Evidence
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import CELL, is_red
from releasegate.ports import Delivery
from releasegate.steps.fetch import sha256s
from releasegate.steps.release import Release


def run_end_to_end(
    release: Release, delivery: Delivery, companion: Delivery | None, *, of: str | None = None
) -> dict[str, Any]:
    """Run a delivery with its companion and return the evidence; *of* is the package that is judged.

    Raises:
        GateFailed: it failed; the words of the checks and of the companion are its details.
        Refused: the package declares no end-to-end command (a waiver says who takes that on).
        Unavailable: it could not be judged.
    """
    name = of or delivery.package.name
    if not release.run.settings.judged(name):
        raise Refused(
            f"{name} declares no end-to-end command.",
            hint="Set end-to-end or a stack in the configuration, or record a waiver with invoke waive",
        )
    known = known_cells(release.record(), delivery, companion)
    runner = release.run.ports[name].runner
    report = runner.run(delivery, companion=companion, progress=release.run.progress, known=known)
    if report.unjudged is not None:
        raise report.unjudged
    ran = {**ran_together(delivery, companion), "seconds": round(report.seconds, 1), **report.evidence}
    if report.verdict != "pass":
        beside = "" if companion is None else f" with {_shown(companion)}"
        raise GateFailed(
            f"{_shown(delivery)}{beside} fails end to end.",
            hint="Mend it and commit, then run the same command again: the next number is chosen for you",
            details=[*report.problems, *(f"{(companion or delivery).package.name}: {line}" for line in report.log)],
            evidence=ran,
        )
    return ran


def ran_together(delivery: Delivery, companion: Delivery | None) -> dict[str, Any]:
    """Return which versions ran, from where, and their bytes."""
    return {
        "package": delivery.package.name,
        "version": str(delivery.version),
        "source": delivery.source,
        "files": sha256s(delivery),
        "companion": None if companion is None else _companion(companion),
    }


def cell_subject(delivery: Delivery, companion: Delivery | None) -> str:
    """Return what a cell's evidence is about: the bytes of both, or the commit where one is a checkout."""
    pair = [delivery] if companion is None else [delivery, companion]
    return " ".join(each for one in pair for each in sorted(sha256s(one).values()) or [one.commit])


def known_cells(record: Record, delivery: Delivery, companion: Delivery | None) -> tuple[Evidence, ...]:
    """Return what a record says of cells that ran on the bytes of both, the newest last.

    A red one that is newer than a proof is run again.
    """
    cells: list[Entry] = []
    for entry in record.remembered:
        if entry.step == CELL and entry.event == "done":
            again = is_red(entry) and record.closed is not None
            cells = [e for e in cells if not again or e.evidence.get("cell") != entry.evidence.get("cell")]
            cells += [] if again else [entry]
    about = cell_subject(delivery, companion) if cells else ""
    return tuple(entry.evidence for entry in cells if entry.subject == about)


def _companion(companion: Delivery) -> dict[str, Any]:
    return {
        "name": companion.package.name,
        "version": str(companion.version),
        "source": companion.source,
        "files": sha256s(companion),
    }


def _shown(delivery: Delivery) -> str:
    return f"{delivery.package.name} {delivery.version} from {delivery.source}"
