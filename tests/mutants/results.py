"""What became of the mutants so far: kept as lines, so that a bench goes on where it ended, and shown as a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from tests.mutants.mutant import Caught, Mutant


def kept(file: Path) -> Iterator[Caught]:
    """Yield what a file holds; nothing where there is none."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for each in map(json.loads, lines):
        mutant = Mutant(**{**each["mutant"], "disturbs": tuple(each["mutant"]["disturbs"])})
        yield Caught(mutant, tuple(each["contracts"]), each["how"], each["seconds"])


def keep(file: Path, caught: Caught) -> None:
    """Add one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(caught)) + "\n")


def table(done: Iterable[Caught]) -> Iterator[str]:
    """Yield the lines of a table: each mutant with what became of it and what told of it."""
    yield "| mutant | kind | side | became | told by | seconds |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in done:
        told = "" if each.word in {"missed", "rightly green"} else each.told
        mutant = each.mutant
        yield f"| {mutant.name} | {mutant.kind or '-'} | {mutant.side} | {each.word} | {told} | {each.seconds:.0f} |"


def counted(done: Iterable[Caught]) -> str:
    """Return in one line how many became what."""
    counts = Counter(each.word for each in done)
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
