"""What a class in a package's own module says of itself, as a literal."""

from __future__ import annotations

import ast
from collections.abc import Collection

from releasegate.core.audit.code.trees import assignments, last_name, parse


def class_text(source: bytes, bases: Collection[str], attribute: str) -> str:
    """Return the text of an attribute of the first class made from one of *bases*; nothing where it has none."""
    tree = parse(source)
    for node in tree.body if tree is not None else []:
        if isinstance(node, ast.ClassDef) and set(map(last_name, node.bases)) & set(bases):
            value = assignments(node.body).get(attribute)
            return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    return ""
