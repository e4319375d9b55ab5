"""What the modules of a package import when they are imported, as their code says; nothing is run.

What a module may do without (a guarded import, one in a function, one for types) does not count; what is imported to
be told of where it is missing does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from releasegate.core.adopt.claims.claim import Files
from releasegate.core.adopt.code import parsed
from releasegate.core.dists.wheel import modules
from releasegate.core.install.platforms import WINDOWS


def modules_of(files: Files, module: PurePosixPath) -> dict[str, PurePosixPath]:
    """Return the files of the import folder *module* by the dotted names under which an install check imports them."""
    code = (path.relative_to(module.parent) for path in files if path.suffix == ".py" and module in path.parents)
    return {name: module.parent / path for name, path in modules(str(path) for path in code).items()}


def imports_of(files: Files, names: Mapping[str, PurePosixPath]) -> dict[str, tuple[str, ...]]:
    """Return the dotted names that each module of *names* cannot be imported without."""
    return {name: tuple(dict.fromkeys(_wanted(files[path], name, path))) for name, path in names.items()}


def _wanted(content: bytes, name: str, path: PurePosixPath) -> Iterator[str]:
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in _unconditional(parsed(content).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _unconditional(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run whenever a module is imported, those of its classes too."""
    for node in body:
        yield node
        if isinstance(node, (ast.ClassDef, ast.With)) or (isinstance(node, ast.Try) and _needed(node)):
            yield from _unconditional(node.body)


def _needed(node: ast.Try) -> bool:
    """Whether a module cannot be imported where the imports in *node* fail: nothing else is done in their place."""
    raised = all(_ends(each.body[-1]) for each in node.handlers)
    instead = [name for each in node.handlers for name in _names(each.body)]
    return raised or (bool(instead) and all(name in WINDOWS for name in (*instead, *_names(node.body))))


def _ends(node: ast.stmt) -> bool:
    """Whether a statement ends the import: it raises, or leaves as ``sys.exit(1)`` does."""
    call = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    return isinstance(node, ast.Raise) or getattr(call, "attr", getattr(call, "id", "")) in {"exit", "_exit"}


def _names(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
