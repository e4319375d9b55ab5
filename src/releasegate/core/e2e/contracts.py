"""What the contracts of a cell came to, and the one line of a failure that helps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BROKE = re.compile(r"^contract (\S+) broke")
_LONGEST = 300
_TAGS = re.compile(
    r"<(script|style)\b.*?</\1>|</?(?!class\s)[a-z][\w-]*(?:\s[^<>]*)?/?>|<![^>]*>", re.DOTALL | re.IGNORECASE
)
_TELLS = (
    re.compile(r"^E {3,}\S"),  # pytest's own mark of what was raised
    re.compile(r"^(?:INTERNALERROR> )?(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Exit|Warning)\b"),
    re.compile(r"^(?:\w+: )?(?:ERROR|FATAL|CRITICAL)\b"),
    re.compile(r"\b(?:error|fatal|failed|cannot|refused|denied|broken|missing|unexpected)\b", re.IGNORECASE),
)
"""What stands in a line that says why, the surest first."""
_REQUEST = re.compile(r'"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+ HTTP/\d')
"""What a server logs of a request: that one was answered so is seldom why, and often what is said last."""
_FIRST_COUNTS = 1
"""Of so many of them the first such line counts: of exceptions and errors the last is what it came to."""


@dataclass(frozen=True)
class Judged:
    """One contract in one cell: ``pass``, ``fail`` or ``skipped``.

    ``problem`` is the sentence of one that broke, ``words`` what was seen of it; ``blamed`` the side that its check
    holds responsible.
    """

    name: str
    verdict: str
    problem: str = ""
    words: tuple[str, ...] = ()
    blamed: str = ""
    seconds: float = 0.0

    @property
    def lines(self) -> tuple[str, ...]:
        """What is told of it: the sentence, and below it what was seen."""
        return (self.problem, *(f"  {line}" for line in self.words))


def broken(problem: str, words: Sequence[str] = ()) -> Judged:
    """Return the contract that *problem*, a sentence, says is broken; a sentence that names none stands for itself."""
    found = _BROKE.match(problem)
    return Judged(found[1] if found else problem, "fail", problem, tuple(words))


def broken_names(problems: Iterable[str]) -> frozenset[str]:
    """Return the contracts that a cell's *problems* say are broken; what is indented belongs to the line before."""
    return frozenset(broken(line).name for line in problems if not line.startswith(" "))


def telling_line(lines: Iterable[str]) -> str:
    """Return the line that says why, without the page of HTML that it may stand in; nothing where there are no lines.

    A tool may have put it anywhere: an exception or an error is looked for, else the last line is taken.
    """
    said = [line for line in _TAGS.sub("\n", "\n".join(lines)).splitlines() if line.strip()]
    said = [line for line in said if not _REQUEST.search(line)] or said
    for number, tells in enumerate(_TELLS):
        found = [line for line in said if tells.search(line.strip())]
        if found:
            return _short(found[0 if number < _FIRST_COUNTS else -1])
    return _short(said[-1]) if said else ""


def _short(line: str) -> str:
    return " ".join(line.removeprefix("E   ").removeprefix("INTERNALERROR> ").split())[:_LONGEST]
