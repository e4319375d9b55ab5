"""What cannot be measured loses its own line of the bench, and no other; where that is ours, the bench ends so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tests.bench.__main__ as bench
from tests.bench.commands import Command, Row
from tests.bench.table import Grown

GOOD, BAD = Command("good", ("true",), Path("/")), Command("bad", ("sh", "-c", "echo no; exit 3"), Path("/"))
UNREADY = Command("unready", ("true",), Path("/"), before=("false",))


class Nowhere:
    """A ground that needs nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.versions = folder, {"lamp": "1.0"}

    def made(self) -> Nowhere:
        """Return itself."""
        return self


def measured(rows: list[Row], out: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Run the bench of these rows, and return the name of each line with why there is none."""
    monkeypatch.setattr(bench, "Ground", Nowhere)
    monkeypatch.setattr(bench, "rows", lambda _: iter(rows))
    monkeypatch.setattr(bench, "_sizes", lambda: iter([("matrix", 100)]))
    monkeypatch.setattr(bench, "_grown", lambda name, size: Grown(name, "cells", size, 0.1, 1))
    try:
        bench.main(["--runs", "2", "--out", str(out)])
    finally:
        told = json.loads((out / "benchmarks.json").read_text(encoding="utf-8"))["rows"]
    return [(each["name"], each["cannot"]) for each in told]


def test_a_peer_that_fails_loses_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row("one", 1.0, GOOD, (BAD, UNREADY)), Row("two", 1.0, GOOD, ())]
    assert measured(rows, tmp_path, monkeypatch) == [
        ("good", ""),
        ("bad", "bad ended with 3"),
        ("unready", "could not be made ready: its preparation ended with 1"),
        ("good", ""),
    ]


def test_where_ours_fails_the_bench_is_written_and_ends_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="Ours could not do: one"):
        measured([Row("one", 1.0, BAD, (GOOD,)), Row("two", 1.0, GOOD, ())], tmp_path, monkeypatch)
    assert "| one | bad | cannot: bad ended with 3 |" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
