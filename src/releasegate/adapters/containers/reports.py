"""What is kept of a run: JUnit XML for any CI, and a summary for the record."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasegate.adapters.containers.observed import Observed
from releasegate.core.e2e.contracts import Judged, broken
from releasegate.core.printable import printable
from releasegate.ports import CellReport

if TYPE_CHECKING:
    from junitparser import TestCase
    from junitparser.junitparser import FinalResult


def write(folder: Path, ended: Sequence[tuple[CellReport, Observed]], said: Sequence[str]) -> None:
    """Write ``junit.xml`` with every contract of every cell, and ``report.json`` with everything that was seen.

    There, too, are the seconds of every contract.
    """
    from junitparser import JUnitXml, TestSuite

    folder.mkdir(parents=True, exist_ok=True)
    suites = []
    for report, seen in ended:
        suite = TestSuite(report.cell)
        suite.add_testcases(list(_cases(report, seen, said)))
        suites.append(suite)
    xml = JUnitXml()
    for suite in suites:
        xml.add_testsuite(suite)
    xml.write(str(folder / "junit.xml"), pretty=True)
    cells = [{**summary(*each), "contracts": _timed(each[1].contracts), "log": each[1].log} for each in ended]
    told = {"cells": cells, "blame": list(said)}
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


def _timed(contracts: Sequence[Judged]) -> dict[str, float]:
    """Return the seconds that each contract took, all checks of it together; the longest first."""
    seconds: dict[str, float] = {}
    for each in contracts:
        seconds[each.name] = seconds.get(each.name, 0.0) + each.seconds
    return {name: round(took, 1) for name, took in sorted(seconds.items(), key=lambda item: -item[1])}


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


def _cases(report: CellReport, seen: Observed, said: Sequence[str]) -> Iterator[TestCase]:
    """Yield a test case for each contract of a cell; where it was not judged, a last one says why.

    What was not judged is an error: a CI shows what is skipped as green.
    """
    from junitparser import Error, Failure, Skipped

    contracts = seen.contracts or _told(report)
    logged = "\n".join([*seen.log, *said])
    for each in contracts:
        text = "\n".join([*each.lines, logged])
        kinds: Mapping[str, type[FinalResult]] = {"fail": Failure, "skipped": Skipped}
        result = kinds[each.verdict](each.problem) if each.verdict in kinds else None
        yield _case(report, each.name, each.seconds, result, text)
    if report.verdict in {"not run", "left out"}:
        kind = Error if report.verdict == "not run" else Skipped
        text = "\n".join([*report.problems, logged])
        yield _case(report, "cell", report.seconds, kind(report.problems[0]), text)
    elif not contracts:
        yield _case(report, "cell", report.seconds, None, "")


def _case(report: CellReport, name: str, seconds: float, result: FinalResult | None, text: str) -> TestCase:
    from junitparser import TestCase

    case = TestCase(name, classname=report.cell, time=seconds)
    if result is not None:
        result.text = text
        case.result = [result]
    return case


def _told(report: CellReport) -> list[Judged]:
    """Return the contracts of a cell that is known by its lines only."""
    if report.verdict != "fail":
        return []
    found: list[Judged] = []
    for line in report.problems:
        if line.startswith(" ") and found:
            found[-1] = replace(found[-1], words=(*found[-1].words, line.strip()))
        else:
            found.append(broken(line))
    return found
