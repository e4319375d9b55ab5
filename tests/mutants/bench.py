"""Plants defects into a stack that was left up, and lets the checks judge it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from junitparser import Error, Failure, JUnitXml
from junitparser.junitparser import Properties

from tests.mutants import ground
from tests.mutants.ground import BEFORE, FRESH
from tests.mutants.kept import CHECKS, SUITE
from tests.mutants.mutant import NO_PLACE, NOT_STARTED, Caught, Mutant, Side
from tests.mutants.planting import Planter
from tests.mutants.rounds import WHOLE, Round, rounds

_JUDGED = 1800.0
_ALL = 0
Place = tuple[Side, str]


@dataclass
class Bench:
    """The stack, what is judged of it, what is broken anyhow, and which side changed since it started."""

    planter: Planter
    only: tuple[str, ...] = ()
    depth: str = WHOLE
    user: str = "superuser"
    known: frozenset[str] = frozenset()
    dirty: set[Side] = field(default_factory=lambda: {"plugin", "backend"})

    def judge(self, batch: Sequence[Mutant]) -> Iterator[Caught]:
        """Plant mutants together, and those by themselves that their own contracts did not tell of then."""
        if len(batch) == 1:
            yield self._alone(batch[0])
            return
        began = time.monotonic()
        broken = self._planted(batch, _ALL)
        seconds = (time.monotonic() - began) / len(batch)
        told = [m for m in batch if broken is not None and (m.by in broken or (m.harmless and not broken))]
        for mutant in told:
            yield Caught(mutant, (mutant.by,) if mutant.by else (), seconds=seconds)
        for mutant in (each for each in batch if each not in told):
            yield self._alone(mutant)

    def broken_anyhow(self) -> tuple[str, ...]:
        """Return every contract that is broken without a defect."""
        return self._planted((), _ALL) or ()

    def keep_offered(self) -> None:
        """Keep what the plugin offers without a defect: in an upgrade that is the last final's."""
        report = self.planter.stack.report_folder
        (report / "offered-released.json").unlink(missing_ok=True)
        replace(self, only=("test_1_up.py", "test_3_offered.py")).broken_anyhow()
        (report / "offered-candidate.json").replace(report / "offered-released.json")

    def _alone(self, mutant: Mutant) -> Caught:
        """Plant one mutant, and return what first told of it."""
        began = time.monotonic()
        source = self.planter.read(mutant.side, mutant.file)
        if source is None or mutant.planted(source) is None:
            return Caught(mutant, how=NO_PLACE)
        broken = self._planted([mutant], 1)
        how, seconds = NOT_STARTED if broken is None else "", time.monotonic() - began
        return Caught(mutant, broken or (), how, seconds)

    def _planted(self, batch: Sequence[Mutant], most: int) -> tuple[str, ...] | None:
        """Return what breaks with these mutants in place, *most* contracts or all; nothing where nothing starts."""
        migrates = any(mutant.of_a_migration for mutant in batch)
        early = migrates and not ground.is_kept(self.planter.stack, BEFORE)
        if self.dirty and (early or any(mutant.removed for mutant in batch)):
            self._start(FRESH)  # in a container that does not run no file can be removed
        if early:
            ground.keep_before(self.planter.stack)
        before, after = self._texts(batch)
        try:
            for (side, file), text in after.items():
                self._write(side, file, text)
            if not self._start(BEFORE if migrates else FRESH):
                return None
            every = rounds(batch, self.depth, self.only)
            told: list[str] = []
            judged: list[tuple[Path, ...]] = []
            while (of := next(every, None)) and (most == _ALL or not told):
                files = tuple(file for file in of.files if file.parent in self.planter.stack.checks)
                if set(files) - {file for each in judged for file in each}:  # of a plugin alone, rounds are alike
                    told += self._broken(replace(of, files=files), most, batch[0].world if batch else "small")
                judged.append(files)
            return tuple(dict.fromkeys(told))
        finally:
            for (side, file), source in before.items():
                self._write(side, file, source)

    def _texts(self, batch: Sequence[Mutant]) -> tuple[dict[Place, str], dict[Place, str | None]]:
        """Return the files that mutants change, as they are and as they become."""
        before: dict[Place, str] = {}
        after: dict[Place, str | None] = {}
        for mutant in batch:
            place = mutant.side, mutant.file
            source = before.get(place) or self.planter.read(*place) or ""
            before[place], text = source, after.get(place) or source
            after[place] = None if mutant.removed else mutant.planted(text) or text
        return before, after

    def _write(self, side: Side, file: str, text: str | None) -> None:
        self.dirty.add(side)
        self.planter.write(side, file, text)

    def _start(self, database: str) -> bool:
        up = ground.start(self.planter.stack, database, anew="plugin" in self.dirty or database != FRESH)
        self.dirty.clear()
        if database != FRESH:
            self.dirty.add("plugin")
        return up

    def _broken(self, of: Round, most: int, world: str) -> tuple[str, ...]:
        """Run checks and return the contracts that broke and are not broken anyhow."""
        stack = self.planter.stack
        environment = {
            **stack.environment,
            "RELEASEGATE_DEPTH": of.depth,
            "RELEASEGATE_WORLD": world,
            "RELEASEGATE_PAIR_USER": self.user,
            "RELEASEGATE_SINCE": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "PYTHONPATH": os.pathsep.join(str(folder.absolute()) for folder in (*stack.checks, SUITE)),
        }
        report = stack.report_folder / "junit-mutant.xml"
        report.unlink(missing_ok=True)
        words = ["-q", f"--maxfail={most and len(self.known) + most}", f"--junitxml={report}"]
        words += ["-c", str(SUITE.absolute() / "pytest.ini")]
        words += [word for name in ("no:cacheprovider", *stack.plugins) for word in ("-p", name)]
        pytest = [
            sys.executable,
            "-m",
            "pytest",
            *words,
            *(str(file.absolute()) for file in of.files),
        ]
        try:
            subprocess.run(pytest, cwd=CHECKS[0], env=environment, capture_output=True, timeout=_JUDGED, check=False)
        except subprocess.TimeoutExpired:
            return ("the checks do not end",)
        return tuple(sorted({*_failed(report)} - self.known))


def _failed(report: Path) -> Iterator[str]:
    if not report.exists():
        yield "the checks could not be run"
        return
    for case in (case for suite in JUnitXml.fromfile(str(report)) for case in suite):
        if any(isinstance(result, Failure | Error) for result in case.result):
            told = {p.name: p.value for group in case.iterchildren(Properties) for p in group}  # type: ignore[no-untyped-call]
            yield str(told.get("contract", case.name))
