"""Which lines of both packages run in a cell: defects that are drawn elsewhere would say nothing of the checks."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path

from tests.mutants.kept import KeptStack, docker
from tests.mutants.mutant import Mutant, Side
from tests.mutants.planting import put

Lines = Mapping[tuple[Side, str], frozenset[int]]
_RECORDER = Path(__file__).with_name("line_recorder.py")
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Assert, ast.Delete)
_NAME = "releasegate_lines"
_SERVICES: dict[str, Side] = {"netbox": "plugin", "worker": "plugin", "backend": "backend"}


def record(stack: KeptStack, packages: Mapping[Side, str]) -> None:
    """Let each service write its lines down from its next start on."""
    for service, side in _services(stack):
        package = Path(packages[side])
        put(stack.containers[service]["Id"], package.parent, {
            f"{_NAME}.py": _RECORDER.read_text(encoding="utf-8"), f"{_NAME}.txt": str(package),
            f"{_NAME}.pth": f"import {_NAME}\n",
        })  # fmt: skip


def stop_recording(stack: KeptStack, packages: Mapping[Side, str]) -> None:
    """Let no service write anything down from its next start on."""
    for service, side in _services(stack):
        put(stack.containers[service]["Id"], Path(packages[side]).parent, {f"{_NAME}.pth": ""})


def lines(stack: KeptStack) -> Lines:
    """Return what was written down, of all processes."""
    found: dict[tuple[Side, str], set[int]] = {}
    for service, side in _services(stack):
        told = docker("exec", stack.containers[service]["Id"], "sh", "-c", "cat /tmp/releasegate-lines/*.json")
        decoder, rest = json.JSONDecoder(), told.strip()
        while rest:
            ran, end = decoder.raw_decode(rest)
            rest = rest[end:].strip()
            for file, number in ran:
                found.setdefault((side, file), set()).add(number)
    return {place: frozenset(numbers) for place, numbers in found.items()}


def _services(stack: KeptStack) -> list[tuple[str, Side]]:
    """Return the services that run one of the packages; a plugin alone has no backend."""
    return [(service, side) for service, side in _SERVICES.items() if service in stack.containers]


def unreached(mutant: Mutant, source: str, found: Lines) -> bool:
    """Whether a defect is where nothing runs: nobody can tell of it."""
    if not mutant.file.endswith(".py") or mutant.removed or mutant.of_a_migration or mutant.old not in source:
        return False
    first = source[: source.index(mutant.old)].count("\n") + 1
    last = first + mutant.old.count("\n")
    # Of a statement over several lines the interpreter tells the first alone.
    spans = [(s.lineno, s.end_lineno or s.lineno) for s in ast.walk(ast.parse(source)) if isinstance(s, _SIMPLE)]
    touched = {line for begin, end in spans if begin <= last and end >= first for line in range(begin, end + 1)}
    return not found.get((mutant.side, mutant.file), frozenset()) & (touched | set(range(first, last + 1)))


def keep(file: Path, found: Lines) -> None:
    """Write lines into a file."""
    told = [[side, name, sorted(numbers)] for (side, name), numbers in sorted(found.items())]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told), encoding="utf-8")


def kept(file: Path) -> Lines:
    """Return what a file holds."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return {(side, name): frozenset(numbers) for side, name, numbers in told}
