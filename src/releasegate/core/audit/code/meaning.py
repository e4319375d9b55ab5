"""What Python code means to a database: its syntax tree without what no database ever sees.

Left out are formatting and comments, docstrings, annotations, the order of imports, of keywords and of a dictionary's
keys, imports that nothing uses, and the words that Django shows to people: ``help_text``, ``verbose_name`` and
``label``, and the labels of ``choices``. Migrations carry all of these, and to change them changes no table.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from releasegate.core.audit.code.trees import last_name, parse

_WORDS = frozenset({"help_text", "label", "labels", "verbose_name", "verbose_name_plural"})
_IMPORTS = (ast.Import, ast.ImportFrom)


def meaning(source: bytes, *, imported_from: bool = False) -> tuple[str, ...] | None:
    """Return what each statement of a module means, its imports sorted; ``None`` where it cannot be read.

    With *imported_from* others import from it what it has imported from elsewhere itself, used or not.
    """
    tree = parse(source)
    if tree is None:
        return None
    try:
        for node in ast.walk(tree):
            _without_words(node)
        code = [node for node in tree.body if not isinstance(node, _IMPORTS)]
        used = {name for each in code for node in ast.walk(each) for name in _dotted(node)}
        return (*sorted(_imported(tree.body, used, passes_on=imported_from)), *map(ast.dump, code))
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
            if _assigns(inner, name) and isinstance(value := getattr(inner, "value", None), (ast.List, ast.Tuple)):
                found.update(map(_pair, value.elts))
    return frozenset(found)


def _assigns(node: ast.stmt, name: str) -> bool:
    """Whether a statement gives *name* a value, annotated or not."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _pair(node: ast.expr) -> tuple[str, str]:
    match node:
        case ast.Tuple(elts=[ast.Constant(value=str(app)), ast.Constant(value=str(name))]):
            return app, name
    return "", ast.dump(node)


def _without_words(node: ast.AST) -> None:
    """Take out of one node what no database sees, and the dependencies, which are compared by themselves."""
    match node:
        case ast.Call():
            _plain_call(node)
        case ast.Dict():
            kept = [(k, v) for k, v in zip(node.keys, node.values, strict=True) if not _is_word(k)]
            if all(isinstance(key, ast.Constant) for key, _ in kept):
                kept.sort(key=lambda pair: ast.dump(pair[0] or pair[1]))
            node.keys, node.values = [k for k, _ in kept], [v for _, v in kept]
        case ast.Constant():
            node.kind = None  # the u of u"text"
        case ast.arg():
            node.annotation = None
        case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                node.returns = None
            body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
            # Where a migration stands is compared by itself: what it names may be squashed.
            node.body = [_unannotated(n) for n in body if not _assigns(n, "dependencies")]


def _plain_call(node: ast.Call) -> None:
    node.keywords = [k for k in node.keywords if k.arg not in _WORDS]
    for keyword in node.keywords:
        if keyword.arg == "check" and last_name(node.func) == "CheckConstraint":
            keyword.arg = "condition"  # its name since Django 5.1
        if keyword.arg == "choices":
            _without_labels(keyword.value)
    if all(keyword.arg for keyword in node.keywords):
        node.keywords.sort(key=lambda keyword: keyword.arg or "")


def _unannotated(node: ast.stmt) -> ast.stmt:
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ast.Assign([node.target], node.value)
    return node


def _is_word(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value in _WORDS


def _without_labels(choices: ast.expr) -> None:
    """Blank the second of each pair of texts, in groups too."""
    for node in ast.walk(choices):
        if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == len(("value", "label")):
            value, label = node.elts
            if isinstance(value, ast.Constant) and not isinstance(label, (ast.List, ast.Tuple)):
                node.elts = [value, ast.Constant("")]


def _dotted(node: ast.AST) -> Iterable[str]:
    """Return the name that a node is, or the dotted one that an attribute is: ``django.db.models``."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [".".join([node.id, *reversed(parts)])] if isinstance(node, ast.Name) else []


def _imported(body: Iterable[ast.stmt], used: Collection[str], *, passes_on: bool) -> set[str]:
    """Return each name that is imported and used, or passed on, with where it is from; of a star nobody knows which."""
    return {
        ast.dump(type(node)(**{**dict(ast.iter_fields(node)), "names": [alias]}))
        for node in body
        if isinstance(node, _IMPORTS)
        for alias in node.names
        if alias.name == "*" or (alias.asname or alias.name) in used or (passes_on and isinstance(node, ast.ImportFrom))
    }
