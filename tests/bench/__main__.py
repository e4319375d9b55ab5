"""The bench's command line: ``python -m tests.bench``, as ``nox -s bench`` runs it."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.commands import Command, Row
from tests.bench.ground import Ground
from tests.bench.growth import GROWTHS
from tests.bench.measured import Run, run, spread
from tests.bench.rows import rows
from tests.bench.table import Grown, Measured, page, picture

TOP = Path(__file__).parents[2]


def main(words: Sequence[str]) -> None:
    """Measure, and write the page, its figures as JSON and the picture."""
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each command is run")
    parser.add_argument("--out", type=Path, default=TOP / "docs", help="where the page is written")
    parser.add_argument(
        "--only", default="", help="measure the rows whose work has this in its name, and write nothing"
    )
    asked = parser.parse_args(words)
    before = os.getloadavg()[1]
    grown = [] if asked.only else [_grown(*point) for point in _sizes()]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = Ground(Path(folder)).made()
        pair, found = " with ".join(f"{name} {number}" for name, number in made.versions.items()), rows(made)
        rounds = [[*_measured(row, asked.runs)] for row in found if asked.only in row.work]
    measured = [line for lines in rounds for line in lines]
    if not asked.only:
        _write(measured, grown, asked, before=before, pair=pair)
    if failed := [own.work for own, *_ in rounds if own.cannot]:
        raise SystemExit(f"Ours could not do: {', '.join(failed)}. What it said is above; mend it, and run this again")


def _write(
    measured: Sequence[Measured], grown: Sequence[Grown], asked: argparse.Namespace, *, before: float, pair: str
) -> None:
    """Write the page, its figures as JSON and the picture."""
    load = f"where on average {before:.0f} processes ran or waited before, and {os.getloadavg()[1]:.0f} at the end"
    ground = f"{os.cpu_count()} cores, Python {platform.python_version()},\n{load}"
    (asked.out / "benchmarks.md").write_text(
        page(measured, grown, runs=asked.runs, ground=ground, pair=pair), encoding="utf-8"
    )
    told = {"runs": asked.runs, "rows": [asdict(each) for each in measured], "growth": [asdict(each) for each in grown]}
    (asked.out / "benchmarks.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (asked.out / "benchmarks.svg").write_text(picture(grown), encoding="utf-8")


def _measured(row: Row, runs: int) -> Iterator[Measured]:
    """Run ours and the peers' in turn, so that what else the machine does falls on all of them.

    What ends otherwise than it must is not run again, and its line says so: the others lose nothing by it.
    """
    commands = (row.ours, *row.peers)
    cannot = {each.name: each.cannot for each in commands if each.cannot}
    taken: list[dict[str, Run]] = [{} for _ in range(runs)]
    for one, each in itertools.product(taken, commands):
        if each.name not in cannot:
            one[each.name], failed = _once(each)
            if failed:
                cannot[each.name] = failed
    for number, each in enumerate(commands):
        if each.name in cannot:
            yield Measured(row.work, each.name, cannot=cannot[each.name])
            _say(f"{row.work}: {each.name} cannot: {cannot[each.name]}")
            continue
        mine = [one[each.name] for one in taken]
        beside = number and row.ours.name not in cannot
        pairs = [(one[row.ours.name], one[each.name]) for one in taken] if beside else []
        of_cpu = spread([a.cpu / b.cpu for a, b in pairs]) if pairs else None
        of_wall = spread([a.wall / b.wall for a, b in pairs]) if pairs else None
        times = spread([one.cpu for one in mine]), spread([one.wall for one in mine])
        aim, memory = row.aim if number == 1 else None, max(one.memory for one in mine)
        within = None if number else row.within
        yield Measured(row.work, each.name, aim, *times, memory, of_cpu, of_wall, within=within)
        _say(f"{row.work}: {each.name} {times[0]}{f', ratios {of_cpu} and {of_wall}' if pairs else ''}")


def _once(command: Command) -> tuple[Run, str]:
    """Run *command* once; the words say what went wrong, and are empty where nothing did."""
    for path in command.first:
        shutil.rmtree(path, ignore_errors=True)
    done = run(command.before, cwd=command.cwd) if command.before else None
    if done and done.exit_code:
        return done, _failed("could not be made ready: its preparation", done)
    done = run(command.argv, cwd=command.cwd)
    return done, "" if done.exit_code == command.exits else _failed(command.name, done)


def _failed(name: str, done: Run) -> str:
    """Tell all that was said, and return what the table has room for."""
    _say(f"{name} ended with {done.exit_code}.\n{done.said}")
    return f"{name} ended with {done.exit_code}"


def _sizes() -> Iterator[tuple[str, int]]:
    for name, growth in GROWTHS.items():
        yield from ((name, size) for size in growth.sizes)


def _grown(name: str, size: int) -> Grown:
    done = run((sys.executable, "-m", "tests.bench.growth", name, str(size)), cwd=TOP)
    if done.exit_code:
        raise SystemExit(f"{name} of {size} ended with {done.exit_code}.\n{done.said}")
    took = json.loads(done.said.splitlines()[-1])
    _say(f"{name} of {size}: {took['cpu']:.3f} s, {took['memory'] // 1024} MiB")
    return Grown(name, GROWTHS[name].unit, size, took["cpu"], took["memory"])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
