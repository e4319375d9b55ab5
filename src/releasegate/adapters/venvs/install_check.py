"""The install check: every file of a delivery on every Python, each in an environment of its own, side by side.

Users have pip: it installs one environment of each kind of file. uv installs the others, and where it cannot, pip.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from threading import Event
from typing import Literal

from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.installer import Installation, Installer, serves
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.adapters.venvs.probes import probe
from releasegate.adapters.venvs.uv_installer import UvInstaller
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.enumerated import counted
from releasegate.core.errors import Unavailable, without_pythons
from releasegate.ports import CellReport, Delivery, InstalledBy, Progress

Missing = Literal["stop", "leave out"]
"""What an interpreter that is not here means: nothing is judged, or nothing on it."""


@dataclass(frozen=True)
class _Cell:
    python: str
    interpreter: Path | None
    file: Path
    place: Path
    by_pip: bool = False

    @property
    def kind(self) -> str:
        """What is installed."""
        return "tree" if self.file.is_dir() else "wheel" if self.file.suffix == ".whl" else "sdist"

    @property
    def name(self) -> str:
        return f"{self.python} {self.kind}"


@dataclass(frozen=True)
class _Judged:
    """A cell's report, and what kept it from being judged, if anything did."""

    report: CellReport
    unavailable: Unavailable | None = None


@dataclass(frozen=True)
class VenvInstallChecker:
    """Checks in new virtual environments under *workdir*; they are deleted when the check ends.

    *index* and *staging_hosts* are the ``Installer``'s; *workers* is how many cells run at a time.
    """

    workdir: Path
    index: str
    environ: Mapping[str, str]
    staging_hosts: frozenset[str] = frozenset()
    workers: int | None = None
    missing: Missing = "stop"

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, installer: InstalledBy = "both"
    ) -> tuple[CellReport, ...]:
        """Install and try every file on every Python; the reports are in the order of *pythons*, then files.

        Raises:
            Unavailable: an interpreter is not here, or nothing failed, but a cell could not be judged.
        """
        here = self._here(pythons)
        stop = Event()
        with (
            scratch(self.workdir) as folder,
            ThreadPoolExecutor(self.workers or os.cpu_count()) as pool,
        ):
            cells = self._cells(delivery, here, place=folder, installer=installer)
            progress(f"install: {counted(len(cells), 'environment')} for {delivery.package.name} {delivery.version}")
            # pip takes longest: it begins.
            order = sorted(cells, key=lambda cell: not cell.by_pip)
            futures = {cell: pool.submit(self._judge, cell, delivery, stop=stop) for cell in order}
            try:
                _follow(list(futures.values()), progress)
                return _reports([futures[cell].result() for cell in cells])
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _here(self, pythons: Sequence[str]) -> list[tuple[str, Path | None]]:
        """Return each Python with where it is.

        Raises:
            Unavailable: one is not here, and is not to be left out: that is no fault of what is installed.
        """
        interpreters = Interpreters(self.environ)
        here = [(python, interpreters.find(python)) for python in pythons]
        missing = [python for python, found in here if found is None]
        if missing and self.missing == "stop":
            raise without_pythons(missing, may_leave_out=True)
        return here

    def _cells(
        self, delivery: Delivery, here: Sequence[tuple[str, Path | None]], *, place: Path, installer: InstalledBy
    ) -> tuple[_Cell, ...]:
        pairs = product(here, delivery.files)
        cells = tuple(
            _Cell(python, interpreter, file, place / str(n)) for n, ((python, interpreter), file) in enumerate(pairs)
        )
        return _divided(cells) if installer == "both" else cells

    def _judge(self, cell: _Cell, delivery: Delivery, *, stop: Event) -> _Judged:
        started = time.monotonic()
        unavailable = None
        if cell.interpreter is None:
            problem = f"Python {cell.python} is not here; install it (uv python install {cell.python})."
            return _Judged(CellReport(cell.name, "not run", (problem,), (), 0.0))
        try:
            venv = Venv(cell.place, self.environ, stop)
            venv.create(cell.interpreter)
            done = None if cell.by_pip else self._by_uv(cell, delivery, venv=venv)
            if done is None and not cell.by_pip:
                # What uv began is nothing that pip would find.
                shutil.rmtree(cell.place)
                venv.create(cell.interpreter)
            done = done or self._by_pip(cell, delivery, venv=venv)
        except Unavailable as error:
            unavailable, done = error, Installation((), (error.problem, *error.details))
        finally:
            shutil.rmtree(cell.place, ignore_errors=True)
        verdict = "fail" if done.problems else "pass"
        seconds = time.monotonic() - started
        return _Judged(CellReport(cell.name, verdict, done.problems, done.origins, seconds, done.tried), unavailable)

    def _by_uv(self, cell: _Cell, delivery: Delivery, *, venv: Venv) -> Installation | None:
        """Install with uv and try what was installed; ``None`` where not all of the installation is right."""
        uv = UvInstaller(self.index, self.environ, self.staging_hosts)
        cache = cell.place.parent / "uv"
        done = uv.install(venv, delivery.package, file=cell.file, cache=cache)
        if done is None or not uv.fits(venv, cache=cache):
            return None
        trial = probe(venv, delivery)
        return replace(done, problems=trial.problems, tried=f"{trial.tried}, installed by uv")

    def _by_pip(self, cell: _Cell, delivery: Delivery, *, venv: Venv) -> Installation:
        """Install with pip and, where that is as it must be, try what was installed."""
        installer = Installer(self.index, self.environ, self.staging_hosts)
        done = installer.install(venv, delivery.package, file=cell.file, cache=cell.place.parent / "cache")
        if done.problems:
            return done
        trial = probe(venv, delivery)
        # pip is asked for its words alone: it takes twenty times as long as uv to find nothing.
        uv = UvInstaller(self.index, self.environ, self.staging_hosts)
        fits = uv.fits(venv, cache=cell.place.parent / "uv")
        unfit = () if fits else installer.check(venv)
        return replace(done, problems=(*unfit, *trial.problems), tried=trial.tried)


def _divided(given: Sequence[_Cell]) -> tuple[_Cell, ...]:
    """Leave to pip the first wheel, and of every other kind the last: so another Python where there are several.

    A Python that pip has left behind is uv's.
    """
    here = [cell for cell in given if cell.interpreter is not None and serves(cell.python)]
    pipped = {cell.kind: cell for cell in here}
    pipped |= {cell.kind: cell for cell in reversed(here) if cell.kind == "wheel"}
    return tuple(replace(cell, by_pip=cell in pipped.values()) for cell in given)


def _follow(futures: Sequence[Future[_Judged]], progress: Progress) -> None:
    for done, future in enumerate(as_completed(futures), start=1):
        report = future.result().report
        tried = f": {report.tried}" if report.tried else ""
        progress(f"install {done}/{len(futures)}: {report.cell} {report.verdict} ({report.seconds:.0f} s){tried}")


def _reports(judged: Sequence[_Judged]) -> tuple[CellReport, ...]:
    """Return the reports, unless the only thing that is wrong is that something could not be judged."""
    failed = any(j.report.verdict == "fail" and j.unavailable is None for j in judged)
    unavailable = next((j.unavailable for j in judged if j.unavailable is not None), None)
    if unavailable is not None and not failed:
        raise unavailable
    return tuple(j.report for j in judged)
