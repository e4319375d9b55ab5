"""The end-to-end gate in containers: every cell of the matrix, side by side as far as the machine carries it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from releasegate.adapters.containers import labels
from releasegate.adapters.containers.blaming import Blaming, Ended
from releasegate.adapters.containers.cell import CellContext, CellRun, no_origin
from releasegate.adapters.containers.databases import Databases
from releasegate.adapters.containers.engine import ContainerEngine, engine_errors, engine_fault, opened
from releasegate.adapters.containers.images.image_specs import ImageSpecs
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.images.pair_images import Pair, PairImages, PreparedPair
from releasegate.adapters.containers.observed import Observed
from releasegate.adapters.containers.reports import recalled, summary, write
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.blame import Combination
from releasegate.core.e2e.contracts import broken
from releasegate.core.e2e.matrix import Cell, Wanted, matrix, side_by_side
from releasegate.core.errors import ConfigurationError, GateFailed, Refused, ReleasegateError, Unavailable
from releasegate.ports import CellReport, Delivery, EndToEndReport, Progress

Released = Callable[[str, str | None], Delivery | None]
"""Gives what users have of a package: the version, or the one that they have today; ``None`` where there is none."""


@dataclass(frozen=True)
class ContainerRunner:
    """Runs the pair in containers: ``home`` holds the stack's files, ``cache`` what is kept, ``folder`` the reports.

    ``index`` is where everything comes from that is not a delivery, ``staging_hosts`` what none of it may come from;
    ``workplace`` is where the project's own checks run.
    """

    stack: Stack
    environ: Mapping[str, str]
    home: Path
    cache: Path
    folder: Path
    workplace: Path
    index: str
    staging_hosts: frozenset[str]
    released: Released
    wanted: Wanted = field(default_factory=Wanted)
    blame: bool = False
    only_available: bool = False
    keep: bool = False

    def cells(self, source: str) -> tuple[Cell, ...]:
        """Return the cells for what comes from *source*.

        Raises:
            ConfigurationError: there are several, and one is to be left up.
        """
        found = matrix(self.stack, replace(self.wanted, sources=(source,)))
        if self.keep and len(found) > 1:
            raise ConfigurationError(
                f"--keep leaves one stack up, and {len(found)} cells are asked for.",
                hint=f"Name one of them: {' '.join([*found[0].options, '--keep'])}",
            )
        return found

    def run(
        self,
        delivery: Delivery,
        *,
        companion: Delivery | None,
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Run the pair in every cell that is not known; the backend alone is run with the plugin that users have.

        A cell that could not be judged is told by the report, with what the others came to.

        Raises:
            Unavailable: an engine, an image or a version is missing: nothing was judged.
        """
        started = time.monotonic()
        pair, cells = self._pair(delivery, companion), self.cells(delivery.source)
        # A stack that is to be left up is started, whatever is known of it.
        remembered = [] if self.keep else recalled(known, {cell.name for cell in cells})
        missing = [cell for cell in cells if cell.name not in {report.cell for report, _ in remembered}]
        if not missing:
            folder = self.folder / f"known-{int(time.time())}"
            return self._reported(folder, pair, remembered, (), time.monotonic() - started)
        try:
            with opened(self.environ) as engine, labels.running(self.cache / "runs") as run:
                if swept := labels.sweep(engine.client):
                    progress(f"removed what {len(swept)} dead run{'s' * (len(swept) > 1)} had left")
                context = self._context(engine, run, progress)
                ended, said = self._run_cells(context, pair, missing)
        except engine_errors() as error:
            raise engine_fault(error) from error
        return self._reported(context.folder, pair, [*remembered, *ended], said, time.monotonic() - started)

    def _run_cells(
        self, context: CellContext, pair: Pair, cells: Sequence[Cell]
    ) -> tuple[Sequence[Ended], Sequence[str]]:
        """Run the cells and, where that is wanted, find who broke them; nothing of the run is left."""
        client = context.engine.client
        try:
            ended = self._all(context, pair, cells)
            return ended, self._blamed(context, pair, ended) if self.blame else ()
        finally:
            with suppress(*engine_errors()):
                labels.remove(client, context.run.name)
                Images(context.engine).trim(self.stack.cache)

    def _pair(self, delivery: Delivery, companion: Delivery | None) -> Pair:
        if delivery.package.name == self.stack.plugin and companion is not None:
            return Pair(delivery, companion)
        plugin = self.released(self.stack.plugin, None)
        if plugin is None:
            raise Refused(
                f"No {self.stack.plugin} is published that {delivery.package.name} could be run with.",
                hint=f"Publish {self.stack.plugin} first, or record a waiver with invoke waive",
            )
        return Pair(plugin, delivery)

    def _users(self, name: str, version: str | None) -> Delivery:
        found = self.released(name, version)
        if found is None:
            raise Unavailable(
                f"No {name} {version or ''} is published, so there is nothing to run with or to upgrade from.".replace(
                    "  ", " "
                ),
                hint="Leave the path upgrade out (--path fresh), or name what there is with --from",
            )
        return found

    def _context(self, engine: ContainerEngine, run: labels.Run, progress: Progress) -> CellContext:
        return CellContext(
            engine=engine,
            run=run,
            databases=Databases(self.cache / "databases", self.stack.cache),
            home=self.home,
            folder=self.folder / run.name,
            stack=self.stack,
            staging_hosts=self.staging_hosts,
            workplace=self.workplace,
            progress=progress,
            stop=Event(),
            keep=self.keep,
        )

    def _all(self, context: CellContext, pair: Pair, cells: Sequence[Cell]) -> list[Ended]:
        """Make all images, then run the cells; a cell that ends badly does not keep the others from being judged."""
        runs, ended = self._ready(context, pair, cells)
        memory, cpus = self.stack.memory or context.engine.memory, self.stack.cpus or context.engine.cpus
        with ThreadPoolExecutor(side_by_side(len(runs) or 1, memory=memory, cpus=cpus)) as pool:
            futures = [pool.submit(_run_cell, each) for each in runs]
            try:
                ended += [future.result() for future in futures]
            except BaseException:
                context.stop.set()
                for future in futures:
                    future.cancel()
                raise
        return ended

    def _ready(self, context: CellContext, pair: Pair, cells: Sequence[Cell]) -> tuple[list[CellRun], list[Ended]]:
        """Return the cells that can be run, and the report of each that cannot: it is failed already, or left out."""
        pair_images = self._pair_images(context)
        runs: list[CellRun] = []
        ended: list[Ended] = []
        for cell in cells:
            try:
                under_test = pair_images.prepare(pair, netbox=cell.netbox, python=cell.python)
                released = self._origin(pair_images, cell, pair)
            except (GateFailed, Refused) as error:
                ended.append(_ended(cell, error))
            except Unavailable as error:
                if not self.only_available:
                    raise
                problems = (error.problem, *error.details[-1:])
                ended.append((CellReport(cell.name, "left out", problems, (), 0.0), Observed()))
            else:
                runs.append(CellRun(cell, under_test, released, context))
        return runs, ended

    def _origin(self, pair_images: PairImages, cell: Cell, pair: Pair) -> PreparedPair | None:
        """Return the pair that the cell upgrades from.

        Raises:
            Refused: it cannot be installed here, which is not the candidate's fault, and no proof for it either.
        """
        if cell.path != "upgrade":
            return None
        plugin = self._users(self.stack.plugin, cell.upgrade_from or None)
        backend = self.released(self.stack.backend, None) or pair.backend
        released = Pair(plugin, backend)
        try:
            return pair_images.prepare(released, netbox=cell.netbox, python=cell.python)
        except GateFailed as error:
            raise no_origin(released, error) from error

    def _pair_images(self, context: CellContext) -> PairImages:
        names = self.stack.images.replaced(self.environ)
        trust = self.environ.get("RELEASEGATE_CA_BUNDLE") or self.environ.get("SSL_CERT_FILE")
        image_specs = ImageSpecs(self.home / "images", self.index, Path(trust) if trust else None)
        return PairImages(Images(context.engine, context.run), image_specs, self.stack, names, context.progress)

    def _blamed(self, context: CellContext, pair: Pair, ended: Sequence[Ended]) -> tuple[str, ...]:
        """Run the first cell that failed with what users have, and say who broke it.

        That this cannot be found out takes nothing from what is known: it is said.
        """
        failed = next((report for report, _ in ended if report.verdict == "fail"), None)
        if failed is None:
            return ()
        cell = next(c for c in self.cells(pair.plugin.source) if c.name == failed.cell)

        def run_mixed(each: Combination, mixed: Pair, cell: Cell) -> Ended:
            folder = context.folder / f"blame-{each.plugin}-{each.backend}"
            return self._all(replace(context, folder=folder, keep=False), mixed, (cell,))[0]

        try:
            old = Pair(self._users(self.stack.plugin, None), self._users(self.stack.backend, None))
            return Blaming(pair, old, run_mixed, context.progress).blamed(cell, failed)
        except ReleasegateError as error:
            return (f"Who broke it could not be found out: {error.problem}",)

    def _reported(
        self, folder: Path, pair: Pair, ended: Sequence[Ended], said: Sequence[str], seconds: float
    ) -> EndToEndReport:
        write(folder, ended, said)
        failed = [report for report, _ in ended if report.verdict == "fail"]
        unjudged = None if failed else _unjudged(ended)
        # What a failure hides is told with it.
        problems = [line for report, _ in ended if report.verdict in {"fail", "not run"} for line in _told(report)]
        log = [line for report, seen in ended if report.verdict == "fail" for line in seen.log]
        evidence: dict[str, Any] = {
            "pair": str(pair),
            "cells": [summary(*each) for each in ended],
            "report": folder.name,
        }
        verdict = "fail" if failed else "not run" if unjudged else "pass"
        left_up = tuple(line for _, seen in ended for line in seen.left_up)
        return EndToEndReport(verdict, (*problems, *said), tuple(log), seconds, evidence, unjudged, left_up)


