"""Who broke a pair: the first cell that failed, run with what users have, and its contracts compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from releasegate.adapters.containers.images.pair_images import Pair
from releasegate.adapters.containers.observed import Observed
from releasegate.core.e2e.blame import Age, Combination, Result, blame, combinations
from releasegate.core.e2e.contracts import broken_names
from releasegate.core.e2e.matrix import Cell
from releasegate.core.errors import ReleasegateError
from releasegate.ports import CellReport, Delivery, Progress

Ended = tuple[CellReport, Observed]


@dataclass(frozen=True)
class Blaming:
    """Exchanges the plugin, the backend and both of *new* for those of *old*, and runs each by *run_mixed*."""

    new: Pair
    old: Pair
    run_mixed: Callable[[Combination, Pair, Cell], Ended]
    progress: Progress

    def blamed(self, cell: Cell, report: CellReport) -> tuple[str, ...]:
        """Return who broke *cell*, of which *report* says that it failed."""
        results: dict[Combination, Result] = {}
        fresh = replace(cell, path="fresh", upgrade_from="")
        for each in combinations(
            plugin_is_new=_differs(self.new.plugin, self.old.plugin),
            backend_is_new=_differs(self.new.backend, self.old.backend),
        ):
            mixed = Pair(self._of(each.plugin).plugin, self._of(each.backend).backend)
            self.progress(f"who broke it: running {mixed}")
            try:
                results[each] = _result(*self.run_mixed(each, mixed, fresh))
            except ReleasegateError as error:
                results[each] = Result(unjudged=error.problem)
        names = (self.new.plugin.package.name, self.new.backend.package.name)
        return blame(broken_names(report.problems), results, plugin=names[0], backend=names[1])

    def _of(self, age: Age) -> Pair:
        return self.new if age == "new" else self.old


def _differs(one: Delivery, other: Delivery) -> bool:
    """Whether two deliveries are not the same files of the same index: a checkout may state a published version."""
    return (one.source, one.version) != (other.source, other.version)


def _result(report: CellReport, seen: Observed) -> Result:
    if report.verdict not in {"pass", "fail"}:
        return Result(unjudged=report.problems[0])
    kept = frozenset(each.name for each in seen.contracts if each.verdict == "pass")
    return Result(broken_names(report.problems), kept)
