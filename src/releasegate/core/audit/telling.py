"""Findings in words that one can act on: what is allowed is left out, what is alike is told once, to be pasted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from releasegate.core.audit.grouping import Group, escaped, grouped
from releasegate.core.audit.problem import ExemptionKey, Problem, Problems, exemption_line
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Wheel
from releasegate.core.frozen import dataclass

_TOLD = 40
_PLATFORM = re.compile(r"\.(?:cpython-|cp\d|abi3)[\w.-]*\.(so|pyd)$")
"""What the name of a compiled module says of the machine that made it."""

BY_THE_LAST_RELEASE = frozenset({"frozen", "sdist-top", "top-level", "version"})
"""Checks that compare with the last release: what is allowed once is no finding any more when it is published."""


@dataclass(frozen=True)
class Finding:
    """What is wrong with a build: the check that saw it, one sentence, and lines that show more or can be pasted."""

    check: str
    problem: str
    lines: tuple[str, ...] = ()


def told(problems: Mapping[str, Problems], wheel: Wheel, *, known: Collection[str]) -> tuple[Finding, ...]:
    """Return the findings of the checks that looked, by their names, but for what ``wheel.allowed`` allows.

    *known* are the names of all checks, also of those that did not look.
    """
    whole = {check: [p if isinstance(p, Problem) else Problem(p) for p in found] for check, found in problems.items()}
    left = {check: [p for p in found if not _allowed(check, p, wheel.allowed)] for check, found in whole.items()}
    written = {key for key in ("allowed", "dropped", "generated", "omitted") if getattr(wheel, key)}
    findings = [finding for check, found in left.items() for finding in _of(check, found, written=written)]
    return (*findings, *(Finding("allowed", sentence) for sentence in _stale(whole, wheel.allowed, known)))


def _named(check: str, about: str) -> str:
    return f"{check}: {about}"


def _allowed(check: str, problem: Problem, exemptions: Sequence[Exemption]) -> bool:
    name = _named(check, problem.about)
    return problem.key == "allowed" and any(fnmatchcase(name, exemption.pattern) for exemption in exemptions)


def _stale(
    problems: Mapping[str, Sequence[Problem]], exemptions: Sequence[Exemption], known: Collection[str]
) -> Iterator[str]:
    for exemption in exemptions:
        check = exemption.pattern.partition(":")[0]
        lasting = check in problems and check not in BY_THE_LAST_RELEASE
        if check not in known:
            yield f"wheel.allowed {exemption.pattern!r} names no check: begin it with one of {', '.join(known)}."
        elif lasting and not any(_allowed(check, p, [exemption]) for p in problems[check]):
            yield f"wheel.allowed {exemption.pattern!r} allows nothing: remove it."


def _of(check: str, problems: Sequence[Problem], *, written: set[str]) -> Iterator[Finding]:
    groups = grouped(problems)
    for group in groups[:_TOLD]:
        first = group.problems[0]
        lines = list(first.lines)
        if first.key is not None:
            pattern = _pattern(check, group, first.key)
            lines.append(exemption_line(first.key, pattern, first=first.key not in written))
            written.add(first.key)
        yield Finding(check, group.sentence, tuple(lines))
    if len(groups) > _TOLD:
        yield Finding(check, f"{len(groups) - _TOLD} more findings of this check are not shown.")


def _pattern(check: str, group: Group, key: ExemptionKey) -> str:
    """Return what an exemption must say; the name of a path stands in a key of its own, any other behind its check."""
    pattern = group.pattern if len(group.problems) > 1 else escaped(group.problems[0].about)
    pattern = _PLATFORM.sub(r".*.\1", pattern)
    return _named(check, pattern.removeprefix("/")) if key == "allowed" else pattern
