"""The tables at the end of a run: how each version ended, and every gate of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from packaging.version import Version
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from releasegate.core.release.record import Record
from releasegate.core.report.of_record import standing_waivers
from releasegate.engine import Outcome
from releasegate.frontends.screen.terminal_text import word_of

_COLOURS = {"pass": "green", "waived": "yellow", "wait": "yellow"}
_ENDS = {"fail": "failed", "wait": "waits"}
_WHOLE = frozenset({"package", "version"})
_CUT = frozenset({"wheel sha256"})
"""The columns that hold names, and those that hold the beginning of something longer."""
_SHOWN, _LEAST_SHOWN = 16, 8
"""How much of a sha256 is shown, and how much of it where there is little room."""
_BETWEEN = 2
"""Columns of a terminal between two of a table."""


def table(*heads: str) -> Table:
    """Return a table without lines around it: on a narrow terminal names stay whole, and words are broken."""
    made = Table(box=None, pad_edge=False)
    for head in heads:
        made.add_column(head, no_wrap=head in _WHOLE, overflow="crop" if head in _CUT else "fold")
    return made


def fit(made: Table, width: int) -> Table:
    """Return a table in *width* columns, if that can be: a sha256 gets shorter first, and no word is broken."""
    wide = {column.header: max(text.cell_len for text in _texts(column)) for column in made.columns}
    excess = sum(wide.values()) + _BETWEEN * (len(wide) - 1) - width
    fitting: list[tuple[Column, int]] = []
    for column in sorted(made.columns, key=lambda each: each.header not in _CUT):
        natural = wide[column.header]
        given = max(0, min(excess, 0 if column.header in _WHOLE else natural - _least(column)))
        excess -= given
        fitting.append((column, natural - given))
    for column, columns in fitting if excess <= 0 else ():
        column.width = columns
    return made


def _least(column: Column) -> int:
    if column.header in _CUT:
        return _LEAST_SHOWN
    return max(Text(word).cell_len for text in _texts(column) for word in text.plain.split() or [""])


def _texts(column: Column) -> list[Text]:
    return [Text.from_markup(str(each)) for each in (column.header, *column.cells)]


def versions(outcomes: Sequence[Outcome]) -> Table:
    """Return how each version ended: a row for each, in the order in which they ran."""
    made = table("package", "version", "end", "gates", "seconds")
    about = groupby(outcomes, key=lambda each: (each.step.release.package.name, str(each.step.release.version)))
    for (name, version), group in about:
        ran = list(group)
        passed = sum(each.verdict in {"pass", "waived"} for each in ran)
        seconds = sum(each.seconds for each in ran)
        made.add_row(name, version, _marked(_end(ran), ran[-1]), f"{passed} of {len(ran)}", f"{seconds:.1f}")
    return made


def gates(outcomes: Sequence[Outcome]) -> Table:
    """Return every gate of every version, with its verdict."""
    made = table("package", "version", "gate", "verdict", "seconds")
    for outcome in outcomes:
        release, word = outcome.step.release, word_of(outcome.verdict, outcome.how)
        told = (release.package.name, str(release.version), outcome.step.key, _marked(word, outcome))
        made.add_row(*told, f"{outcome.seconds:.1f}")
    return made


def recorded(records: Mapping[str, Mapping[Version, Record]]) -> Table:
    """Return how the record of each version ended, and the wheel that was sealed."""
    made = table("package", "version", "end", "wheel sha256")
    for package, held in records.items():
        for version, record in held.items():
            made.add_row(package, str(version), _recorded(record), _wheel(record)[:_SHOWN])
    return made


def _end(ran: Sequence[Outcome]) -> str:
    last, waived = ran[-1], sum(each.verdict == "waived" for each in ran)
    if last.verdict not in {"pass", "waived"}:
        return f"{_ENDS.get(last.verdict, last.verdict)} at {last.step.key}"
    return _with("sealed" if last.step.key == "seal" else f"passed up to {last.step.key}", waived)


def _with(done: str, waived: int) -> str:
    """Return how a version ended, and on how many waivers: what was waived was not proven."""
    return f"{done}, {waived} waived" if waived else done


def _marked(text: str, outcome: Outcome) -> str:
    return f"[{_COLOURS.get(outcome.verdict, 'red')}]{escape(text)}[/]"


def _recorded(record: Record) -> str:
    if record.seal is not None:
        return _with("sealed", len(standing_waivers(record)))
    return f"failed at {record.failure.step}" if record.failure is not None else "open"


def _wheel(record: Record) -> str:
    files = record.seal.evidence["files"] if record.seal is not None else {}
    return next((str(digest) for name, digest in files.items() if name.endswith(".whl")), "")
