"""What is shown of cells and of a rehearsal, and what a wish for one means."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from test_screen import STEP, ended

from releasegate.app.rehearse.scenario import ScenarioResult
from releasegate.core.errors import ConfigurationError, GateFailed
from releasegate.core.release.record import Record
from releasegate.frontends.commands import cells, handover, rehearsals, releases
from releasegate.frontends.screen.console import Screen
from releasegate.ports import EndToEndReport

ROW: dict[str, Any] = {
    "cell": "NetBox 4.7.3",
    "verdict": "pass",
    "seconds": 12.4,
    "phases": {"start": 10.0},
    "notes": ["slow"],
    "problems": ["not shown"],
    "objects": {"sites": ["a", {"name": "b"}, 1, 2, 3, 4, 5], "devices": [], "count": 3},
}
LEFT_OUT = {**ROW, "cell": "NetBox 4.5.8", "verdict": "left out", "notes": [], "problems": ["no image"], "objects": {}}
QUIET = {**ROW, "cell": "NetBox 4.6.0", "notes": [], "objects": {}}


def report(*rows: dict[str, Any]) -> EndToEndReport:
    return EndToEndReport("pass", (), (), 1.0, {"cells": rows, "report": "now"} if rows else {})


def test_a_report_of_cells_names_each_with_its_objects(capsys: pytest.CaptureFixture[str]) -> None:
    cells.show_report(Screen(), "x", report(ROW, LEFT_OUT, QUIET))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0].split() == ["cell", "verdict", "seconds", "of", "which"]
    assert lines[1].split() == ["NetBox", "4.7.3", "pass", "12", "start", "10"]
    assert lines[4:] == [
        "NetBox 4.7.3",
        "  slow",
        "  sites: 7 (a, b, 1, 2, 3, 4 and 1 more)",
        "  devices: 0",
        "  count: 3",
        "NetBox 4.5.8",
        "  no image",
        "report: .releasegate/e2e/now",
    ]


def test_a_report_of_no_cells_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    cells.show_report(Screen(), "x", report())
    assert capsys.readouterr().out == ""


def a_record(*, sealed: bool = False, failed: str = "") -> Record:
    """Return as much of a record as is shown."""
    seal = SimpleNamespace(evidence={"files": {"x.tar.gz": "b" * 64, "x.whl": "a" * 64}}) if sealed else None
    return cast(
        "Record", SimpleNamespace(entries=(), seal=seal, failure=SimpleNamespace(step=failed) if failed else None)
    )


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Play nothing, in a folder of its own; return how often each file was stored."""
    stored = {"x.whl": 1}

    def play(folder: Path, *, reporter: Any, **_: Any) -> ScenarioResult:
        folder.mkdir(exist_ok=True)
        (folder / "trace").touch()
        reporter.heading("a scene")
        reporter("fetching")
        reporter.planned(SimpleNamespace(package=SimpleNamespace(name="x"), plan=None, steps=(), reason="it is there"))
        reporter.begins(STEP)
        reporter.ends(ended())
        reporter.fails(GateFailed("It had to come.", hint="Go on"))
        records = {"x": {"1.0": a_record(sealed=True), "1.1": a_record(failed="e2e"), "1.2": a_record()}}
        return ScenarioResult((), cast("Any", records), stored)

    monkeypatch.setattr(rehearsals, "rehearse_sample", play)
    monkeypatch.setattr(rehearsals, "rehearse_published", lambda _, **told: play(**told))
    monkeypatch.setattr(rehearsals, "rehearse_own", lambda _, **told: play(**told))
    monkeypatch.chdir(tmp_path)
    return stored


@pytest.mark.parametrize("keep", [True, False])
def test_a_rehearsal_shows_how_every_version_ended_and_cleans_up(
    played: dict[str, int],
    capsys: pytest.CaptureFixture[str],
    keep: bool,  # noqa: FBT001
) -> None:
    rehearsals.rehearse(Screen(), "sample", (), "", contained=True, keep=keep, fresh=True)
    out = capsys.readouterr().out
    assert played == {"x.whl": 1}
    assert "It had to come." in out
    assert "x: nothing to do, it is there" in out
    assert "sample 1.0.0\n  pass   1.5 s  build [it]\n" in out
    assert [line.split()[2:] for line in out.splitlines() if line.startswith("x ")] == [
        ["sealed", "a" * 16],
        ["failed", "at", "e2e"],
        ["open"],
    ]
    assert "1 files stored, each once." in out
    assert ("Everything is in" in out) is keep
    assert Path(".releasegate/rehearsal/sample/trace").exists() is keep
    assert Path(".releasegate/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_file_that_was_stored_twice_is_named(played: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    played["y.whl"] = 2
    rehearsals.rehearse(Screen(), "proxbox", ["netbox=4.7.3"], "fresh", contained=False, keep=False, fresh=False)
    assert "Stored twice: {'y.whl': 2}" in capsys.readouterr().out


def test_one_s_own_packages_are_those_of_the_table_here_and_begin_anew(
    played: dict[str, int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    monkeypatch.setattr(rehearsals, "load", lambda folder, **_: looked.append(folder))
    for _ in range(2):
        rehearsals.rehearse(Screen(), "own", (), "", contained=False, keep=True, fresh=False)
    assert played == {"x.whl": 1}
    assert looked == [Path.cwd()] * 2
    assert "1 files stored, each once." in capsys.readouterr().out


def test_there_is_no_other_pair() -> None:
    with pytest.raises(ConfigurationError, match="There is no pair none"):
        rehearsals.rehearse(Screen(), "none", (), "", contained=True, keep=False, fresh=False)


@pytest.mark.parametrize(
    ("pair", "on", "said"),
    [("proxbox", ["netbox"], "--on netbox names no value"), ("sample", ["netbox=4.7.3"], "are for a real pair")],
)
def test_what_chooses_no_cell_of_a_real_pair_is_refused(pair: str, on: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        rehearsals.rehearse(Screen(), pair, on, "", contained=True, keep=False, fresh=False)


def test_a_plan_of_nothing_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    planned = SimpleNamespace(package=SimpleNamespace(name="x"), plan=None, steps=(), reason="1.0 is released")
    releases.shows_plan(Screen())(cast("Any", planned))
    assert capsys.readouterr().out == "x: nothing to do, 1.0 is released\n"


@pytest.mark.parametrize("yes", [True, False])
def test_nothing_is_written_into_a_repository_unless_it_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    yes: bool,  # noqa: FBT001
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.0"\n', encoding="utf-8")
    handover.adopt(Screen(), path=str(tmp_path), table="", yes=yes, vendored=False, trial=False)
    assert (tmp_path / "tasks.py").exists() is yes
    assert ("Wrote " in capsys.readouterr().out) is yes
    handover.adopt(Screen(), path=str(tmp_path), table="", yes=True, vendored=False, trial=False)
    assert ("There is nothing to write" in capsys.readouterr().out) is yes
