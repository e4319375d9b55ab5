"""The code of an archive as syntax trees: read and never run, and no more of it than can be read in time."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping

LARGEST = 2**20
"""Bytes of a source file that is parsed."""

_TOTAL = 12 * 2**20


def parsed(sources: Mapping[str, bytes]) -> dict[str, ast.Module | None]:
    """Return the syntax trees of *sources*, ``None`` for what cannot be parsed or is too much."""
    trees: dict[str, ast.Module | None] = {}
    total = 0
    for path, source in sources.items():
        total += len(source)
        trees[path] = parse(source) if total <= _TOTAL else None
    return trees


def parse(source: str | bytes) -> ast.Module | None:
    """Return a module's syntax tree; ``None`` where this Python cannot parse it, or it is too large."""
    if len(source) > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            # An invalid escape somewhere in the file is for its own project's linter.
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def assignments(body: Iterable[ast.stmt]) -> dict[str, ast.expr]:
    """Return what is assigned to plain names by the statements of *body* themselves, the last value of each name."""
    found = {}
    for node in body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({target.id: node.value for target in targets if isinstance(target, ast.Name)})
    return found


def last_name(node: ast.expr) -> str:
    """Return the last name of a dotted one (``PluginConfig`` of ``plugins.PluginConfig``), empty for other code."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
