"""The version that a module states where it is not installed: ``except PackageNotFoundError: __version__ = "1.4.0"``.

The installed package's own version is another, and right by itself; so what stands here is asked about, never red.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from releasegate.core.adopt.claims.claim import Claim, Rank, placeholder, text_around
from releasegate.core.adopt.code import parsed
from releasegate.core.release.versions import parse_version
from releasegate.core.version_files.leftovers import lines_with
from releasegate.core.version_files.python_assignments import statements


def fallbacks(content: bytes, names: tuple[str, ...]) -> dict[str, ast.Constant]:
    """Return the *names* that a module binds in several ways, of which one is a text: that is what is left to it."""
    bound: dict[str, list[ast.expr | None]] = {}
    for node in statements(parsed(content).body):
        for name, value in _bindings(node):
            bound.setdefault(name, []).append(value)
    several = {name: bound[name] for name in names if len(bound.get(name, ())) > 1}
    texts = {name: [v for v in values if isinstance(v, ast.Constant)] for name, values in several.items()}
    return {name: found[0] for name, found in texts.items() if len(found) == 1 and isinstance(found[0].value, str)}


def claims(path: PurePosixPath, content: bytes, found: dict[str, ast.Constant]) -> Iterator[Claim]:
    """Yield the line of each fallback that *found* has; one of zeros, or ``0+unknown``, is meant to be none."""
    for value in (each for each in found.values() if parse_version(str(each.value)) is not None):
        said = str(value.value)
        there = [(line, match) for number, line, match in lines_with(content, said) if number == value.lineno]
        made = [text_around(path, line, match) for line, match in there]
        rank: Rank = "value" if placeholder(said) else "like"
        yield from (Claim(each, rank) for each in made if each is not None)


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the plain names that a statement binds, each with its value, ``None`` for what is imported."""
    if isinstance(node, ast.ImportFrom):
        yield from ((alias.asname or alias.name, None) for alias in node.names)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id, node.value
