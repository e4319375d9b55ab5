"""The end-to-end gate in containers: every cell of the matrix, side by side as far as the machine carries it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from packaging.version import Version

from releasegate.adapters.containers.blaming import Blaming, Ended
from releasegate.adapters.containers.cell import CellContext, CellRun, no_origin
from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.elsewhere.location import is_here
from releasegate.adapters.containers.elsewhere.registry import Registry
from releasegate.adapters.containers.elsewhere.stack_relay import with_python
from releasegate.adapters.containers.engine import ContainerEngine, engine_errors, engine_fault, opened
from releasegate.adapters.containers.images.ensemble_images import Ensemble, EnsembleImages, Prepared
from releasegate.adapters.containers.images.hosting import meant, require_loadable, unanswered_routes
from releasegate.adapters.containers.images.image_specs import ImageSpecs
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.observed import Observed
from releasegate.adapters.containers.reports import recalled, summary, write
from releasegate.adapters.containers.runs import labels, sweep
from releasegate.adapters.containers.verdicts import ended_by, placed, tell_end, told, unjudged
from releasegate.adapters.kit_folders import KitFolders
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.aliases import ALIASES, Meant, settled
from releasegate.core.e2e.blame import Old
from releasegate.core.e2e.matrix import Cell, Wanted, matrix, side_by_side
from releasegate.core.errors import ConfigurationError, GateFailed, Refused, ReleasegateError, Unavailable
from releasegate.ports import CellReport, Delivery, EndToEndReport, Progress

Released = Callable[[str, str | None], Delivery | None]
"""Gives what users have of a package: the version, or the one that they have today; ``None`` where there is none."""
Hosts = Callable[[str], Sequence[Version]]
"""Gives the versions of a host's project that can be had."""


