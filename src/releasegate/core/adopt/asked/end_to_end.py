"""An end-to-end command that can run: with what is installed beside the package, and nothing else.

The command runs from a checkout, in an environment of the package, its dependencies and its configured extras. A tool
that only a developer has is not there, and a candidate that was built and uploaded by then has used its number.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files
from releasegate.core.adopt.code import parsed
from releasegate.core.adopt.modules.needed_extras import dependencies, offers

_NAMED = re.compile(r"(?:^|[/_-])(?:e2e|end[_-]?to[_-]?end|smoke|acceptance)(?:$|[/_.-])", re.IGNORECASE)
_PYTEST = "pytest"


@dataclass(frozen=True)
class Suggested:
    """A command, why it can run, and which extras of the package, or what beside it, must be installed for it."""

    command: tuple[str, ...]
    reason: str
    extras: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The line of the package's table."""
        return f"end-to-end = {{ command = {_listed(self.command)} }}"

    @property
    def install(self) -> str:
        """The line of the package's table ``install``; empty where nothing is needed beside the package."""
        key, names = ("extras", self.extras) if self.extras else ("requirements", self.requirements)
        return f"{key} = {_listed(names)}" if names else ""


def _listed(words: tuple[str, ...]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def suggest(
    project: Mapping[str, Any], files: Files, module: PurePosixPath | None, *, standard: frozenset[str], hosted: bool
) -> Suggested | None:
    """Return a command that can run, the most telling first; ``None`` where nothing of the package can be run.

    *standard* are the modules of Python's own library; *hosted* says that the package imports only inside of a host.
    """
    there = _There(frozenset({module.name} if module is not None else ()), dependencies(project, files), standard)
    if hosted:
        return None
    for path in sorted(files, key=lambda p: (len(p.parts), p)):
        if path.suffix == ".py" and _NAMED.search(str(path)) and _runs(files[path], there):
            return Suggested(("python", str(path)), "it imports nothing but what is installed with the package")
    suites = sorted({p.parent for p in files if _is_suite(p, files[p])}, key=lambda p: (len(p.parts), p))
    found = next(filter(None, (_by_pytest(folder, project, files, there) for folder in suites)), None)
    if found is not None or module is None:
        return found
    dotted = ".".join(p for p in module.parts if p != "src")
    return Suggested(("python", "-c", f"import {dotted}"), "it shows that the package imports, and no more than that")


@dataclass(frozen=True)
class _There:
    """What can be imported where the command runs: the package, what is installed with it, Python's own library."""

    own: frozenset[str]
    beside: frozenset[str]
    standard: frozenset[str]


def _by_pytest(folder: PurePosixPath, project: Mapping[str, Any], files: Files, there: _There) -> Suggested | None:
    """Return how pytest runs the tests of *folder*, where all that they import can be there."""
    above = {path for path in files if path.name == "conftest.py" and folder.is_relative_to(path.parent)}
    mine = above | {path for path in files if path.suffix == ".py" and folder in path.parents}
    tops = {name.partition(".")[0] for path in mine for name in _imported(parsed(files[path]))} - {"."}
    local = {folder.parts[0], *(path.stem for path in mine)}
    wanted = {canonicalize_name(each) for each in tops - there.standard - there.own - local} | {_PYTEST}
    command = ("python", "-m", _PYTEST, str(folder))
    if wanted <= there.beside:
        return Suggested(command, "pytest is a dependency of the package")
    for extra, brought in offers(project, files):
        if wanted <= there.beside | brought:
            return Suggested(command, f"all that it imports is in the extra {extra}", extras=(extra,))
    if wanted <= there.beside | {_PYTEST}:
        return Suggested(command, "pytest is installed beside the package", requirements=(_PYTEST,))
    return None


def _is_suite(path: PurePosixPath, content: bytes) -> bool:
    return (
        path.suffix == ".py"
        and path.name.startswith("test_")
        and b"def test_" in content
        and _NAMED.search(str(path.parent)) is not None
    )


def _runs(content: bytes, there: _There) -> bool:
    """Whether a file is a program about the package that imports only it, its dependencies and the standard library."""
    tree = parsed(content)
    guarded = any(isinstance(node, ast.If) and "__main__" in ast.dump(node.test) for node in tree.body)
    tops = {name.partition(".")[0] for name in _imported(tree)}
    known = there.standard | there.own
    about = not there.own.isdisjoint(tops) or b"RELEASEGATE_" in content
    return guarded and about and all(top in known or canonicalize_name(top) in there.beside for top in tops)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else node.module or ""
