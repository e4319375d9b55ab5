"""What one module binds, as far as its text tells, and what a star takes over of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from releasegate.core.audit.code.trees import LEAVES, children, walk

_OPEN = frozenset({"exec", "globals", "locals", "vars"})
_BINDERS = frozenset({"_convert_", "deferredimport", "global_enum"})
"""What binds names in the module that calls it, without naming them."""
_FINDERS = frozenset({"meta_path", "path_hooks"})
_HOOKS = frozenset({"__path__", "declare_namespace", "extend_path", *_FINDERS})
_OWN = frozenset({"", "cls", "self"})
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})
_TELLING = frozenset({
    ast.Name, ast.Attribute, ast.Call, ast.Global, ast.Import, ast.ImportFrom, ast.Expr, ast.ExceptHandler,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.MatchAs, ast.MatchStar, ast.MatchMapping,
})  # fmt: skip
"""All that binds a name, or says that names may be bound otherwise; nine in ten nodes are something else."""


@dataclass(frozen=True)
class Names:
    """What one module binds; ``more`` says that it may bind others, ``hooked`` that it may have other submodules.

    ``finds`` says that it may find modules for the package that it lies in, too. ``stars`` are the modules whose names
    it takes over. ``listed`` is what its ``__all__`` names, where that is one literal; ``lists`` says that it has any.
    """

    bound: frozenset[str]
    stars: tuple[str, ...]
    more: bool
    hooked: bool
    finds: bool = False
    listed: tuple[str, ...] | None = None
    lists: bool = False

    def exports(self, name: str) -> bool:
        """Whether ``import *`` may take *name* over, if it is there."""
        if self.listed is not None:
            return name in self.listed
        return self.lists or self.more or not name.startswith("_")


UNKNOWN = Names(frozenset(), (), more=True, hooked=True)


def target_of(node: ast.ImportFrom, *, path: str) -> str | None:
    """Return the module that a ``from ... import`` in the file at *path* names; ``None`` where it leads out."""
    if not node.level:
        return node.module
    folders = path.split("/")[:-1]
    if node.level > len(folders):
        return None
    return ".".join([*folders[: len(folders) - node.level + 1], *([node.module] if node.module else [])])


def names_of(tree: ast.Module, *, path: str) -> Names:
    """Return what the module at *path* binds."""
    bound: set[str] = set()
    stars: list[str] = []
    more = hooked = finds = False
    for node, inner in _walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            word = node.id if isinstance(node, ast.Name) else node.attr
            more = more or word in _BINDERS or (isinstance(node, ast.Name) and word in _OPEN)
            hooked = hooked or word in _HOOKS or (word == "modules" and _of_sys(node))
            finds = finds or word in _FINDERS
        elif isinstance(node, ast.Call):
            more = more or _sets(node, tree, inner=inner)
        if isinstance(node, ast.Global):
            bound.update(node.names)
        elif isinstance(node, ast.ImportFrom) and not inner and node.names[0].name == "*":
            stars.append(target_of(node, path=path) or "")
        elif not inner:
            bound.update(_bound(node))
            hooked = hooked or _hands_itself_on(node)
    lists = "__all__" in bound
    listed = _listed(tree) if lists else None
    return Names(frozenset(bound), tuple(stars), more or "__getattr__" in bound, hooked, finds, listed, lists)


def set_from_outside(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes that code gives to what it has imported: ``import pkg.core as core; core.more = 1``."""
    set_on = [(_root(node.value), node.attr) for node in walk(tree) if _is_set(node)]
    others = [(name, attribute) for name, attribute in set_on if name not in _OWN]
    imported = _imported(tree) if others else frozenset()
    yield from (attribute for name, attribute in others if name in imported)


def _is_set(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)


def _root(node: ast.expr) -> str:
    """Return the first name of a dotted one, empty for other code."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _imported(tree: ast.Module) -> frozenset[str]:
    """Return the names that imports bind anywhere in a module."""
    return frozenset(
        alias.asname or alias.name.partition(".")[0]
        for node in walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    )


def _sets(call: ast.Call, tree: ast.Module, *, inner: bool) -> bool:
    """Whether a call sets attributes on what may be the module itself: in an inner scope one that was imported."""
    if not isinstance(call.func, ast.Name) or call.func.id != "setattr":
        return False
    return not inner or (call.args != [] and _root(call.args[0]) in _imported(tree) - _OWN)


def _hands_itself_on(node: ast.AST) -> bool:
    """Whether a statement is a call that is given the module's own name, and keeps nothing of what it returns."""
    call = node.value if isinstance(node, ast.Expr) else None
    given = [*call.args, *(keyword.value for keyword in call.keywords)] if isinstance(call, ast.Call) else []
    return any(isinstance(each, ast.Name) and each.id == "__name__" for each in given)


def _listed(tree: ast.Module) -> tuple[str, ...] | None:
    """Return what ``__all__`` names; ``None`` unless it is one literal that nothing else touches."""
    uses = [node for node in walk(tree) if isinstance(node, ast.Name) and node.id == "__all__"]
    for node in tree.body if len(uses) == 1 else ():
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if target is uses[0] and isinstance(value, (ast.List, ast.Tuple)):
            texts = [
                each.value for each in value.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            return tuple(texts) if len(texts) == len(value.elts) else None
    return None


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    """Yield every node that tells, and whether it stands in an inner scope; a bare annotation binds nothing."""
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    for node, inner in pending:
        kind = type(node)
        if kind in _TELLING:
            yield node, inner
        if kind in LEAVES:
            continue
        deeper = inner or kind in _SCOPES
        bare = node.target if isinstance(node, ast.AnnAssign) and node.value is None else None
        pending += [(child, deeper) for child in children(node) if child is not bare]


def _of_sys(node: ast.Name | ast.Attribute) -> bool:
    """Whether it is ``sys.modules``, or a plain ``modules`` that may have been imported as such."""
    return isinstance(node, ast.Name) or (isinstance(node.value, ast.Name) and node.value.id.endswith("sys"))


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that one node binds in its scope."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
