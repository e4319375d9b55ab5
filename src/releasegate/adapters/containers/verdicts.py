"""Which of several cells is told of, and what each came to, by an error too; why none that failed are no pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from releasegate.adapters.containers.blaming import Ended
from releasegate.adapters.containers.observed import Observed
from releasegate.core.e2e.contracts import broken
from releasegate.core.e2e.matrix import Cell
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.ports import CellReport, Progress


def ended_by(cell: Cell, error: ReleasegateError) -> Ended:
    """Return the report of a cell that an error ended: it failed by the release's fault, or was not judged."""
    lines = (error.problem, *(f"  {line}" for line in error.details))
    if isinstance(error, GateFailed):
        return CellReport(cell.name, "fail", lines, (), 0.0), Observed(contracts=[broken(error.problem, error.details)])
    return CellReport(cell.name, "not run", lines, (), 0.0), Observed(error=error)


def unjudged(ended: Sequence[Ended]) -> ReleasegateError | None:
    """Return why cells of which none failed are no pass, nothing where they are one."""
    lines = [line for report, _ in ended if report.verdict != "pass" for line in told(report)]
    missing = [(report, seen.error) for report, seen in ended if seen.error is not None]
    if missing:
        report, error = missing[0]
        count = f"{len(missing)} of {len(ended)} cells" if len(missing) > 1 else report.cell
        words = lines if len(missing) > 1 else report.problems
        return type(error)(f"{count} could not be judged.", hint=error.hint, details=words)
    if any(report.verdict == "pass" for report, _ in ended):
        return None
    hint = "Name images that can be had, or other values of the stack's dimensions"
    return Unavailable("No cell could be run.", hint=hint, details=lines)


def told(report: CellReport) -> Iterator[str]:
    """Yield a cell's problems, each below the cell's name."""
    for problem in report.problems:
        yield problem if problem.startswith(" ") else f"{report.cell}: {problem}"


def placed(progress: Progress, number: int, *, of: int) -> Progress:
    """Return what tells the progress of one of several cells, with which of them it is."""
    return progress if of == 1 else lambda line: progress(f"cell {number} of {of}: {line}")


def tell_end(ended: Ended, progress: Progress) -> Ended:
    """Tell how a cell ended, and return it."""
    report, _ = ended
    progress(f"{report.cell}: {report.verdict} ({report.seconds:.0f} s)")
    return ended
