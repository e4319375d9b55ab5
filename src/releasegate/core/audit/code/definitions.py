"""What the wheel's modules define, as far as their texts tell: where code may define more, nothing is said to lack."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from releasegate.core.dists.wheel import module_name

ModuleKind = Literal["package", "module", "compiled", "namespace"]

_OPEN = frozenset({"exec", "globals", "locals", "vars"})
_HOOKS = frozenset({"__path__", "extend_path", "meta_path", "path_hooks"})
_EVERYWHERE = frozenset(
    """__annotations__ __builtins__ __cached__ __dict__ __doc__ __file__ __loader__ __name__ __package__ __path__
    __spec__""".split()  # noqa: SIM905 - names, as one reads them
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True)
class _Names:
    """What one module binds; ``more`` says that it may bind others, ``hooked`` that it may have other submodules.

    ``stars`` are the modules whose names it takes over.
    """

    bound: frozenset[str]
    stars: tuple[str, ...]
    more: bool
    hooked: bool


@dataclass(frozen=True)
class Definitions:
    """The modules of a wheel: *held* are its files in site-packages, *code* the syntax trees of its Python files."""

    held: Mapping[str, bytes]
    code: Mapping[str, ast.Module | None]

    @cached_property
    def kinds(self) -> Mapping[str, ModuleKind]:
        """What each dotted name is; a folder without ``__init__`` is a namespace."""
        found: dict[str, ModuleKind] = {}
        for path in self.held:
            folder = path.rpartition("/")[0]
            while folder and folder.replace("/", ".") not in found:
                found[folder.replace("/", ".")] = "namespace"
                folder = folder.rpartition("/")[0]
        for path in self.held:
            name, last = module_name(path), path.rpartition("/")[2]
            if name is not None and last.startswith("__init__."):
                found[name] = "package"
            elif name is not None and found.get(name) != "package":
                found[name] = "module" if last.endswith(".py") else "compiled"
        return found

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        """The Python file of each dotted name; of a package's and a module's of one name, the package's."""
        files = sorted(self.code, key=lambda path: path.endswith("/__init__.py"))
        return {name: path for path in files if (name := module_name(path)) is not None}

    @cached_property
    def _names(self) -> dict[str, _Names]:
        return {}

    def missing_module(self, module: str) -> str | None:
        """Return the part of a dotted name that the wheel should hold and does not, ``None`` where nothing is wrong."""
        parts = module.split(".")
        for depth in range(1, len(parts) + 1):
            name, parent = ".".join(parts[:depth]), ".".join(parts[: depth - 1])
            if name not in self.kinds:
                own = self.kinds.get(parent) in {"package", "module"} and not self._of(parent).hooked
                return name if own else None
        return None

    def lacks(self, module: str, name: str) -> bool:
        """Whether *module* is of the wheel and certainly has neither an attribute nor a submodule *name*."""
        if self.kinds.get(module) not in {"package", "module"} or f"{module}.{name}" in self.kinds:
            return False
        return not self._has(module, name)

    def _has(self, module: str, name: str) -> bool:
        """Whether *module* may have *name*, by itself or by way of the modules whose names it takes over."""
        pending, seen = [module], {module}
        while pending:
            current = pending.pop()
            if self.kinds.get(current) not in {"package", "module"}:
                return True  # another project's, or compiled: nobody knows
            names = self._of(current)
            if names.more or names.hooked or name in names.bound or name in _EVERYWHERE:
                return True
            pending += [star for star in names.stars if star not in seen]
            seen.update(names.stars)
        return False

    def _of(self, module: str) -> _Names:
        if module not in self._names:
            path = self._paths.get(module)
            tree = self.code.get(path) if path is not None else None
            self._names[module] = _UNKNOWN if tree is None or path is None else _read(tree, path=path)
        return self._names[module]


_UNKNOWN = _Names(frozenset(), (), more=True, hooked=True)


def target_of(node: ast.ImportFrom, *, path: str) -> str | None:
    """Return the module that a ``from ... import`` in the file at *path* names; ``None`` where it leads out."""
    if not node.level:
        return node.module
    folders = path.split("/")[:-1]
    if node.level > len(folders):
        return None
    return ".".join([*folders[: len(folders) - node.level + 1], *([node.module] if node.module else [])])


def _read(tree: ast.Module, *, path: str) -> _Names:
    bound: set[str] = set()
    stars: list[str] = []
    more = hooked = False
    for node, inner in _walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            word = node.id if isinstance(node, ast.Name) else node.attr
            more = more or (isinstance(node, ast.Name) and word in _OPEN)
            hooked = hooked or word in _HOOKS or (word == "modules" and _of_sys(node))
        if isinstance(node, ast.Global):
            bound.update(node.names)
        elif isinstance(node, ast.ImportFrom) and not inner and node.names[0].name == "*":
            stars.append(target_of(node, path=path) or "")
        elif not inner:
            bound.update(_bound(node))
    return _Names(frozenset(bound), tuple(stars), more=more or "__getattr__" in bound, hooked=hooked)


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    """Yield every node, and whether it stands in an inner scope."""
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, inner = pending.pop()
        yield node, inner
        deeper = inner or isinstance(node, _SCOPES)
        pending += [(child, deeper) for child in ast.iter_child_nodes(node)]


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
