"""What a check finds: a sentence, what it is about, and the key of the configuration that may leave it out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Literal

from releasegate.core.config.exemptions import Exemption
from releasegate.core.frozen import dataclass
from releasegate.core.globs import matching

ExemptionKey = Literal["allowed", "dropped", "generated", "omitted"]
"""The keys of ``[tool.releasegate.packages.wheel]`` that leave a finding out, for a reason."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    ``about`` is what an exemption's pattern names: a path, or another name without its check (``script lamp``);
    ``key`` is where such an exemption stands, ``None`` where nothing can be exempted. ``among`` are all paths that the
    check looked at, so that a pattern for many takes in no sound one. ``lines`` show more, such as a difference.
    """

    sentence: str
    about: str = ""
    key: ExemptionKey | None = None
    among: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.sentence


Problems = Sequence[Problem | str]
"""What a check returns: a sentence alone where nothing can be exempted."""


def not_exempted(
    problems: Iterable[Problem], exemptions: Sequence[Exemption], *, key: ExemptionKey, spared: Iterable[str] = ()
) -> list[Problem]:
    """Leave out what an exemption's glob pattern matches; one that matches nothing is a problem of its own.

    It may match what is *spared* anyhow: who excludes something need not know whether that would be a problem.
    """
    left = {problem.about: problem for problem in problems}
    names = (*left, *spared)
    stale = []
    for exemption in exemptions:
        exempted = matching(exemption.pattern, names)
        if not exempted:
            stale.append(Problem(f"wheel.{key} {exemption.pattern!r} exempts nothing: remove it."))
        for name in exempted:
            left.pop(name, None)
    return [*(left[name] for name in sorted(left)), *stale]


def exemption_line(key: ExemptionKey, pattern: str, *, first: bool) -> str:
    """Return the line to paste that exempts *pattern*: the whole key, or a member where the key is there already."""
    member = f'{{ pattern = {json.dumps(pattern, ensure_ascii=False)}, reason = "say why" }}'
    table = "[tool.releasegate.packages.wheel]"
    return f"if it is meant so, in {table}: {key} = [{member}]" if first else f"if it is meant so, in {key}: {member},"
