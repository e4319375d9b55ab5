"""The code of an archive as syntax trees: read and never run, and no more of it than can be read in time."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping

LARGEST = 2**20
"""Bytes of a source file that is parsed."""

_TOTAL = 12 * 2**20
_NONE: Mapping[bytes, ast.Module] = {}
LEAVES = frozenset({ast.Name, ast.Constant})
"""Half of all nodes, which hold no other."""


def parsed(sources: Mapping[str, bytes], *, known: Mapping[bytes, ast.Module] = _NONE) -> dict[str, ast.Module | None]:
    """Return the syntax trees of *sources*, ``None`` for what cannot be parsed or is too much.

    What is *known* by its content is not parsed again.
    """
    trees: dict[str, ast.Module | None] = {}
    total = 0
    for path, source in sources.items():
        total += len(source)
        if total > _TOTAL:
            trees[path] = None
        else:
            trees[path] = known[source] if source in known else parse(source)
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


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes that a node holds, but for what holds nothing itself (``Load``, ``Add``); ``ast`` is slower."""
    found: list[ast.AST] = []
    for value in node.__dict__.values():
        kind = type(value)
        if kind is list:
            found += [each for each in value if isinstance(each, ast.AST)]
        elif kind is not int and isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


def walk(tree: ast.AST) -> list[ast.AST]:
    """Return a node and all that it holds, each before what it holds itself."""
    found = [tree]
    for node in found:
        if type(node) not in LEAVES:
            found += children(node)
    return found


def assignments(body: Iterable[ast.stmt]) -> dict[str, ast.expr]:
    """Return what is assigned to plain names by the statements of *body* themselves, the last value of each name.

    ``MAJOR, MINOR = 1, 4`` assigns two.
    """
    found: dict[str, ast.expr] = {}
    for node in body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found.update(_taken_apart(target, node.value))
    return found


def deleted(body: Iterable[ast.stmt]) -> frozenset[str]:
    """Return the names that the statements of *body* themselves delete, and do not assign again: nobody sees them."""
    gone: set[str] = set()
    for node in body:
        if isinstance(node, ast.Delete):
            gone |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Del)}
        else:
            gone -= assignments([node]).keys()
    return frozenset(gone)


def _taken_apart(target: ast.expr, value: ast.expr) -> dict[str, ast.expr]:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        return {name.id: part for name, part in pairs if isinstance(name, ast.Name)}
    return {}


def configuring(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Return the names of the classes whose bases, or theirs, are called ``...Config``, by that or another name."""
    nodes = [node for tree in trees for node in walk(tree)]
    above: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            above.setdefault(node.name, set()).update(map(last_name, node.bases))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                above.setdefault(alias.asname or alias.name, set()).update({alias.name} - {alias.asname, None})
    found = {name for name, bases in above.items() if any(base.endswith("Config") for base in bases)}
    while more := {name for name, bases in above.items() if not bases.isdisjoint(found)} - found:
        found |= more
    return frozenset(found)


def last_name(node: ast.expr) -> str:
    """Return the last name of a dotted one (``PluginConfig`` of ``plugins.PluginConfig``), empty for other code."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