@dataclass(frozen=True)
class ContainerRunner:
    """Runs packages together in containers, as ``stack`` says and the files in ``folders`` do.

    ``cache`` is where things are kept, ``folder`` where the reports are.
    ``index`` is where everything comes from that is not a delivery, ``staging_hosts`` what none of it may come from;
    ``workplace`` is where the project's own checks run.
    """

    stack: Stack
    environ: Mapping[str, str]
    folders: KitFolders
    cache: Path
    folder: Path
    workplace: Path
    index: str
    staging_hosts: frozenset[str]
    released: Released
    hosts: Hosts
    wanted: Wanted = field(default_factory=Wanted)
    aliases: Meant = field(default_factory=dict)
    blame: bool = False
    only_available: bool = False
    keep: bool = False

    def cells(self, source: str) -> tuple[Cell, ...]:
        """Return the cells for what comes from *source*.

        Raises:
            ConfigurationError: there are several, and one is to be left up.
        """
        found = matrix(self.stack, replace(self.wanted, sources=(source,)), every_value=not self.keep)
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
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Run the packages in every cell that is not known; those that are not given are what users have.

        A cell that could not be judged is told by the report, with what the others came to.

        Raises:
            Unavailable: an engine, an image or a version is missing: nothing was judged.
        """
        started, ensemble = time.monotonic(), self._ensemble(delivery, companions)
        if found := meant(self.stack, self.wanted, ensemble, known=known, versions=self.hosts):
            for word, host in found.items():
                progress(f"{word} is {host}")
            here = replace(self, wanted=settled(self.stack, self.wanted, found), aliases=found)
            return here.run(delivery, companions=companions, progress=progress, known=known)
        cells = self.cells(delivery.source)
        # A stack that is to be left up is started, whatever is known of it.
        remembered = [] if self.keep else recalled(known, {cell.name for cell in cells})
        missing = [cell for cell in cells if cell.name not in {report.cell for report, _ in remembered}]
        if not missing:
            folder = self.folder / f"known-{int(time.time())}"
            return self._reported(folder, ensemble, remembered, (), time.monotonic() - started)
        if (broke := unanswered_routes(self.stack, ensemble)) is not None:
            folder, read = self.folder / f"read-{int(time.time())}", [ended_by(cell, broke) for cell in missing]
            return self._reported(folder, ensemble, [*remembered, *read], (), time.monotonic() - started)
        try:
            with opened(self.environ) as engine, labels.running(self.cache / "runs") as run:
                labels.announce(engine.client, run)
                if swept := sweep.remove_dead(engine.client, run):
                    progress(f"removed what {len(swept)} dead run{'s' * (len(swept) > 1)} had left")
                context = self._context(engine, run, progress)
                ended, said = self._run_cells(context, ensemble, missing)
        except engine_errors() as error:
            raise engine_fault(error) from error
        return self._reported(context.folder, ensemble, [*remembered, *ended], said, time.monotonic() - started)

    def _run_cells(
        self, context: CellContext, ensemble: Ensemble, cells: Sequence[Cell]
    ) -> tuple[Sequence[Ended], Sequence[str]]:
        """Run the cells and, where that is wanted, find who broke them; nothing of the run is left."""
        client = context.engine.client
        try:
            ended = self._all(context, ensemble, cells)
            return ended, self._blamed(context, ensemble, ended) if self.blame else ()
        finally:
            with suppress(*engine_errors()):
                sweep.remove(client, context.run.name)
                # An image that another run is about to start may be the oldest one here.
                if not sweep.living(client, context.run):
                    Images(context.engine).trim(self.stack.cache)

    def _ensemble(self, delivery: Delivery, companions: Sequence[Delivery]) -> Ensemble:
        given = {each.package.name: each for each in (delivery, *companions)}
        return Ensemble(tuple(given.get(name) or self._with(name, delivery) for name in self.stack.members))

    def _with(self, name: str, delivery: Delivery) -> Delivery:
        """Return what users have of a package that *delivery* runs with."""
        found = self.released(name, None)
        if found is None:
            raise Refused(
                f"No {name} is published that {delivery.package.name} could be run with.",
                hint=f"Publish {name} first, or record a waiver with invoke waive",
            )
        return found

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
        registry = self._registry(engine, progress)
        return CellContext(
            engine=engine,
            run=run,
            databases=Databases(self.cache / "databases", self.stack.cache, self.stack.kit.database, registry),
            folders=self.folders,
            folder=self.folder / run.name,
            stack=self.stack,
            staging_hosts=self.staging_hosts,
            workplace=self.workplace,
            progress=progress,
            stop=Event(),
            keep=self.keep,
        )

    def _all(self, context: CellContext, ensemble: Ensemble, cells: Sequence[Cell]) -> list[Ended]:
        """Make all images, then run the cells; a cell that ends badly does not keep the others from being judged."""
        runs, ended = self._ready(context, ensemble, cells)
        if runs and not is_here(context.engine, image=with_python(runs[0].under_test.images), run=context.run):
            context.progress("the engine is not on this machine's loopback: its services are reached through a relay")
            runs = [replace(each, context=replace(context, elsewhere=True)) for each in runs]
        memory, cpus = self.stack.memory or context.engine.memory, self.stack.cpus or context.engine.cpus
        with ThreadPoolExecutor(side_by_side(len(runs) or 1, memory=memory, cpus=cpus)) as pool:
            futures = [pool.submit(_run_cell, each) for each in runs]
            try:
                tellers = (each.context.progress for each in runs)
                ended += [tell_end(future.result(), tell) for future, tell in zip(futures, tellers, strict=True)]
            except BaseException:
                context.stop.set()
                for future in futures:
                    future.cancel()
                raise
        return ended

    def _ready(
        self, context: CellContext, ensemble: Ensemble, cells: Sequence[Cell]
    ) -> tuple[list[CellRun], list[Ended]]:
        """Return the cells that can be run, and the report of each that cannot: it is failed already, or left out."""
        images = self._images(context)
        runs: list[CellRun] = []
        ended: list[Ended] = []
        for number, cell in enumerate(cells, start=1):
            here = replace(context, progress=placed(context.progress, number, of=len(cells)))
            try:
                require_loadable(self.stack, cell, ensemble)
                under_test = images.prepare(ensemble, cell)
                released = self._origin(images, cell, ensemble)
            except (GateFailed, Refused) as error:
                ended.append(ended_by(cell, error))
            except Unavailable as error:
                if not self.only_available:
                    raise
                problems = (error.problem, *error.details[-1:])
                ended.append((CellReport(cell.name, "left out", problems, (), 0.0), Observed()))
            else:
                runs.append(CellRun(cell, under_test, released, here))
        return runs, ended

    def _origin(self, images: EnsembleImages, cell: Cell, ensemble: Ensemble) -> Prepared | None:
        """Return what the cell upgrades from: the first package as it was then, and what users have of the others.

        Raises:
            Refused: it cannot be installed here, which is not the candidate's fault, and no proof for it either.
        """
        if cell.path != "upgrade":
            return None
        first, *others = [each.package.name for each in ensemble.packages]
        before = {first: self._users(first, cell.upgrade_from or None)}
        before |= {name: found for name in others if (found := self.released(name, None)) is not None}
        released = ensemble.with_others(before)
        try:
            require_loadable(self.stack, cell, released)
            return images.prepare(released, cell)
        except GateFailed as error:
            raise no_origin(released, error) from error

    def _images(self, context: CellContext) -> EnsembleImages:
        trust = self.environ.get("RELEASEGATE_CA_BUNDLE") or self.environ.get("SSL_CERT_FILE")
        specs = ImageSpecs(self.folders, self.stack, self.index, Path(trust) if trust else None)
        images = Images(context.engine, context.run, registry=context.databases.registry)
        return EnsembleImages(images, specs, self.stack, self.environ, context.progress)

    def _registry(self, engine: ContainerEngine, progress: Progress) -> Registry | None:
        name = self.environ.get("RELEASEGATE_REGISTRY") or self.stack.registry
        return Registry(engine, name.rstrip("/"), progress) if name else None

    def _blamed(self, context: CellContext, ensemble: Ensemble, ended: Sequence[Ended]) -> tuple[str, ...]:
        """Run the first cell that failed with what users have, and say who broke it.

        That this cannot be found out takes nothing from what is known: it is said.
        """
        failed = next((report for report, _ in ended if report.verdict == "fail"), None)
        if failed is None:
            return ()
        sources = {each.source for each in ensemble.packages}
        cell = next(c for source in sources for c in self.cells(source) if c.name == failed.cell)

        def run_mixed(old: Old, mixed: Ensemble, cell: Cell) -> Ended:
            folder = context.folder / "-".join(["blame", *sorted(old)])
            return self._all(replace(context, folder=folder, keep=False), mixed, (cell,))[0]

        try:
            before = Ensemble(tuple(self._users(each.package.name, None) for each in ensemble.packages))
            return Blaming(ensemble, before, run_mixed, context.progress).blamed(cell, failed)
        except ReleasegateError as error:
            return (f"Who broke it could not be found out: {error.problem}",)

    def _reported(
        self, folder: Path, ensemble: Ensemble, ended: Sequence[Ended], said: Sequence[str], seconds: float
    ) -> EndToEndReport:
        write(folder, ended, said)
        failed = [report for report, _ in ended if report.verdict == "fail"]
        error = None if failed else unjudged(ended)
        # What a failure hides is told with it.
        problems = [line for report, _ in ended if report.verdict in {"fail", "not run"} for line in told(report)]
        log = [line for report, seen in ended if report.verdict == "fail" for line in seen.log]
        evidence: dict[str, Any] = {
            "pair": str(ensemble),
            "cells": [{**summary(*each), **({ALIASES: dict(self.aliases)} if self.aliases else {})} for each in ended],
            "report": folder.name,
        }
        verdict = "fail" if failed else "not run" if error else "pass"
        left_up = tuple(line for _, seen in ended for line in seen.left_up)
        return EndToEndReport(verdict, (*problems, *said), tuple(log), seconds, evidence, error, left_up)


def _run_cell(run: CellRun) -> Ended:
    """Run one cell; what kept it from being judged is its report."""
    try:
        return run.run()
    except ReleasegateError as error:
        return ended_by(run.cell, error)
    except engine_errors() as error:
        return ended_by(run.cell, engine_fault(error))
