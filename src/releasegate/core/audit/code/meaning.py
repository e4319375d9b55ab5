"""What Python code means to a database: its syntax tree without what no database ever sees.

Left out are formatting and comments, docstrings, the order of imports, and the words that Django shows to people:
``help_text``, ``verbose_name`` and ``label``, and the labels of ``choices``. Migrations carry all of these, and to
change them changes no table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from releasegate.core.audit.code.trees import last_name, parse

_WORDS = frozenset({"help_text", "label", "labels", "verbose_name", "verbose_name_plural"})
_IMPORTS = (ast.Import, ast.ImportFrom)


def meaning(source: bytes) -> tuple[str, ...] | None:
    """Return what each statement of a module means, its imports sorted; ``None`` where it cannot be read."""
    tree = parse(source)
    if tree is None:
        return None
    try:
        for node in ast.walk(tree):
            _without_words(node)
        body = [ast.dump(node) for node in tree.body if not isinstance(node, _IMPORTS)]
        return (*sorted(_imported(tree.body)), *body)
    except RecursionError:
        return None


def listed(source: bytes, name: str) -> frozenset[tuple[str, str]]:
    """Return what a migration's class lists under *name* (``dependencies``, ``replaces``): apps and migrations.

    What is no plain pair stands for itself, beside an empty app.
    """
    tree = parse(source)
    found: set[tuple[str, str]] = set()
    for node in tree.body if tree is not None else ():
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(inner, ast.Assign) and _names(inner, name) and isinstance(inner.value, ast.List):
                found.update(map(_pair, inner.value.elts))
    return frozenset(found)


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _pair(node: ast.expr) -> tuple[str, str]:
    match node:
        case ast.Tuple(elts=[ast.Constant(value=str(app)), ast.Constant(value=str(name))]):
            return app, name
    return "", ast.dump(node)


def _without_words(node: ast.AST) -> None:
    """Take out of one node what people read, and the dependencies, which are compared by themselves."""
    if isinstance(node, ast.Call):
        node.keywords = [k for k in node.keywords if k.arg not in _WORDS]
        for keyword in node.keywords:
            if keyword.arg == "check" and last_name(node.func) == "CheckConstraint":
                keyword.arg = "condition"  # its name since Django 5.1
            if keyword.arg == "choices":
                _without_labels(keyword.value)
    elif isinstance(node, ast.Dict):
        kept = [(k, v) for k, v in zip(node.keys, node.values, strict=True) if not _is_word(k)]
        node.keys, node.values = [k for k, _ in kept], [v for _, v in kept]
    elif isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
        # Where a migration stands is compared by itself: what it names may be squashed.
        node.body = [n for n in body if not (isinstance(n, ast.Assign) and _names(n, "dependencies"))]


def _is_word(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value in _WORDS


def _without_labels(choices: ast.expr) -> None:
    """Blank the second of each pair of texts, in groups too."""
    for node in ast.walk(choices):
        if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == len(("value", "label")):
            value, label = node.elts
            if isinstance(value, ast.Constant) and not isinstance(label, (ast.List, ast.Tuple)):
                node.elts = [value, ast.Constant("")]


def _imported(body: Iterable[ast.stmt]) -> set[str]:
    return {
        ast.dump(type(node)(**{**dict(ast.iter_fields(node)), "names": [alias]}))
        for node in body
        if isinstance(node, _IMPORTS)
        for alias in node.names
    }
