"""What services warn of: the lines of their logs that state a level, or that Python's own warnings print.

They are told apart by what they say and not by when.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

LEVEL = re.compile(r"\b(?:WARNING|ERROR|CRITICAL)\b.*|(?<=: )\w+Warning: .*")
# What differs from one run to the next: numbers, and what is made of them.
MOVES = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|0x[0-9a-f]+|[0-9a-f]{12,})\b|\d+(?:\.\d+)*")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LONGEST = 200
MOST = 20


def troubles(service: str, log: str) -> Iterator[str]:
    """Yield the warnings and errors of a log, each as it would be told again."""
    for line in log.splitlines():
        if found := LEVEL.search(COLOURS.sub("", line)):
            yield f"{service}: {' '.join(MOVES.sub('N', found[0]).split())}"[:LONGEST]


def new(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Return what was not there before, each with how often it is told, the most frequent first."""
    found = Counter({line: count for line, count in now.items() if line not in before})
    return [f"{line} ({count} times)" if count > 1 else line for line, count in found.most_common(MOST)]


def keep(file: Path, found: Mapping[str, int]) -> None:
    """Write them into a file of the report."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(dict(found), indent=1) + "\n", encoding="utf-8")


def kept(file: Path) -> dict[str, int] | None:
    """Return what a file holds; nothing where there is none."""
    found: dict[str, int] | None = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
    return found
