"""A version's record as a report: the path that it went, what ran together, and what a person took on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import CELL
from releasegate.core.report import evidence_sections as sections
from releasegate.core.report.evidence_sections import plain
from releasegate.core.report.model import (
    Artifact,
    CellVerdict,
    PairMember,
    PromotionReport,
    StepReport,
    VersionReport,
    WaiverReport,
)

Between = Callable[[str, str], float | None]
"""Gives the seconds from one moment to another, both in ISO 8601."""


def of_record(package: str, version: str, record: Record, *, between: Between) -> VersionReport:
    """Return what *record* says of *version*; *between* measures the time that a step took."""
    keys = dict.fromkeys(entry.step for entry in record.entries if entry.step != CELL)
    path = tuple(_step(version, [e for e in record.entries if e.step == key], between) for key in keys)
    ended = _ended(record.entries)
    evidence = {entry.step: entry.evidence for entry in ended}
    # Cells of their own first: what a step tells of the same cell is the later word.
    found = [
        sections.cell(sections.ran_with(e.evidence), e.evidence)
        for e in record.entries
        if e.step == CELL and e.event == "done"
    ]
    return VersionReport(
        package,
        version,
        state_of(record),
        candidate=plain(evidence.get("candidate", {}).get("candidate")),
        commit=_commit(ended),
        path=path,
        waivers=tuple(_waiver(e) for e in record.entries if e.event == "waived"),
        **of_evidence(package, evidence, cells=found),
    )


def of_evidence(
    package: str, evidence: Mapping[str, Mapping[str, Any]], *, cells: Iterable[CellVerdict] = ()
) -> dict[str, Any]:
    """Return the sections of a report that *evidence*, by the steps' keys, is about; beside it *cells* of their own."""
    pair: list[PairMember] = []
    files: tuple[Artifact, ...] = ()
    promotion: PromotionReport | None = None
    told = {(cell.gate, cell.cell): cell for cell in cells}
    for key, said in evidence.items():
        pair += sections.members(key, said, package=package)
        told |= {(cell.gate, cell.cell): cell for cell in sections.cells(key, said)}
        if key in {"build", SEAL} or key.startswith("upload"):
            files = sections.artifacts(said.get("files")) or files
        promotion = (sections.promotion(said) if key in {"promotable", "promotion"} else None) or promotion
    return {"pair": tuple(pair), "cells": tuple(told.values()), "artifacts": files, "promotion": promotion}


def state_of(record: Record) -> str:
    """Return in words how far a record is."""
    if record.seal is not None:
        return "sealed"
    if record.failure is not None:
        return f"failed at {plain(record.failure.step)}"
    return "under way" if record.entries else "nothing is recorded"


def standing_waivers(record: Record) -> tuple[Entry, ...]:
    """Return the waivers that the record stands on: those of steps that have not passed since."""
    found = {entry.step: entry for entry in record.entries if entry.event == "waived"}
    last = {step: record.last(step) for step in found}
    return tuple(entry for step, entry in found.items() if (end := last[step]) is None or end.event != "done")


def imported_nothing(record: Record) -> bool:
    """Whether an install check of the record passed, and none of its cells imported a module."""
    checks = [e for e in record.entries if e.step.startswith("install:") and e.event == "done"]
    cells = list(sections.cells(checks[-1].step, checks[-1].evidence)) if checks else []
    tried = [cell.tried for cell in cells if cell.verdict == "pass"]
    return bool(tried) and all(words.startswith("0 modules imported") for words in tried)


def _ended(entries: Iterable[Entry]) -> list[Entry]:
    """Return the newest entry of each step that says how it ended, in the order of the steps."""
    newest: dict[str, Entry] = {}
    for entry in entries:
        if entry.event in {"done", "failed"} and entry.step != CELL:
            newest[entry.step] = entry
    return list(newest.values())


def _step(version: str, entries: list[Entry], between: Between) -> StepReport:
    last = entries[-1]
    end = next((e for e in reversed(entries) if e.event != "started"), last)
    began = next((e for e in reversed(entries) if e.event == "started" and e.run == end.run and e.at <= end.at), None)
    verdict = {"started": "begun", "waived": "waived"}.get(end.event, end.verdict)
    line = next((e.line for e in reversed(entries) if e.event != "waived"), last.line)
    return StepReport(
        plain(last.step),
        plain(next((e.kind for e in entries if e.event != "waived"), last.kind)),
        version,
        plain(line),
        plain(verdict),
        seconds=between(began.at, end.at) if began is not None and end.event != "started" else None,
        at="" if end.event == "started" else plain(end.at),
        run=plain(end.run),
        problem=plain(end.evidence.get("problem")) if end.event == "failed" else "",
    )


def _commit(ended: Iterable[Entry]) -> str:
    named = [plain(e.evidence.get("commit")) for e in ended if e.step in {"build", "tag", SEAL}]
    return next((each for each in reversed(named) if each), "")


def _waiver(entry: Entry) -> WaiverReport:
    said = entry.evidence
    return WaiverReport(plain(entry.step), plain(said.get("by")), plain(said.get("reason")), plain(entry.at))
