"""The addresses that a package's code names literally: a text, or one that is formatted, that is a path."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from releasegate.core.audit.code.trees import parsed
from releasegate.core.routes.templates import PLACE, Template, template

_ADDRESS = re.compile(r"(?:\{\})?(/[\w\-./{}~]*)(?:[?#].*)?", re.DOTALL)
_PATH = re.compile(rb"""["}]/\w[\w.-]*[/"?{]|'/\w""")


@dataclass(frozen=True)
class Named:
    """An address, as it is written, and where: the path in site-packages, and the line."""

    address: Template
    path: str
    line: int

    @property
    def where(self) -> str:
        """The place, as compilers tell it."""
        return f"{self.path}:{self.line}"


def named(sources: Mapping[str, bytes], word: bytes = b"") -> Iterator[Named]:
    """Yield each address that the code of *sources*, by path in site-packages, names; what documents it names none.

    Only modules in which *word* stands are read.
    """
    read = {path: source for path, source in sources.items() if word in source and _PATH.search(source)}
    for path, tree in parsed(read).items():
        if tree is not None:
            yield from (Named(template(text), path, line) for text, line in texts(tree))


def texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield each address in a module, with a place for all that is computed, and its line."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inner.add(id(node.value))
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            inner.update(id(each) for each in ast.walk(node) if each is not node)
        if id(node) in inner or not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            continue
        match = _ADDRESS.fullmatch(_written(node))
        if match is not None:
            yield match[1], node.lineno


def _written(node: ast.expr) -> str:
    """Return a text with a place for all that is computed; nothing of what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(each) for each in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _part(node.left) + _part(node.right)
    return ""


def _part(node: ast.expr) -> str:
    return _written(node) or PLACE
