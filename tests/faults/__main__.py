"""The bench's command line: ``python -m tests.faults``, as ``nox -s faults`` runs it."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from releasegate.core.errors import ReleasegateError
from tests.faults.catalogue import KINDS, chosen
from tests.faults.fault import Injected
from tests.faults.pool import injected
from tests.faults.stages import STAGES, prepared
from tests.faults.table import exit_code, failures, table


def main(words: Sequence[str]) -> int:
    """Inject what *words* ask for, print what became of it, and return the exit code."""
    asked = _parser().parse_args(words)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    kinds = [kind for kind in KINDS if asked.only in {None, kind.name}]
    faults = chosen(kinds, seed, short=asked.short, count=asked.count, named=asked.fault)
    if not faults:
        say(f"There is no such fault with the seed {seed}.")
        return 2
    say(f"seed {seed}: {len(faults)} to inject, {sum(fault.whole for fault in faults)} of them whole runs")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        try:
            bench = prepared(Path(folder), frozenset(STAGES) & {fault.stage for fault in faults})
        except ReleasegateError as error:
            say(str(error))
            return 1
        seconds = asked.minutes * 60 - (time.monotonic() - started)
        done = injected(faults, bench, processes=asked.processes, seconds=seconds, tell=_tell)
    for line in (*failures(done), "", *table(done), ""):
        say(line)
    nothing = [each for each in done if not each.verdict.injected]
    if nothing:
        say(f"{len(nothing)} found nothing to disturb here: {', '.join(each.fault.name for each in nothing)}")
    if len(done) < len(faults):
        say(f"{len(faults) - len(done)} were left out: {asked.minutes} minutes were over.")
    say(f"{time.monotonic() - started:.0f} s with {asked.processes} processes, seed {seed}.")
    return exit_code(done)


def say(line: str) -> None:
    """Print one line as it is; what no terminal has a letter for is escaped."""
    sys.stdout.write(line.encode("ascii", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def _tell(one: Injected) -> None:
    """Say of a whole run, and of whatever did harm, that it ended."""
    if one.fault.whole or one.verdict.marks:
        word = "survived" if one.verdict.survived else ", ".join(sorted(one.verdict.marks)) or "not reached"
        say(f"  {word:<12} {one.seconds:5.1f} s  {one.fault.kind}/{one.fault.name}")
    for line in failures([one]):  # at once: the bench may be ended before its table
        say(f"    {line}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nox -s faults --", description=__doc__, allow_abbrev=False)
    parser.add_argument("--short", action="store_true", help="the short form: a few of each kind")
    parser.add_argument("--seed", type=int, help="what chance is drawn from; another one each time, if left out")
    parser.add_argument("--only", choices=[kind.name for kind in KINDS], metavar="KIND", help="one kind alone")
    parser.add_argument("--fault", metavar="KIND/NAME", help="one fault alone, as a failure names it")
    parser.add_argument("--count", type=int, help="at most so many of each kind")
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no fault after so many minutes")
    parser.add_argument("--processes", type=int, default=2, help="how many faults are injected side by side")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
