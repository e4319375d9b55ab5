"""The bench's command line: ``python -m tests.mutants``, as ``nox -s mutants`` runs it."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from tests.mutants.bench import Bench
from tests.mutants.drawn import drawn
from tests.mutants.kept import KeptStack, NothingKeptError, docker
from tests.mutants.listed import LISTED
from tests.mutants.mutant import NOT_STARTED, Caught, Side

REPORTS = Path(".releasegate", "e2e")


def main(words: Sequence[str]) -> int:
    """Plant what *words* ask for, say of each what told of it, and return 1 where a listed one was missed."""
    asked = _parser().parse_args(words)
    try:
        stack = KeptStack.of(asked.stack, REPORTS)
    except NothingKeptError as error:
        say(str(error))
        return 2
    bench = Bench(stack.project, REPORTS, _packages(stack), tuple(asked.check))
    bench.prepare(_newest_dump())
    chosen = [each for each in LISTED if not asked.mutant or each.name in asked.mutant]
    chosen += [] if asked.mutant else list(drawn(bench.sources(), asked.seed, asked.drawn))
    known = frozenset(asked.known or _broken_anyhow(bench))
    say(f"without a defect {', '.join(sorted(known)) or 'nothing'} is broken")
    say(f"{len(chosen)} to plant, drawn by seed {asked.seed}")
    done, began = [], time.monotonic()
    for mutant in chosen:
        if time.monotonic() - began > asked.minutes * 60:
            break
        done.append(_without(bench.judge(mutant), known))
        say(f"{done[-1].word:13} {mutant.name} ({mutant.side}, {done[-1].seconds:.0f} s): {_told(done[-1])}")
    counts = Counter(each.word for each in done)
    told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    say(f"{len(done)} of {len(chosen)} planted: {told}")
    return int(any(each.word in {"missed", "falsely red"} for each in done if each.mutant in LISTED))


def _broken_anyhow(bench: Bench) -> tuple[str, ...]:
    """Return what is broken without a defect."""
    return bench.broken() if bench.start() else (NOT_STARTED,)


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _without(caught: Caught, known: frozenset[str]) -> Caught:
    """Return what tells of the mutant alone: what is broken without it does not."""
    return Caught(caught.mutant, tuple(c for c in caught.contracts if c not in known), caught.how, caught.seconds)


def _told(caught: Caught) -> str:
    return caught.how or ", ".join(caught.contracts) or "no contract"


def _packages(stack: KeptStack) -> dict[Side, str]:
    """Return where both packages are inside of their containers."""
    asked = "import importlib.util as u, sys; print(u.find_spec(sys.argv[1]).submodule_search_locations[0])"
    module = stack.module
    netbox, backend = stack.containers["netbox"]["Id"], stack.containers["backend"]["Id"]
    served = next(word for word in stack.spec("backend")["command"] if ":" in word).partition(".")[0]
    return {
        "plugin": docker("exec", netbox, "/opt/netbox/venv/bin/python", "-c", asked, module).strip(),
        "backend": docker("exec", backend, "/opt/server/bin/python", "-c", asked, served).strip(),
    }


def _newest_dump() -> Path:
    """Return the kept database that was used last: the stack was made from it."""
    folder = Path(platformdirs.user_cache_dir("releasegate"), "databases")
    return max(folder.glob("*.sql.gz"), key=lambda file: file.stat().st_mtime)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("nox -s mutants --", description=__doc__)
    parser.add_argument("--stack", default="", help="the stack, where several were left up")
    parser.add_argument("--mutant", action="append", default=[], help="only the one of this name; may be repeated")
    parser.add_argument("--check", action="append", default=[], help="only the checks of this file; may be repeated")
    parser.add_argument("--known", action="append", default=[], help="a contract that is broken anyhow; all, if given")
    parser.add_argument("--drawn", type=int, default=10, help="how many are drawn besides those that are listed")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn by")
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no further one after so long")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
