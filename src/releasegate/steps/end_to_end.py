"""One end-to-end run: what is known of its cells, the run itself, and the evidence that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.beside import COMPANIONS
from releasegate.core.release.entry import Entry, Evidence
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import CELL, is_red
from releasegate.ports import Delivery
from releasegate.steps.after_red import after_red
from releasegate.steps.companions import Beside
from releasegate.steps.fetch import sha256s
from releasegate.steps.release import Release


def run_end_to_end(release: Release, delivery: Delivery, beside: Beside, *, of: str | None = None) -> dict[str, Any]:
    """Run a delivery with its companions and return the evidence; *of* is the package that is judged.

    Raises:
        GateFailed: it failed; the words of the checks and of the companions are its details.
        Refused: the package declares no end-to-end command (a waiver says who takes that on).
        Unavailable: it could not be judged.
    """
    name = of or delivery.package.name
    if not release.run.settings.judged(name):
        raise Refused(
            f"{name} declares no end-to-end command.",
            hint="Set end-to-end or a stack in the configuration, or record a waiver with invoke waive",
        )
    companions = beside.deliveries
    known = known_cells(release.record(), delivery, companions)
    runner = release.run.ports[name].runner
    report = runner.run(delivery, companions=companions, progress=release.run.progress, known=known)
    if report.unjudged is not None:
        raise report.unjudged
    together = ran_together(delivery, companions, named_by=beside.named_by)
    ran = {**together, "seconds": round(report.seconds, 1), **report.evidence}
    if report.verdict != "pass":
        with_all = f" with {' and '.join(map(_shown, companions))}" if companions else ""
        raise GateFailed(
            f"{_shown(delivery)}{with_all} fails end to end.",
            hint=after_red(release, delivery, companions),
            details=[*report.problems, *_last_words(report.log, delivery, companions)],
            evidence=ran,
        )
    return ran


def _last_words(log: Sequence[str], delivery: Delivery, companions: Sequence[Delivery]) -> Iterator[str]:
    """Yield what was said last, each line by its speaker; of several companions a runner tells whose each is."""
    speaker = "" if len(companions) > 1 else f"{(*companions, delivery)[0].package.name}: "
    yield from (f"{speaker}{line}" for line in log)


def ran_together(
    delivery: Delivery, companions: Sequence[Delivery], *, named_by: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return which versions ran, from where, their bytes, and who named the companions' versions."""
    return {
        "package": delivery.package.name,
        "version": str(delivery.version),
        "source": delivery.source,
        "files": sha256s(delivery),
        COMPANIONS: [_companion(each, (named_by or {}).get(each.package.name)) for each in companions],
    }


def cell_subject(delivery: Delivery, companions: Sequence[Delivery]) -> str:
    """Return what a cell's evidence is about: the bytes of all, or the commit of one that is a checkout."""
    # By name: in which order companions are configured is nothing that was run.
    all_of_them = (delivery, *sorted(companions, key=lambda each: each.package.name))
    return " ".join(each for one in all_of_them for each in sorted(sha256s(one).values()) or [one.commit])


def known_cells(record: Record, delivery: Delivery, companions: Sequence[Delivery]) -> tuple[Evidence, ...]:
    """Return what a record says of cells that ran on the bytes of all, the newest last.

    A red one that is newer than a proof is run again.
    """
    cells: list[Entry] = []
    for entry in record.remembered:
        if entry.step == CELL and entry.event == "done":
            again = is_red(entry) and record.closed is not None
            cells = [e for e in cells if not again or e.evidence.get("cell") != entry.evidence.get("cell")]
            cells += [] if again else [entry]
    about = cell_subject(delivery, companions) if cells else ""
    return tuple(entry.evidence for entry in cells if entry.subject == about)


def _companion(companion: Delivery, named_by: str | None) -> dict[str, Any]:
    return {
        "name": companion.package.name,
        "version": str(companion.version),
        "source": companion.source,
        "files": sha256s(companion),
        **({"named by": named_by} if named_by else {}),
    }


def _shown(delivery: Delivery) -> str:
    return f"{delivery.package.name} {delivery.version} from {delivery.source}"
