"""Imports only point down, and the core reaches nothing outside of itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "releasegate"

HEIGHT = {
    "about": 0,
    "core": 0,
    "ports": 1,
    "steps": 2,
    "adapters": 2,
    "rehearsal": 2,
    "ledger_writer": 3,
    "pipelines": 3,
    "engine": 4,
    "app": 5,
    "frontends": 6,
    "__main__": 7,
}

_PURE = """
__future__ ast base64 bisect codecs collections configparser csv dataclasses difflib enum errno fnmatch functools gzip
hashlib io itertools json pathlib re shlex stat string tarfile struct tokenize tomllib typing unicodedata
urllib.parse warnings zipfile zlib packaging pathspec tomlkit trove_classifiers yaml
operator.attrgetter posixpath.dirname posixpath.join posixpath.normpath sys.intern
"""
PURE = frozenset(_PURE.split())
"""What the core may import: nothing here reaches a file, a clock, a network or a process by itself."""

PURE_PATHS = frozenset({"PurePosixPath", "PureWindowsPath", "PurePath"})


def imported(tree: ast.AST, *, module: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the dotted name of everything that *module* imports, at any depth of its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def layer(name: str) -> str | None:
    """Return the layer of a dotted name, or ``None`` where it is not of this project or of none of its layers."""
    parts = name.split(".")
    return parts[1] if parts[0] == "releasegate" and len(parts) > 1 and parts[1] in HEIGHT else None


def violations(source: str, *, module: str) -> list[str]:
    """Return what *source*, the code of *module*, imports or opens that it may not."""
    tree = ast.parse(source)
    own, found = layer(module), []
    for line, name in imported(tree, module=module):
        theirs = layer(name)
        if own is not None and theirs is not None and theirs != own and HEIGHT[theirs] >= HEIGHT[own]:
            found.append(f"{module}:{line} imports {name}")
        if own == "core" and theirs is None and not pure(name):
            found.append(f"{module}:{line} imports {name}")
    if own == "core":
        opened = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
        found += [f"{module}:{n.lineno} opens a file" for n in opened if n.func.id == "open"]  # type: ignore[attr-defined]
    return found


def pure(name: str) -> bool:
    """Whether the core may import the dotted name *name*."""
    if name.split(".", maxsplit=1)[0] == "pathlib":
        return name.removeprefix("pathlib.") in PURE_PATHS
    return any(name == known or name.startswith(f"{known}.") for known in PURE)


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name; a package keeps its ``__init__``."""
    return {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in sorted(PACKAGE.rglob("*.py"))
    }


def test_imports_only_point_down_and_the_core_is_pure() -> None:
    found = [v for name, path in modules().items() for v in violations(path.read_text(encoding="utf-8"), module=name)]
    assert found == []


def test_every_module_belongs_to_a_layer() -> None:
    strays = [name for name in modules() if layer(name) is None]
    assert strays == ["releasegate.__init__"]


def test_every_layer_has_modules() -> None:
    assert {layer(name) for name in modules()} - {None} == set(HEIGHT)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("releasegate.core.release.plan", "from releasegate.ports import Git"),
        ("releasegate.core.release.plan", "from ... import engine"),
        ("releasegate.ports", "from releasegate.steps.step import Step"),
        ("releasegate.steps.tag", "from releasegate.adapters.git.repository import GitRepository"),
        ("releasegate.steps.tag", "import releasegate.rehearsal.forge"),
        ("releasegate.adapters.git.repository", "from releasegate.steps import step"),
        ("releasegate.adapters.git.repository", "from ...rehearsal import index"),
        ("releasegate.rehearsal.index.held.store", "from ....adapters.index.web import get"),
        ("releasegate.steps.tag", "from releasegate.pipelines import RC"),
        ("releasegate.steps.tag", "from releasegate.ledger_writer import LedgerWriter"),
        ("releasegate.adapters.ledger.files", "from releasegate.ledger_writer import LedgerWriter"),
        ("releasegate.ledger_writer", "from releasegate.engine import Engine"),
        ("releasegate.ledger_writer", "from releasegate.pipelines import RC"),
        ("releasegate.ledger_writer", "from releasegate.app.workspace import Workspace"),
        ("releasegate.pipelines", "from releasegate.ledger_writer import LedgerWriter"),
        ("releasegate.pipelines", "from releasegate.engine import Engine"),
        ("releasegate.core.release.record", "from releasegate.about import version"),
        ("releasegate.about", "from releasegate.core.errors import Refused"),
        ("releasegate.engine", "from releasegate.app.workspace import Workshop"),
        ("releasegate.app.release", "from releasegate import frontends"),
        ("releasegate.app.release", "def late():\n    import releasegate.frontends.nox"),
    ],
)
def test_an_import_that_points_up_or_aside_is_found(module: str, source: str) -> None:
    assert len(violations(source, module=module)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import subprocess",
        "import socket",
        "import time",
        "from datetime import datetime",
        "import requests",
        "from urllib.request import urlopen",
        "import urllib",
        "import pathlib",
        "from pathlib import Path",
        "import tempfile",
        "def late():\n    from os import environ",
        "text = open('name').read()",
    ],
)
def test_a_core_that_reaches_outside_is_found(source: str) -> None:
    assert len(violations(source, module="releasegate.core.release.plan")) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "releasegate.core.release.plan",
            "from pathlib import PurePosixPath\nimport io, zipfile\nfrom releasegate.core import x",
        ),
        (
            "releasegate.core.release.plan",
            "from urllib.parse import urlsplit\nfrom .errors import Refused\nfrom . import record",
        ),
        (
            "releasegate.adapters.git.repository",
            "import os, subprocess\nfrom pathlib import Path\nfrom .tags import tags",
        ),
        (
            "releasegate.app.workspace",
            "from releasegate.adapters.git.repository import G\nfrom releasegate.rehearsal import forge",
        ),
        ("releasegate.engine", "from releasegate.steps.step import Step"),
        ("releasegate.engine", "from releasegate.ledger_writer import LedgerWriter"),
        ("releasegate.ledger_writer", "from releasegate.steps.step import Step\nfrom releasegate.ports import Ledger"),
        (
            "releasegate.app.workspace",
            "from releasegate.about import version\nfrom releasegate.ledger_writer import LedgerWriter",
        ),
    ],
)
def test_an_import_that_points_down_is_content(module: str, source: str) -> None:
    assert violations(source, module=module) == []


def test_what_the_core_may_import_of_the_standard_library_exists() -> None:
    tops = {name.split(".")[0] for name in PURE} - {"packaging", "pathspec", "tomlkit", "trove_classifiers", "yaml"}
    assert tops <= sys.stdlib_module_names
