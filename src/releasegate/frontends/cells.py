"""The end-to-end cells as a person or a CI sees them: the plan, the table of verdicts, the objects that were synced."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from releasegate.app.container_runner import ContainerOptions
from releasegate.app.project import STATE
from releasegate.core.e2e.matrix import Cell, Wanted
from releasegate.frontends.console import Screen
from releasegate.ports import EndToEndReport

_NAMES = 6
_WIDTH = 160


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose cells."""
    parser.add_argument("--netbox", action="append", default=[], help="a NetBox: 4.7.3, pypi:4.7.3 or image:4.5.8")
    parser.add_argument("--python", action="append", default=[], help="a Python of the images that are made")
    parser.add_argument("--path", action="append", default=[], dest="paths", help="fresh or upgrade")
    parser.add_argument("--from", action="append", default=[], dest="origins", help="a version to upgrade from")
    parser.add_argument("--service", action="append", default=[], help="pve, pbs or pdm")
    parser.add_argument("--plan", nargs="?", const="text", choices=["text", "json"], help="print the cells, run none")
    parser.add_argument("--blame", action="store_true", help="where a pair fails, say which of the two broke it")
    parser.add_argument("--only-available", action="store_true", help="leave out cells whose image cannot be had")


def asked(options: argparse.Namespace) -> ContainerOptions:
    """Return what the options ask for."""
    wanted = Wanted(
        netbox=tuple(options.netbox),
        pythons=tuple(options.python),
        sources=tuple(options.source or ()),
        paths=tuple(options.paths),
        services=tuple(options.service),
        upgrade_from=tuple(options.origins),
    )
    return ContainerOptions(wanted, options.blame, options.only_available)


def show_plan(screen: Screen, cells: Sequence[Cell], *, form: str, rest: Sequence[str]) -> None:
    """Print the cells; as JSON each with the options that run it alone, *rest* being what all of them share."""
    if form == "json":
        rows = [{"cell": cell.name, "options": " ".join([*cell.options, *rest])} for cell in cells]
        screen.console.out(json.dumps(rows), highlight=False)
        return
    for cell in cells:
        screen.say(cell.name)


def show_report(screen: Screen, report: EndToEndReport) -> None:
    """Print the table of cells, and the objects of each that passed."""
    rows: Sequence[Mapping[str, Any]] = report.evidence.get("cells", ())
    if not rows:
        return
    table = Table("cell", "verdict", "seconds", "of which", box=None, pad_edge=False)
    for row in rows:
        phases = ", ".join(f"{what} {seconds:.0f}" for what, seconds in row["phases"].items())
        table.add_row(row["cell"], row["verdict"], f"{row['seconds']:.0f}", phases)
    # A cell is one line, in a narrow log too.
    wide = Console(file=screen.console.file, width=max(screen.console.width, _WIDTH), highlight=False)
    wide.print(table, crop=False)
    for row in rows:
        notes = (*row["notes"], *(row["problems"] if row["verdict"] == "left out" else ()))
        lines = [*notes, *(f"{kind}: {_listed(found)}" for kind, found in row["objects"].items())]
        if lines:
            screen.say(row["cell"])
        for line in lines:
            screen.say(f"  {line}")
    screen.say(f"report: {STATE}/e2e/{report.evidence['report']}")


def _listed(found: Any) -> str:
    """Return how many there are and the first names."""
    if not isinstance(found, list):
        return str(found)
    names = [str(each.get("name", each) if isinstance(each, dict) else each) for each in found]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"{len(names)} ({', '.join(names[:_NAMES])}{more})" if names else "0"
