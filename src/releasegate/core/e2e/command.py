"""What an end-to-end command needs, read off its words: files of the commit, and a module that must be installed.

The command runs from a checkout with ``PYTHONSAFEPATH``: no module is found in the folder itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

PYTEST = "pytest"

_PYTHON = re.compile(r"python(?:\d+(?:\.\d+)?)?")
_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
# Python's options that take the next word with them.
_TAKING = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")


def files_of(command: Sequence[str]) -> tuple[PurePosixPath, ...]:
    """Return the files that a command names and that must be in the commit; what lies elsewhere is left out."""
    first, rest = command[0], command[1:]
    if _PYTHON.fullmatch(first):
        found = _script(rest)
    elif first in _SHELLS:
        found = rest[0] if rest and not rest[0].startswith("-") else ""
    else:
        found = first if "/" in first else ""
    named = [found] if found else []
    if module_of(command) == PYTEST:
        named += [word.partition("::")[0] for word in rest if not word.startswith("-")]
        named = [each for each in named if each.endswith(".py")]
    paths = (PurePosixPath(each) for each in named)
    return tuple(path for path in paths if not path.is_absolute() and ".." not in path.parts)


def program_of(command: Sequence[str]) -> PurePosixPath | None:
    """Return the file of the commit that a command runs by itself, as no interpreter's script: ``e2e/run.sh``."""
    path = PurePosixPath(command[0])
    runs = "/" in command[0] and not path.is_absolute() and ".." not in path.parts
    return path if runs else None


def plain_program(command: Sequence[str]) -> str | None:
    """Return the program that a command calls by its name alone; ``None`` for a path, and for Python and pytest."""
    first = command[0]
    return None if "/" in first or first == PYTEST or _PYTHON.fullmatch(first) else first


def unstartable(content: bytes) -> str:
    """Return why a system does not start an executable file; empty where it does."""
    first, _, _ = content.partition(b"\n")
    if b"\0" in content[:512]:
        return ""  # no text: a program of the system's own
    if not first.startswith(b"#!"):
        return "does not begin with #! and the program that reads it"
    return (
        r"has a first line that ends with \r, which becomes part of the program's name" if first[-1:] == b"\r" else ""
    )


def module_files(module: str) -> tuple[PurePosixPath, ...]:
    """Return the files in which a top module of the commit begins, in the usual places."""
    roots = (PurePosixPath(), *map(PurePosixPath, ("src", "lib", "python")))
    names = (f"{module}.py", f"{module}/__init__.py", f"{module}/__main__.py")
    return tuple(root / name for root in roots for name in names)


def module_of(command: Sequence[str]) -> str:
    """Return the top module that a command runs; empty for a script, a program or a text."""
    if command[0] == PYTEST:
        return PYTEST
    words = list(_options(command[1:])) if _PYTHON.fullmatch(command[0]) else []
    return words[-1].partition(".")[0] if words[-2:-1] == ["-m"] else ""


def beside(project: Mapping[str, Any], extras: Collection[str], requirements: Collection[str]) -> frozenset[str] | None:
    """Return the names of what a package's *project* table, with its *extras*, and *requirements* install.

    What those need in turn is not known. ``None`` where the table does not say: it is dynamic, or there is none.
    """
    if "name" not in project or {"dependencies", "optional-dependencies"} & set(_texts(project.get("dynamic"))):
        return None
    offered = project.get("optional-dependencies")
    groups = {
        str(canonicalize_name(k)): _texts(v) for k, v in (offered if isinstance(offered, Mapping) else {}).items()
    }
    own, found = canonicalize_name(str(project["name"])), set[str]()
    said = [*_texts(project.get("dependencies")), *requirements]
    said += [text for extra in extras for text in groups.get(canonicalize_name(extra), [])]
    while said:
        match = _NAME.match(said.pop())
        if match is None:
            continue
        found.add(canonicalize_name(match[1]))
        if canonicalize_name(match[1]) == own:  # an extra that is made of others
            for extra in (match[2] or "").split(","):
                said += groups.pop(str(canonicalize_name(extra.strip())), [])
    return frozenset(found)


def _script(words: Sequence[str]) -> str:
    """Return the script that Python is given; empty for a module, a text or nothing."""
    options = list(_options(words))
    following = words[len(options) :]
    return following[0] if following and following[0] != "-" and not {"-m", "-c"} & set(options) else ""


def _options(words: Sequence[str]) -> Iterator[str]:
    """Yield Python's own options, ``-m`` and ``-c`` with the word behind them as the last."""
    given = iter(words)
    for word in given:
        if not word.startswith("-") or word == "-":
            return
        yield word
        if word in {"-m", "-c"} | _TAKING:
            yield next(given, "")
        if word in {"-m", "-c"}:
            return


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
