"""Entries come from the writer alone: nothing else makes one, or adds one to a ledger."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "releasegate"

MAKERS = frozenset({"ledger_writer.py", "core/release/entry.py"})
"""What may make an entry: the writer a new one, and the core one that it reads from its line."""

WRITERS = frozenset({"ledger_writer.py", "adapters/ledger/shared.py"})
"""What may add to a ledger: the writer, and the ledger that hands on to its own files."""


def made(tree: ast.AST) -> list[int]:
    """Return the lines that make an entry."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if ast.unparse(call.func).rpartition(".")[2] == "Entry"]


def added(tree: ast.AST) -> list[int]:
    """Return the lines that add to a ledger: it takes a version and an entry, where a list takes one thing."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    two = {c.func for c in calls if len(c.args) + len(c.keywords) > 1}
    appends = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "append")
    return [node.lineno for node in appends if node in two or "ledger" in ast.unparse(node.value).lower()]


def sources() -> dict[str, ast.AST]:
    """Return every module of the package by its path."""
    paths = sorted(SOURCE.rglob("*.py"))
    return {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_nothing_but_the_journal_makes_an_entry_that_is_not_read() -> None:
    assert {path for path, tree in sources().items() if made(tree)} == MAKERS


def test_nothing_but_the_journal_adds_to_a_ledger() -> None:
    assert {path for path, tree in sources().items() if added(tree)} == WRITERS


@pytest.mark.parametrize(
    "source",
    [
        "Entry('now', 'run')",
        "record.Entry(at=now)",
        "kept = [Entry(**body) for body in bodies]",
    ],
)
def test_what_makes_an_entry_is_found(source: str) -> None:
    assert made(ast.parse(source)) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "ledger.append(version, entry)",
        "self.workspace.ledger(package).append(version, entry)",
        "kept.append(version=version, entry=entry)",
        "write = release.ports.ledger.append",
        "ledger.append(*both)",
    ],
)
def test_what_adds_to_a_ledger_is_found(source: str) -> None:
    assert added(ast.parse(source)) == [1]


def test_what_adds_to_a_list_is_not_taken_for_it() -> None:
    assert added(ast.parse("lines.append(line)\nentries.append(entry)\nstart = lines.append")) == []
    assert made(ast.parse("entry: Entry | None = None\nIndexEntry(line)\nmade = LedgerEntry")) == []
