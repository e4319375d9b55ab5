"""The table that the bench prints, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.fault import MARKS, Injected

HEADS = ("kind", "injected", "whole runs", "survived", *MARKS.values())


def row(kind: str, injected: Sequence[Injected]) -> tuple[str, ...]:
    """Return the row of the faults *injected*; those that found nothing to disturb are left out of every count."""
    counted = [each for each in injected if each.verdict.injected]
    whole = sum(each.fault.whole for each in counted)
    survived = sum(each.verdict.survived for each in counted)
    marks = (sum(mark in each.verdict.marks for each in counted) for mark in MARKS)
    return (kind, *map(str, (len(counted), whole, survived, *marks)))


def table(injected: Sequence[Injected]) -> tuple[str, ...]:
    """Return the table by kind, with a last row of all."""
    kinds = dict.fromkeys(each.fault.kind for each in injected)
    rows = [HEADS, *(row(kind, [i for i in injected if i.fault.kind == kind]) for kind in kinds), row("all", injected)]
    widths = [max(len(line[column]) for line in rows) for column in range(len(HEADS))]
    return tuple(
        "  ".join(cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(cells))
        for cells in (zip(line, widths, strict=True) for line in rows)
    )


def failures(injected: Sequence[Injected]) -> tuple[str, ...]:
    """Return what became of each fault that did harm, with the line that injects it again."""
    lines: list[str] = []
    for each in injected:
        if each.verdict.marks:
            named = ", ".join(MARKS[mark] for mark in MARKS if mark in each.verdict.marks)
            lines.append(f"{each.fault.kind}/{each.fault.name}: {named}")
            lines += [f"  {word[:600]}" for word in each.verdict.words]
            lines.append(f"-> {each.fault.line}")
    return tuple(lines)


def exit_code(injected: Sequence[Injected]) -> int:
    """Return 0 where no fault did harm and there was one at all, else 1."""
    return 0 if any(i.verdict.injected for i in injected) and not any(i.verdict.marks for i in injected) else 1
