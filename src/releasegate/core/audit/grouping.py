"""Many findings become few lines: equal complaints about many files are told as one, by a pattern that names them.

A pattern takes in no file that is sound, so that it can be pasted as an exemption.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from releasegate.core.audit.problem import Problem
from releasegate.core.enumerated import first_of
from releasegate.core.frozen import dataclass

_ENOUGH = 3
_GROUPS = 25
_DEPTH = 16
_NAMED = 3
_LOADED = {".py": 0, ".so": 0, ".pyd": 0} | dict.fromkeys((".html", ".js", ".css", ".json", ".toml", ".yaml", ".mo"), 1)
_SPECIAL = re.compile(r"[*?\[\]\\]")


@dataclass(frozen=True)
class Group:
    """Problems that are told as one; ``pattern`` is the glob that names them, or the name of the only one."""

    pattern: str
    problems: tuple[Problem, ...]

    @property
    def sentence(self) -> str:
        """What is told: the only problem's sentence, or how many files of a pattern have it."""
        first, names = self.problems[0], [problem.about for problem in self.problems]
        if len(names) == 1:
            return first.sentence
        complaint = first.sentence.removeprefix(first.about).strip().rstrip(".")
        return f"{len(names)} x {self.pattern} {complaint} ({first_of(names, _NAMED)})."


def grouped(problems: Iterable[Problem]) -> tuple[Group, ...]:
    """Return all *problems* in groups; what code loads comes first, then templates and data, then the rest."""
    alike: dict[tuple[str, str | None], list[Problem]] = {}
    groups: list[Group] = []
    for problem in problems:
        if problem.about and problem.sentence.startswith(problem.about):
            alike.setdefault((problem.sentence.removeprefix(problem.about), problem.key), []).append(problem)
        else:
            groups.append(Group(problem.about, (problem,)))
    for members in alike.values():
        groups += _by_pattern(members)
    return tuple(sorted(groups, key=_rank))


def escaped(path: str) -> str:
    """Return the glob pattern that names *path*, in Git's rules and in plainer ones alike.

    A character that means something in either is any character.
    """
    literal = _SPECIAL.sub("?", path)
    return f"/{literal}" if literal.startswith(("!", "#")) else literal


def _by_pattern(members: list[Problem]) -> Iterator[Group]:
    left = {problem.about: problem for problem in members}
    sound = Counter(p for path in members[0].among - left.keys() for p in _patterns(path))
    for _ in range(_GROUPS):
        counted = Counter(p for path in left for p in _patterns(path) if p not in sound)
        # Of patterns that name as many, a file's name says more than its folder, and that more than a suffix.
        best = max(
            counted, key=lambda p: (counted[p], not p.startswith("**/*"), "/**/*" not in p, len(p)), default=None
        )
        if best is None or counted[best] < _ENOUGH:
            break
        mine = [path for path in left if best in _patterns(path)]
        yield Group(best, tuple(left.pop(path) for path in mine))
    for path, problem in left.items():
        yield Group(escaped(path), (problem,))


def _patterns(path: str) -> Collection[str]:
    """Return the patterns that may name *path* together with others: by file name, by folder, by suffix."""
    pure = PurePosixPath(path)
    folders = [escaped(folder.as_posix()) for folder in pure.parents if folder.name][-_DEPTH:]
    found = {f"**/{escaped(pure.name)}", *(f"{folder}/**" for folder in folders)}
    if pure.suffix and pure.stem:
        found |= {f"{folder}/**/*{escaped(pure.suffix)}" for folder in folders} | {f"**/*{escaped(pure.suffix)}"}
    return found


def _rank(group: Group) -> tuple[int, str]:
    problem = group.problems[0]
    return _LOADED.get(PurePosixPath(problem.about).suffix, 2) if problem.about else 3, problem.about
