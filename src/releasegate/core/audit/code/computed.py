"""What a Python expression makes of constants: ``f"{MAJOR}.{MINOR}"``, ``".".join(map(str, NUMBERS))``; nothing is run.

Such a version stands nowhere as one text, so that no bump could follow; but what it comes to is known.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

_Known = Callable[[ast.expr | None], Any]
_DEEPEST = 20


def constant(node: ast.expr | None, held: Mapping[str, ast.expr], *, depth: int = _DEEPEST) -> Any:
    """Return the text, number or tuple that *node* comes to, ``None`` for any other code; *held* are known names."""

    def known(inner: ast.expr | None) -> Any:
        return constant(inner, held, depth=depth - 1) if depth else None

    made: Any = None
    match node:
        case ast.Constant(value=str() | int() as value):
            made = None if isinstance(value, bool) else value
        case ast.Name(id=name):
            made = known(held.get(name))
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            made = _all([known(part) for part in parts])
        case ast.JoinedStr(values=parts):
            made = _joined("", _all([known(part) for part in parts]))
        case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
            made = known(inner)
        case ast.Call():
            made = _called(node, known)
        case _:
            made = _operated(node, known)
    return made


def _operated(node: ast.expr | None, known: _Known) -> Any:
    """Return what a sum, a template with ``%``, the beginning of a tuple or a loop over one comes to."""
    made: Any = None
    match node:
        case ast.Subscript(value=inner, slice=ast.Slice(lower=None, upper=ast.Constant(value=int(end)), step=None)):
            made = parts[:end] if isinstance(parts := known(inner), tuple) else None
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            both = known(left), known(right)
            made = both[0] + both[1] if all(isinstance(each, str) for each in both) else None
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            made = _filled(re.split("%[sd]", text), known(right))
        case (
            ast.GeneratorExp(elt=ast.Call() as call, generators=[part])
            | ast.ListComp(elt=ast.Call() as call, generators=[part])
        ):
            plain = not part.ifs and ast.unparse(call) == f"str({ast.unparse(part.target)})"
            made = known(part.iter) if plain and isinstance(part.target, ast.Name) else None
    return made


def _called(node: ast.Call, known: _Known) -> Any:
    """Return what ``join``, ``format``, ``str``, ``map``, ``tuple`` and ``list`` come to."""
    made: Any = None
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="join"), args=[inner], keywords=[]):
            made = _joined(text, known(inner))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=given, keywords=[]):
            made = _filled(text.split("{}"), _all([known(each) for each in given]))
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            made = _joined("", (known(inner),))
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="str"), inner]):
            made = known(inner)
        case ast.Call(func=ast.Name(id="tuple" | "list"), args=[inner], keywords=[]):
            made = parts if isinstance(parts := known(inner), tuple) else None
    return made


def _all(parts: list[Any]) -> tuple[Any, ...] | None:
    return None if None in parts else tuple(parts)


def _joined(between: str, parts: Any) -> str | None:
    if not isinstance(parts, tuple) or not all(isinstance(part, (str, int)) for part in parts):
        return None
    return between.join(map(str, parts))


def _filled(texts: list[str], parts: Any) -> str | None:
    """Return *texts* with *parts* between them; ``None`` where these are another number, or written otherwise."""
    given = parts if isinstance(parts, tuple) else (parts,)
    if len(given) != len(texts) - 1 or any(mark in text for text in texts for mark in "%{}"):
        return None
    return _joined("", tuple(each for pair in zip(texts, (*given, ""), strict=True) for each in pair))


def rests_on(node: ast.expr, held: Mapping[str, ast.expr]) -> list[ast.expr]:
    """Return what is assigned to the names that *node* is made from, and to those that these are made from."""
    found: dict[str, ast.expr] = {}
    pending = [node]
    while pending:
        for each in ast.walk(pending.pop()):
            if isinstance(each, ast.Name) and each.id in held and each.id not in found:
                found[each.id] = held[each.id]
                pending.append(held[each.id])
    return list(found.values())
