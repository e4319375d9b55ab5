"""Defects that a seed draws: operators on the syntax tree of what is installed, wherever they find a place."""

from __future__ import annotations

import ast
import random
from collections.abc import Collection, Iterator, Mapping

from tests.mutants.mutant import Mutant, Side
from tests.mutants.reached import Lines

_OPPOSITE: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
    ast.Lt: ">=", ast.GtE: "<", ast.Gt: "<=", ast.LtE: ">",
}  # fmt: skip
_CHANGED = (ast.Compare, ast.Return, ast.UnaryOp, ast.BoolOp, ast.Expr)
"""What an operator may change."""
_SIGNS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
    ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=",
}  # fmt: skip


def drawn(
    sources: Mapping[tuple[Side, str], str], seed: int, count: int, reached: Lines | None = None
) -> Iterator[Mutant]:
    """Yield *count* mutants, each of a file drawn first and then a place in it; with *reached*, on those lines only."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    files = sorted(sources)
    made = 0
    for _ in range(count * 50):
        if made == count:
            return
        side, file = draw.choice(files)
        ran = None if reached is None else reached.get((side, file), frozenset())
        places = list(_places(sources[side, file], ran))
        if places:
            word, old, new = draw.choice(places)
            made += 1
            yield Mutant(f"drawn-{seed}-{made}-{word}", side, file, old, new)


def _places(source: str, ran: Collection[int] | None) -> Iterator[tuple[str, str, str]]:
    """Yield each change of one line that an operator finds, with enough before it to be found again."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, _CHANGED) or node.lineno != node.end_lineno:
            continue
        changed = _changed(node, lines[node.lineno - 1])
        if changed is None or (ran is not None and node.lineno not in ran):
            continue
        word, old, new = changed
        number = node.lineno - 1
        line = lines[number]
        if line.count(old) == 1:
            before = "".join(lines[max(0, number - 3) : number])
            if source.count(before + line) == 1:
                yield word, before + line, before + line.replace(old, new)


def _changed(node: ast.expr | ast.stmt, line: str) -> tuple[str, str, str] | None:
    """Return an operator's name, what stands on the *line*, and what it makes of it."""
    text = line.encode()[node.col_offset : node.end_col_offset].decode()
    found: tuple[str, str] | None = None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sign, other = _SIGNS[type(node.ops[0])], _OPPOSITE[type(node.ops[0])]
        found = "compares-otherwise", text.replace(f" {sign} ", f" {other} ", 1)
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        found = "returns-nothing", "return None"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        found = "forgets-a-not", text.removeprefix("not ")
    elif isinstance(node, ast.BoolOp):
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        found = "and-for-or", text.replace(f" {word} ", f" {other} ", 1)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
        found = "forgets-a-call", "pass"
    return (found[0], text, found[1]) if found and found[1] != text else None
