"""What is kept of a run: JUnit XML for any CI, and a summary for the record."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasegate.adapters.containers.observed import Observed
from releasegate.core.printable import printable
from releasegate.ports import CellReport

if TYPE_CHECKING:
    from junitparser import Failure


def write(folder: Path, ended: Sequence[tuple[CellReport, Observed]], said: Sequence[str]) -> None:
    """Write ``junit.xml`` with a test case for each cell, and ``report.json`` with everything that was seen."""
    from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

    folder.mkdir(parents=True, exist_ok=True)
    suite = TestSuite("end to end")
    for report, seen in ended:
        case = TestCase(report.cell, classname="releasegate.e2e", time=report.seconds)
        text = "\n".join([*report.problems, *seen.log, *said])
        if report.verdict == "fail":
            case.result = [_with_text(Failure(report.problems[0]), text)]
        elif report.verdict != "pass":
            case.result = [Skipped("; ".join(report.problems))]
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    xml.write(str(folder / "junit.xml"), pretty=True)
    told = {"cells": [{**summary(*each), "log": each[1].log} for each in ended], "blame": list(said)}
    (folder / "report.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def summary(report: CellReport, seen: Observed) -> dict[str, Any]:
    """Return a cell as the record keeps it."""
    return {
        "cell": report.cell,
        "verdict": report.verdict,
        "seconds": round(report.seconds, 1),
        "phases": {what: round(seconds, 1) for what, seconds in seen.seconds.items()},
        "problems": list(report.problems),
        "notes": list(seen.notes),
        "objects": dict(seen.objects),
        "origins": [{"name": o.name, "version": o.version, "sha256": o.sha256, "host": o.host} for o in report.origins],
    }


def recalled(rows: Sequence[Mapping[str, Any]], wanted: Collection[str]) -> list[tuple[CellReport, Observed]]:
    """Return the *wanted* cells that *rows*, summaries of earlier runs, have a verdict of; the newest row of each.

    The rows may come from another machine: what is no summary is left out.
    """
    found: dict[str, tuple[CellReport, Observed]] = {}
    for row in rows:
        try:
            problems = tuple(printable(str(problem)) for problem in row["problems"])
            report = CellReport(str(row["cell"]), str(row["verdict"]), problems, (), float(row["seconds"]))
            phases = {str(what): float(seconds) for what, seconds in row["phases"].items()}
            notes = [*(printable(str(note)) for note in row["notes"]), "known from another run on the same files"]
            seen = Observed(notes=list(dict.fromkeys(notes)), objects=dict(row["objects"]), seconds=phases)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if report.cell in wanted and report.verdict in {"pass", "fail"}:
            found[report.cell] = (report, seen)
    return list(found.values())


def _with_text(failure: Failure, text: str) -> Failure:
    failure.text = text
    return failure
