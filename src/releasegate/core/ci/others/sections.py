"""The parts of a file that a task runner reads: its targets, each with its lines and what it runs before itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from releasegate.core.frozen import dataclass

RUNNERS = {
    **dict.fromkeys(("Makefile", "makefile", "GNUmakefile"), ("make", "gmake", "MAKE")),
    **dict.fromkeys(("justfile", "Justfile", ".justfile"), ("just",)),
    **dict.fromkeys(("Taskfile.yml", "Taskfile.yaml"), ("task", "go-task")),
    **dict.fromkeys(("tox.ini", "tox.toml", "setup.cfg"), ("tox",)),
    "noxfile.py": ("nox",),
    "tasks.py": ("invoke", "inv"),
    "dodo.py": ("doit",),
    "pyproject.toml": ("poe", "hatch", "pdm", "rye", "pixi", "task", "tox"),
    "hatch.toml": ("hatch",),
    "package.json": ("npm", "yarn", "pnpm"),
}
"""The files that a task runner reads, each with the words that call it."""

_RULE = re.compile(r"@?([\w./%-]+(?:[ \t]+[^:=\n]*)?):(?![=:])(.*)")
_DEF = re.compile(r"(?:async +)?def +(\w+)|@.*|class .*")
_NAME = re.compile(r"""name *= *["']([\w.-]+)["']""")
_HEADING = re.compile(r"\[+ *(.+?) *\]+ *(?:#.*)?")
_KEY = re.compile(r"""["']?([\w.:-]+)["']? *[=:].*""")
_VERSION = re.compile(r"-3\.\d+$")
_LEFT_OUT = re.compile(r"\bdefault *= *False\b")
_WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Section:
    """A target: its name, its lines with their numbers, and the words that name what runs before it."""

    name: str
    lines: tuple[tuple[int, str], ...]
    before: str = ""


def usual(path: PurePosixPath, found: Sequence[Section]) -> tuple[Section, ...]:
    """Return the targets that run where none is named."""
    if path.name == "noxfile.py":
        return tuple(each for each in found if not _LEFT_OUT.search(each.before))
    first = found[:1] if path.suffix in {"", ".ini"} else ()
    return reached(found, " ".join(each.name for each in first))


@lru_cache(maxsize=200)
def sections(path: PurePosixPath, text: str) -> tuple[Section, ...]:
    """Return the targets of a task runner's file, in its order."""
    numbered = [*enumerate(text.splitlines(), start=1)]
    if path.suffix == ".py":
        return tuple(_functions(numbered))
    if path.suffix in {".toml", ".ini", ".cfg"}:
        return tuple(_tables(numbered))
    if path.suffix in {".json", ".yml", ".yaml"}:
        return tuple(_keys(numbered, level=1 if path.suffix == ".json" else 0))
    return tuple(_rules(numbered))


def reached(found: Sequence[Section], words: str) -> tuple[Section, ...]:
    """Return the targets that are named among *words*, and those that run before them."""
    names = {_plain(_VERSION.sub("", each)) for each in _WORD.findall(words)}
    chosen = [each for each in found if _plain(each.name) in names]
    for each in chosen:
        inside = {_plain(word) for word in _WORD.findall(each.before)}
        chosen += [other for other in found if _plain(other.name) in inside and other not in chosen]
    return tuple(chosen)


def _plain(name: str) -> str:
    return name.replace("_", "-").strip("-.")


def _cut(starts: Sequence[tuple[int, str, str]], numbered: Sequence[tuple[int, str]]) -> Iterator[Section]:
    """Yield what lies between the *starts*: index of the line, name, and what runs before."""
    ends = [at for at, _, _ in starts[1:]] + [len(numbered)]
    for (at, name, before), end in zip(starts, ends, strict=True):
        yield Section(name, tuple(numbered[at:end]), before)


def _rules(numbered: Sequence[tuple[int, str]]) -> Iterator[Section]:
    """Yield the rules of a makefile or the recipes of a justfile."""
    starts = []
    for at, (_, line) in enumerate(numbered):
        rule = _RULE.fullmatch(line)
        if rule is not None and not line.startswith((".", "#")):
            words = rule[1].split()
            starts += [(at, name, rule[2]) for name in words[:1]]
    yield from _cut(starts, numbered)


def _functions(numbered: Sequence[tuple[int, str]]) -> Iterator[Section]:
    """Yield the functions at the top of a module, each with its decorators; all that one names may run."""
    starts: list[tuple[int, str, str]] = []
    decorators: list[int] = []
    for at, (_, line) in enumerate(numbered):
        top = _DEF.match(line)
        if top is None:
            decorators = decorators if line[:1] in {" ", ")", "#", ""} else []
        elif top[1] is None:
            decorators.append(at)
        else:
            first = decorators[0] if decorators else at
            named = _NAME.search("".join(text for _, text in numbered[first:at]))
            starts.append((first, named[1] if named is not None else top[1], ""))
            decorators = []
    for each in _cut(starts, numbered):
        yield Section(each.name, each.lines, "\n".join(line for _, line in each.lines))


def _tables(numbered: Sequence[tuple[int, str]]) -> Iterator[Section]:
    """Yield the tables of a TOML or INI file, and of a table of scripts each key."""
    starts, keys = [], False
    for at, (_, line) in enumerate(numbered):
        heading, key = _HEADING.fullmatch(line), _KEY.fullmatch(line)
        if heading is not None:
            name = re.split(r"[.:]", heading[1])[-1].strip("\"'")
            keys = name in {"scripts", "tasks"}
            starts.append((at, name, ""))
        elif keys and key is not None:
            starts.append((at, key[1], ""))
    for each in _cut(starts, numbered):
        yield Section(each.name, each.lines, "\n".join(line for _, line in each.lines))


def _keys(numbered: Sequence[tuple[int, str]], *, level: int) -> Iterator[Section]:
    """Yield the tasks of a Taskfile or the scripts of a package.json: the keys of one level of indentation."""
    keys = [(at, len(line) - len(line.lstrip()), _KEY.fullmatch(line.strip())) for at, (_, line) in enumerate(numbered)]
    depths = sorted({depth for _, depth, key in keys if depth and key is not None})
    starts = [(at, key[1], "") for at, depth, key in keys if key is not None and [depth] == depths[level : level + 1]]
    for each in _cut(starts, numbered):
        yield Section(each.name, each.lines, "\n".join(line for _, line in each.lines))
