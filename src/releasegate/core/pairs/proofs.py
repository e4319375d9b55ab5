"""Proofs: what the end-to-end runs in a package's records say of two versions that ran together.

Evidence may come from another machine: what has not the form that it should have proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from releasegate.core.e2e.aliases import called, told
from releasegate.core.e2e.matrix import read_cell
from releasegate.core.release.beside import ran_beside
from releasegate.core.release.entry import Entry
from releasegate.core.release.taken_back import CELL
from releasegate.core.release.versions import parse_version
from releasegate.core.report.evidence_sections import artifacts, plain

Edges = Mapping[str, Collection[str]]
"""The companions of each package that has some."""


@dataclass(frozen=True)
class Side:
    """One of the two that ran: which version, and the sha256 of its files (of those that ran, one at least)."""

    package: str
    version: Version
    files: frozenset[str]


@dataclass(frozen=True)
class Proof:
    """One verdict on two versions; ``cell`` is what was done on the host and the Python, in words.

    ``beside`` are further packages that ran with the two: a red verdict may be theirs.
    """

    dependent: Side
    companion: Side
    green: bool
    host: str = ""
    python: str = ""
    cell: str = ""
    run: str = ""
    at: str = ""
    beside: tuple[str, ...] = ()


def proofs(package: str, entries: Iterable[Entry], *, edges: Edges) -> Iterator[Proof]:
    """Yield what *entries* of a record of *package* prove of two that *edges* connect, in their order."""
    named = {*edges, *(name for names in edges.values() for name in names)}
    for entry in entries:
        for said, green in _runs(entry):
            for cell, verdict in _cells(said, green=green):
                host, python, task = _where(said, cell)
                # What the host was called when the candidate was proven is a place of its own.
                places = tuple(called(host, told([cell])))
                # What else is installed with them is nothing that is released with them.
                ran = {name: side for name, side in _together(package, said, cell).items() if name in named}
                for one, other in _edges(ran, edges):
                    beside = tuple(f"{s.package} {s.version}" for s in ran.values() if s not in (one, other))
                    run, at = plain(entry.run), plain(entry.at)
                    yield from (Proof(one, other, verdict, each, python, task, run, at, beside) for each in places)


def hosts(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the host of each cell that *entries* tell a verdict of, whatever ran on it."""
    for entry in entries:
        for said, green in _runs(entry):
            yield from (_where(said, cell)[0] for cell, _ in _cells(said, green=green))


def _runs(entry: Entry) -> Iterator[tuple[Mapping[str, Any], bool | None]]:
    """Yield the evidence of each end-to-end run that *entry* is about, and the verdict of the whole if it has one."""
    # A person may take it on that two do not fit; they do not fit all the same.
    if entry.event not in {"done", "failed"} or (entry.event == "failed" and entry.verdict not in {"fail", "waived"}):
        return
    whole = {"pass": True, "fail": False, "waived": False}.get(entry.verdict)
    if entry.step == CELL:
        ran = entry.evidence.get("ran")
        yield {**(ran if isinstance(ran, Mapping) else {}), "cells": [entry.evidence]}, whole
    elif entry.step.startswith("e2e:"):
        yield entry.evidence, whole
    elif entry.step == "pair":
        dependents = entry.evidence.get("dependents")
        found = dependents.items() if isinstance(dependents, Mapping) else [("", entry.evidence)]
        yield from (({"package": name, **said}, whole) for name, said in found if isinstance(said, Mapping))


def _cells(said: Mapping[str, Any], *, green: bool | None) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield each cell with its verdict; a run that has none is one."""
    rows = said.get("cells")
    if isinstance(rows, list | tuple) and rows:
        verdicts = ((row, plain(row.get("verdict"))) for row in rows if isinstance(row, Mapping))
        yield from ((row, verdict == "pass") for row, verdict in verdicts if verdict in {"pass", "fail"})
    elif green is not None:
        yield {}, green


def _where(said: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the host, the Python, and what was done there."""
    name = plain(row.get("cell"))
    cell = read_cell(name)
    if cell is None:
        return "", plain(said.get("python") or row.get("python")), name
    return cell.ground, cell.python, cell.task


def _together(package: str, said: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Side]:
    """Return the packages that ran together, by name, as far as they are told of."""
    # What is neither judged nor a companion is what users have: where all came from says which.
    origins = row.get("origins")
    rows = [each for each in origins if isinstance(each, Mapping)] if isinstance(origins, list | tuple) else []
    told = [_side(plain(each.get("name")), {**each, "files": {"": each.get("sha256")}}) for each in rows]
    if beside := ran_beside(said):
        told.append(_side(plain(said.get("package")) or package, said))
        told += (_side(plain(each.get("name")), each) for each in beside)
    return {side.package: side for side in told if side is not None}


def _edges(ran: Mapping[str, Side], edges: Edges) -> Iterator[tuple[Side, Side]]:
    """Yield every two of those that *ran* of which one calls the other."""
    yield from ((ran[one], ran[other]) for one in ran for other in edges.get(one, ()) if other in ran)


def _side(name: str, said: Mapping[str, Any]) -> Side | None:
    version = parse_version(said.get("version"))
    files = frozenset(each.sha256 for each in artifacts(said.get("files")))
    # What is a checkout has no bytes that anybody else gets.
    return Side(name, version, files) if version is not None and files else None
