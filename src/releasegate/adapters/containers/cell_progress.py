"""Which of several cells a line of progress is about, and how each ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.adapters.containers.blaming import Ended
    from releasegate.ports import Progress


def placed(progress: Progress, number: int, *, of: int) -> Progress:
    """Return what tells the progress of one of several cells, with which of them it is."""
    return progress if of == 1 else lambda line: progress(f"cell {number} of {of}: {line}")


def tell_end(ended: Ended, progress: Progress) -> Ended:
    """Tell how a cell ended, and return it."""
    report, _ = ended
    progress(f"{report.cell}: {report.verdict} ({report.seconds:.0f} s)")
    return ended
