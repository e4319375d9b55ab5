"""The bench's command line: ``python -m tests.mutants``, as ``nox -s mutants`` runs it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from tests.mutants import ground, reached
from tests.mutants.batches import batches
from tests.mutants.bench import Bench
from tests.mutants.drawn import drawn
from tests.mutants.kept import PAIRED, KeptStack, NothingKeptError, docker
from tests.mutants.listed import LISTED
from tests.mutants.mutant import Side
from tests.mutants.planting import Planter
from tests.mutants.results import counted, keep, kept, table
from tests.mutants.rounds import USUAL, WHOLE

REPORTS = Path(".releasegate", "e2e")


def main(words: Sequence[str]) -> int:
    """Plant what *words* ask for, say of each what told of it, and return 1 where a listed one was missed."""
    asked = _parser().parse_args(words)
    try:
        stack = KeptStack.of(asked.stack, REPORTS)
    except NothingKeptError as error:
        say(str(error))
        return 2
    folder = Path(platformdirs.user_cache_dir("releasegate"), "databases")
    ground.keep_database(stack, ground.newest_dump(folder, stack.module))
    bench = Bench(Planter(stack.project, REPORTS, _packages(stack)), tuple(asked.check), asked.depth, asked.user)
    listed = LISTED if stack.paired else ()  # they are the pair's
    chosen = [each for each in listed if not asked.mutant or each.name in asked.mutant]
    lines = _reached(bench, asked.reached) if asked.reached else None
    chosen += [] if asked.mutant else list(drawn(bench.planter.sources(), asked.seed, asked.drawn, lines))
    for each in (mutant for mutant in chosen if lines is not None):
        if reached.unreached(each, bench.planter.read(each.side, each.file) or "", lines or {}):
            say(f"nothing runs where {each.name} is")
    done = list(kept(asked.results)) if asked.results else []
    judged = {each.mutant.name for each in done}
    bench.keep_offered()
    bench.known = frozenset(filter(None, asked.known or bench.broken_anyhow()))
    say(f"without a defect {', '.join(sorted(bench.known)) or 'nothing'} is broken")
    say(f"{len(chosen)} to plant, {len(judged)} of them judged before, drawn by seed {asked.seed}")
    began = time.monotonic()
    left = [each for each in chosen if each.name not in judged]
    for batch in batches(left) if asked.together else [[each] for each in sorted(left, key=lambda each: each.side)]:
        if time.monotonic() - began > asked.minutes * 60:
            break
        for caught in bench.judge(batch):
            done.append(caught)
            say(f"{caught.word:13} {caught.mutant.name} ({caught.mutant.side}, {caught.seconds:.0f} s): {caught.told}")
            if asked.results:
                keep(asked.results, caught)
    for line in table(done):
        say(line)
    ended = {each.mutant.name for each in done}
    say(f"{len(done)} planted: {counted(done)}; {sum(each.name not in ended for each in chosen)} left")
    return int(any(each.word in {"missed", "falsely red"} for each in done if each.mutant in LISTED))


def _reached(bench: Bench, file: Path) -> reached.Lines:
    """Return the lines that a run without a defect reaches: those that *file* keeps, else found out now and kept."""
    if not file.exists():
        reached.record(bench.planter.stack, bench.planter.packages)
        say(f"without a defect {', '.join(bench.broken_anyhow()) or 'nothing'} is broken")
        reached.keep(file, reached.lines(bench.planter.stack))
        reached.stop_recording(bench.planter.stack, bench.planter.packages)
        bench.dirty = {"plugin", "backend"}
    return reached.kept(file)


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _packages(stack: KeptStack) -> dict[Side, str]:
    """Return where the packages are inside of their containers: one alone, or both of a pair."""
    asked = "import importlib.util as u, sys; print(u.find_spec(sys.argv[1]).submodule_search_locations[0])"
    netbox = stack.containers["netbox"]["Id"]
    plugin = docker("exec", netbox, "/opt/netbox/venv/bin/python", "-c", asked, stack.module).strip()
    if not stack.paired:
        return {"plugin": plugin}
    served = next(word for word in stack.spec(PAIRED)["serve"]["command"] if ":" in word).partition(".")[0]
    backend = docker("exec", stack.containers[PAIRED]["Id"], "/opt/server/bin/python", "-c", asked, served).strip()
    return {"plugin": plugin, "backend": backend}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("nox -s mutants --", description=__doc__)
    parser.add_argument("--stack", default="", help="the stack, where several were left up")
    parser.add_argument("--mutant", action="append", default=[], help="only the one of this name; may be repeated")
    parser.add_argument("--check", action="append", default=[], help="only the checks of this file; may be repeated")
    parser.add_argument(
        "--known",
        action="append",
        default=[],
        help="a contract that is broken anyhow, '' where none is; without it, all are judged first",
    )
    parser.add_argument("--together", action="store_true", help="plant those together that different contracts tell of")
    parser.add_argument("--depth", choices=(USUAL, WHOLE), default=WHOLE, help="whole: what takes minutes, too")
    parser.add_argument(
        "--user", choices=("superuser", "ordinary"), default="superuser", help="whose token the pair has"
    )
    parser.add_argument("--results", type=Path, help="a file that keeps what was judged: a further run goes on there")
    parser.add_argument("--drawn", type=int, default=10, help="how many are drawn besides those that are listed")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn by")
    parser.add_argument(
        "--reached", type=Path, help="draw from lines that a run reaches; the file keeps which they are"
    )
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no further one after so long")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
