"""Who broke a cell: the first one that failed, run with what users have, and its contracts compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from releasegate.adapters.containers.images.ensemble_images import Ensemble
from releasegate.adapters.containers.observed import Observed
from releasegate.core.e2e.blame import Old, Result, blame, combinations
from releasegate.core.e2e.contracts import broken_names
from releasegate.core.e2e.matrix import Cell
from releasegate.core.errors import ReleasegateError
from releasegate.ports import CellReport, Delivery, Progress

Ended = tuple[CellReport, Observed]


@dataclass(frozen=True)
class Blaming:
    """Exchanges each package of *new*, and then all, for that of *old*, and runs each ensemble by *run_mixed*."""

    new: Ensemble
    old: Ensemble
    run_mixed: Callable[[Old, Ensemble, Cell], Ended]
    progress: Progress

    def blamed(self, cell: Cell, report: CellReport) -> tuple[str, ...]:
        """Return who broke *cell*, of which *report* says that it failed."""
        names = [each.package.name for each in self.new.packages]
        new = [name for name in names if _differs(self.new[name], self.old[name])]
        results: dict[Old, Result] = {}
        fresh = replace(cell, path="fresh", upgrade_from="")
        for each in combinations(new):
            mixed = self.new.with_others({name: self.old[name] for name in each})
            self.progress(f"who broke it: running {mixed}")
            try:
                results[each] = _result(*self.run_mixed(each, mixed, fresh))
            except ReleasegateError as error:
                results[each] = Result(unjudged=error.problem)
        kept = [name for name in names if name not in new]
        return blame(broken_names(report.problems), results, new=new, kept=kept)


def _differs(one: Delivery, other: Delivery) -> bool:
    """Whether two deliveries are not the same files of the same index: a checkout may state a published version."""
    return (one.source, one.version) != (other.source, other.version)


def _result(report: CellReport, seen: Observed) -> Result:
    if report.verdict not in {"pass", "fail"}:
        return Result(unjudged=report.problems[0])
    kept = frozenset(each.name for each in seen.contracts if each.verdict == "pass")
    return Result(broken_names(report.problems), kept)
