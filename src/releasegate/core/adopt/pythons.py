"""Which Pythons a package says it runs on, and which of them it is tried on where it is adopted."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from typing import Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from releasegate.core.adopt.claims.claim import Files, under
from releasegate.core.adopt.code import CFG, SETUP, setup_call, setup_cfg

PythonsFrom = Literal["classifiers", "requires-python", "untried", "nothing"]
"""What names the Pythons; ``nothing``: they are assumed, and so where only such are named that none is tried on."""

PYTHONS = tuple(f"3.{minor}" for minor in range(7, 15))
"""The minor versions that a package may say it supports."""

_UNSAID = ("3.12", "3.13")
"""What a package is tried on that says nothing: the two that most people have."""
_SETUPS = (CFG, SETUP)
_CARET = re.compile(r"\^\s*(\d+)(\.\d+)?[.\d]*")


def claimed_pythons(project: Mapping[str, Any], files: Files) -> tuple[tuple[str, ...], PythonsFrom]:
    """Return the Pythons of the classifiers that requires-python allows, else all that it allows, else usual ones."""
    wanted = (
        under(project, "project", "requires-python")
        or under(project, "tool", "poetry", "dependencies", "python")
        or under(project, "tool", "flit", "metadata", "requires-python")
    )
    said = wanted if isinstance(wanted, str) else _python_requires(files)
    try:
        allowed = SpecifierSet(_CARET.sub(lambda m: f">={m[1]}{m[2] or ''},<{int(m[1]) + 1}", said))
    except InvalidSpecifier:
        return _UNSAID, "nothing"
    fitting = tuple(minor for minor in PYTHONS if allowed.contains(f"{minor}.99"))
    classifiers = _classifiers(project, files)
    named = tuple(minor for minor in fitting if re.search(rf"Python :: {re.escape(minor)}(?!\d)", classifiers))
    if named:
        return named, "classifiers"
    if said and fitting:
        return fitting, "requires-python"
    return _UNSAID, "untried" if said or re.search(r"Python :: [23]\.\d", classifiers) else "nothing"


def tried_here(pythons: tuple[str, ...], here: Collection[str]) -> tuple[str, ...]:
    """Return the oldest of the *pythons*, which an installer may choose, and those that are *here*.

    A range without an upper end admits Pythons that nobody meant: a first candidate need not wait for them.
    """
    return tuple(python for python in pythons if python in here or python == pythons[0])


def _classifiers(project: Mapping[str, Any], files: Files) -> str:
    """Return the classifiers, wherever they stand, as one text."""
    tables = ("project", "tool.poetry", "tool.flit.metadata")
    told: Any = next((said for each in tables if (said := under(project, *each.split("."), "classifiers"))), {})
    called = setup_call(files).get("classifiers")
    return f"{told} {setup_cfg(files).get('classifiers', '')} {ast.unparse(called) if called is not None else ''}"


def _python_requires(files: Files) -> str:
    """Return what ``setup.cfg`` or ``setup.py`` says of the Pythons, or nothing."""
    match = re.search(rb"python_requires\s*=\s*[\"']?([^\"'\n]+)", b"".join(files.get(path, b"") for path in _SETUPS))
    return match[1].decode() if match is not None else ""
