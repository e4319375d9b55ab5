"""What evidence says for the sections of a report: files, pair, cells, promotion.

Evidence may come from another machine: what has not the form that it should have is left out, and text is one line
without control characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from releasegate.core.release.beside import ran_beside, tells_of_companions
from releasegate.core.report.model import Artifact, CellVerdict, PairMember, PromotionReport


def plain(value: object) -> str:
    """Return *value* as one line of text that a terminal can be shown; nothing of what is no text or number."""
    if not isinstance(value, str | int | float):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


def texts(value: Any) -> tuple[str, ...]:
    """Return the lines of a list."""
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else ()


def artifacts(files: Any) -> tuple[Artifact, ...]:
    """Return the files of a mapping of names to their sha256, the wheel first."""
    if not isinstance(files, Mapping):
        return ()
    found = [Artifact(plain(name), plain(digest)) for name, digest in files.items() if isinstance(digest, str)]
    return tuple(sorted(found, key=lambda each: (not each.filename.endswith(".whl"), each.filename)))


def members(gate: str, evidence: Mapping[str, Any], *, package: str) -> Iterator[PairMember]:
    """Yield all sides of every end-to-end run that *evidence* of a step is about; *package* is the record's."""
    dependents = evidence.get("dependents")
    if isinstance(dependents, Mapping):
        for name, one in dependents.items():
            if isinstance(one, Mapping):
                yield from members(gate, one, package=plain(name))
    elif tells_of_companions(evidence) and "source" in evidence:
        yield _member(gate, package, evidence)
        yield from (_member(gate, plain(each.get("name")), each) for each in ran_beside(evidence))


def _member(gate: str, name: str, said: Mapping[str, Any]) -> PairMember:
    version, source, named = (plain(said.get(key)) for key in ("version", "source", "named by"))
    return PairMember(gate, name, version, source, artifacts(said.get("files")), named)


def cells(gate: str, evidence: Mapping[str, Any]) -> Iterator[CellVerdict]:
    """Yield every cell that *evidence* of a step tells of."""
    rows = evidence.get("cells")
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, Mapping):
            yield cell(gate, row)


def ran_with(row: Mapping[str, Any]) -> str:
    """Return what a cell that was run by itself is told as: its companions need not be those of the record."""
    said = row.get("ran")
    beside = ran_beside(said) if isinstance(said, Mapping) else ()
    names = [f"{plain(each.get('name'))} {plain(each.get('version'))}" for each in beside]
    return f"e2e with {' and '.join(names)}" if names else "e2e"


def cell(gate: str, row: Mapping[str, Any]) -> CellVerdict:
    """Return the cell that *row* tells of."""
    name, phases = plain(row.get("cell")), row.get("phases")
    known = phases.items() if isinstance(phases, Mapping) else ()
    return CellVerdict(
        gate,
        name,
        *_placed(name),
        plain(row.get("verdict")),
        _number(row.get("seconds")),
        {plain(what): seconds for what, each in known if (seconds := _number(each)) is not None},
        plain(row.get("tried")),
        texts(row.get("problems")),
    )


def promotion(evidence: Mapping[str, Any]) -> PromotionReport | None:
    """Return what a promotion, or the trial of one, found to differ."""
    if "changed" not in evidence:
        return None
    return PromotionReport(plain(evidence.get("candidate") or evidence.get("final")), texts(evidence["changed"]))


def _placed(name: str) -> tuple[str, str]:
    """Return the row and the column of a cell in the grid."""
    from releasegate.core.e2e.matrix import read_cell

    found = read_cell(name)
    if found is not None:
        ground = f"{found.ground}, Python {found.python}" if found.ground else f"Python {found.python}"
        return ground, f"{found.task}, {found.source}"
    python, space, archive = name.partition(" ")
    return (f"Python {python}", archive) if space and archive in {"wheel", "sdist"} else (name, "run")


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e12 else None  # noqa: PLR2004 - no time
