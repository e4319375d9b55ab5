"""The modules of a package, and what a name in one of them stands for: what is defined there, or elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from releasegate.core.dists.wheel import module_name

Definition = tuple[str, str]
"""A module, as it is imported, and a name in it."""


@dataclass(frozen=True)
class Modules:
    """Syntax trees by dotted name, and what each imports: the local name, and the place that it stands for."""

    trees: Mapping[str, ast.Module]
    imported: Mapping[str, Mapping[str, Definition]]

    def place(self, module: str, node: ast.expr) -> Definition | None:
        """Return where what an expression names is defined; ``None`` where it is more than a dotted name."""
        if isinstance(node, ast.Name):
            return self._followed((module, node.id))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner, name = self._followed((module, node.value.id))
            inner = f"{owner}.{name}" if f"{owner}.{name}" in self.trees else owner if not name else ""
            return self._followed((inner, node.attr)) if inner else None
        return None

    def _followed(self, place: Definition) -> Definition:
        """Follow imports to where something is defined, through at most as many modules as there are."""
        for _ in range(len(self.trees)):
            further = self.imported.get(place[0], {}).get(place[1])
            if further is None or further == place:
                break
            place = further
        return place


def literal(node: ast.expr | None) -> str | None:
    """Return the text that stands there; ``None`` for what is computed, and where nothing stands."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def modules(trees: Mapping[str, ast.Module | None]) -> Modules:
    """Return the modules of *trees*, which are by path in site-packages; what could not be parsed is left out."""
    parsed = ((module_name(path), path, tree) for path, tree in trees.items() if tree is not None)
    named = {name: (path, tree) for name, path, tree in parsed if name is not None}
    imported = {
        name: dict(_imports(tree, name if path.endswith("/__init__.py") else name.rpartition(".")[0]))
        for name, (path, tree) in named.items()
    }
    return Modules({name: tree for name, (_, tree) in named.items()}, imported)


def _imports(tree: ast.Module, package: str) -> Iterator[tuple[str, Definition]]:
    """Yield each name that is imported anywhere in a module, with its place; a module is a place without a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            source = ".".join(filter(None, (above if node.level else "", node.module or "")))
            yield from ((alias.asname or alias.name, (source, alias.name)) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.asname, (alias.name, "")) for alias in node.names if alias.asname)