def _run_cell(run: CellRun) -> Ended:
    """Run one cell; what kept it from being judged is its report."""
    try:
        return run.run()
    except ReleasegateError as error:
        return _ended(run.cell, error)
    except engine_errors() as error:
        return _ended(run.cell, engine_fault(error))


def _ended(cell: Cell, error: ReleasegateError) -> Ended:
    """Return the report of a cell that an error ended: it failed by the release's fault, or was not judged."""
    lines = (error.problem, *(f"  {line}" for line in error.details))
    if isinstance(error, GateFailed):
        return CellReport(cell.name, "fail", lines, (), 0.0), Observed(contracts=[broken(error.problem, error.details)])
    return CellReport(cell.name, "not run", lines, (), 0.0), Observed(error=error)


def _unjudged(ended: Sequence[Ended]) -> ReleasegateError | None:
    """Return why cells of which none failed are no pass, nothing where they are one."""
    lines = [line for report, _ in ended if report.verdict != "pass" for line in _told(report)]
    missing = [(report, seen.error) for report, seen in ended if seen.error is not None]
    if missing:
        report, error = missing[0]
        count = f"{len(missing)} of {len(ended)} cells" if len(missing) > 1 else report.cell
        told = lines if len(missing) > 1 else report.problems
        return type(error)(f"{count} could not be judged.", hint=error.hint, details=told)
    if any(report.verdict == "pass" for report, _ in ended):
        return None
    hint = "Name an image that can be had, or another NetBox with --netbox"
    return Unavailable("No cell could be run.", hint=hint, details=lines)


def _told(report: CellReport) -> Iterator[str]:
    """Yield a cell's problems, each below the cell's name."""
    for problem in report.problems:
        yield problem if problem.startswith(" ") else f"{report.cell}: {problem}"
