"""The end-to-end cells as a person or a CI sees them: the plan, the table of verdicts, the objects that were synced."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from releasegate.app.container_runner import ContainerOptions
from releasegate.app.project import STATE
from releasegate.core.e2e.matrix import Cell, Wanted
from releasegate.core.enumerated import first_of
from releasegate.core.report import evidence_sections as sections
from releasegate.core.report.model import PackageReport, Report, VersionReport
from releasegate.frontends.options import Given
from releasegate.frontends.screen.console import Screen
from releasegate.frontends.stack_options import dimensions
from releasegate.ports import EndToEndReport

_NAMES = 6


def asked(given: Given) -> ContainerOptions:
    """Return what the options ask for."""

    def many(name: str) -> tuple[str, ...]:
        return tuple(given[name] or ())

    wanted = Wanted(
        dimensions=dimensions(given),
        pythons=many("python"),
        sources=many("source"),
        paths=many("path"),
        upgrade_from=many("from"),
    )
    return ContainerOptions(wanted, given["blame"], given["only_available"], given["keep"])


def shared(given: Given) -> list[str]:
    """Return the options that every cell of a plan is run with."""
    single = {name: [given[name]] if given[name] else [] for name in ("package", "version")}
    several = {name: given[name] or [] for name in ("backend_source", "backend_version")}
    told = ((f"--{name.replace('_', '-')}", each) for name, found in {**single, **several}.items() for each in found)
    return [*(word for both in told for word in both), *(["--blame"] if given["blame"] else [])]


def show_plan(screen: Screen, cells: Sequence[Cell], *, form: str, rest: Sequence[str]) -> None:
    """Print the cells; as JSON each with the options that run it alone, *rest* being what all of them share."""
    if form == "json":
        rows = [
            {"number": number, "cell": cell.name, "options": " ".join([*cell.options, *rest]), "kept": cell.kept}
            for number, cell in enumerate(cells)
        ]
        screen.say(json.dumps(rows))
        return
    for cell in cells:
        screen.say(cell.name)


def show_report(screen: Screen, package: str, report: EndToEndReport) -> None:
    """Print the table of cells, and the objects of each that passed; the package's report has them, too."""
    rows: Sequence[Mapping[str, Any]] = report.evidence.get("cells", ())
    if not rows:
        return
    ran = VersionReport(package, "", report.verdict, cells=tuple(sections.cells("e2e", report.evidence)))
    before = screen.report.packages if screen.report is not None else ()
    screen.report = Report("run", (*before, PackageReport(package, versions=(ran,))))
    from rich.markup import escape

    from releasegate.frontends.screen.tables import table

    told = table("cell", "verdict", "seconds", "of which")
    for row in rows:
        phases = ", ".join(f"{what} {seconds:.0f}" for what, seconds in row["phases"].items())
        shown = (screen.fit(row["cell"]), row["verdict"], f"{row['seconds']:.0f}", screen.fit(phases))
        told.add_row(*map(escape, shown))
    screen.shows(told)
    for row in rows:
        notes = (*row["notes"], *(row["problems"] if row["verdict"] == "left out" else ()))
        lines = [*notes, *(f"{kind}: {_listed(found)}" for kind, found in row["objects"].items())]
        if lines:
            screen.detail(row["cell"])
        for line in lines:
            screen.detail(f"  {line}")
    screen.detail(f"report: {STATE}/e2e/{report.evidence['report']}")
    for line in report.left_up:
        screen.tell(f"left up: {line}")


def _listed(found: Any) -> str:
    """Return how many there are and the first names."""
    if not isinstance(found, list):
        return str(found)
    names = [str(each.get("name", each) if isinstance(each, dict) else each) for each in found]
    return f"{len(names)} ({first_of(names, _NAMES)})" if names else "0"
