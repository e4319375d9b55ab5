"""The report as Markdown: a section each, for the summary of a job, a pull request or a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from releasegate.core.release.versions import is_candidate, parse_version
from releasegate.core.report.markdown_text import code, escaped, table
from releasegate.core.report.model import (
    Artifact,
    CellVerdict,
    PackageReport,
    PairRow,
    Problem,
    Report,
    StepReport,
    VersionReport,
)

_LINE = re.compile(r"([^:]*:) ((?:invoke|nox|git|uv|releasegate) [^:;]+)")
_SLOWEST = 10
"""How many steps and phases are shown where the time went."""


def text(report: Report) -> str:
    """Return the whole of *report*."""
    lines = [line for package in report.packages for line in _package(package)]
    if report.answer is not None:
        asked = f"{report.answer.package} {report.answer.version}"
        lines += [f"## May {escaped(asked)} go out? {report.answer.verdict}", ""]
        lines += [line for command in report.answer.commands for line in (f"- {code(command)}",)]
        lines += [""] if report.answer.commands else []
    if report.pairs:
        lines += [] if report.answer is not None else ["## What was proven with what", ""]
        lines += pairs(report.pairs)
    if report.error is not None:
        lines += _problem(report.error)
    return "\n".join(lines).rstrip() + "\n"


def pairs(rows: Sequence[PairRow]) -> list[str]:
    """Return the table of what was proven with what."""
    heads = ("package", "companion", "host", "Python", "proven", "run", "bytes")
    shown = (
        (
            escaped(f"{row.package} {row.version}"),
            escaped(f"{row.companion} {row.companion_version}"),
            escaped(row.host),
            escaped(row.python),
            _proven(row),
            ", ".join(map(escaped, row.runs)),
            ", ".join(code(each[:12]) for each in row.files),
        )
        for row in rows
    )
    return table(heads, shown)


def _proven(row: PairRow) -> str:
    stood = f", as {escaped(row.proven_as)}" if row.proven_as else ""
    beside = f", beside {', '.join(map(escaped, row.beside))}" if row.beside else ""
    return f"{row.verdict}{stood}{beside}"


def _package(package: PackageReport) -> Iterator[str]:
    words = package.state or package.reason or _asked(package)
    if words or package.look is not None:
        yield from (f"## {escaped(package.package)}: {escaped(words)}", "")
    if package.look is not None:
        yield from _problem(package.look)
    if package.command:
        yield from (f"Missing: {escaped(package.missing)}. Next: {code(package.command)}", "")
    yield from _listed((*package.version_files, *package.lines, *package.notes))
    if package.questions:
        rows = (
            tuple(map(escaped, (q.question, q.verdict, q.found if q.problem is None else q.problem.problem)))
            for q in package.questions
        )
        yield from table(("question", "answer", "what was found"), rows)
    for each in package.in_the_way:
        yield f"- {escaped(f'{each.question}: {each.problem.problem}')} {_to_do(each.problem.hint)}"
        yield from (f"  - {escaped(line)}" for line in each.problem.details)
    yield from [""] if package.in_the_way else []
    if package.consumed:
        rows = ((escaped(where), escaped(", ".join(held))) for where, held in package.consumed.items())
        yield from table(("where", "versions that are used"), rows)
    for version in package.versions:
        yield from _version(version)


def _asked(package: PackageReport) -> str:
    """Return in words what the answers came to, where there are any."""
    wrong, asked = len(package.in_the_way), len(package.questions)
    if wrong:
        return f"{wrong} of {asked} answers are in the way" if asked else "something is in the way"
    return f"all {asked} answers are well" if asked else ""


def _version(version: VersionReport) -> Iterator[str]:
    pipeline = f" ({escaped(version.pipeline)})" if version.pipeline else ""
    yield from (f"## {escaped(version.package)} {escaped(version.version)}{pipeline}: {escaped(version.state)}", "")
    if version.commit:
        yield from (f"Commit {code(version.commit)}", "")
    sections = {
        "The path": _path(version.path),
        "The pair": table(
            ("gate", "package", "version", "from", "named by", "sha256"),
            (
                (*map(escaped, (m.gate, m.package, m.version, m.source, m.named_by)), _hashes(m.files))
                for m in version.pair
            ),
        ),
        "The matrix": [line for gate in _gates(version.cells) for line in _grid(gate, version.cells)],
        "Files": table(("file", "sha256"), ((escaped(a.filename), code(a.sha256)) for a in version.artifacts)),
        _promotion_title(version): _promotion(version),
        "Where the time went": _times(version),
        "Waivers": table(
            ("gate", "by", "reason", "at"),
            (tuple(map(escaped, (w.gate, w.by, w.reason, w.at))) for w in version.waivers),
        ),
        "Commits since the last final": _commits(version),
    }
    has = {
        "The path": version.path,
        "The pair": version.pair,
        "The matrix": version.cells,
        "Files": version.artifacts,
        "Waivers": version.waivers,
    }
    for title, lines in sections.items():
        if has.get(title, lines):
            yield from (f"### {title}", "", *lines)


def _path(path: Sequence[StepReport]) -> list[str]:
    rows = (
        (
            escaped(step.key),
            escaped(step.version),
            escaped(step.verdict),
            escaped(f"{step.line}: {step.problem}" if step.problem else step.line),
        )
        for step in path
    )
    return table(("step", "version", "verdict", "what"), rows)


def _gates(cells: Iterable[CellVerdict]) -> list[str]:
    return list(dict.fromkeys(cell.gate for cell in cells))


def _grid(gate: str, cells: Sequence[CellVerdict]) -> list[str]:
    mine = [cell for cell in cells if cell.gate == gate]
    columns = list(dict.fromkeys(cell.column for cell in mine))
    rows = dict.fromkeys(cell.row for cell in mine)
    verdicts = {(cell.row, cell.column): cell.verdict for cell in mine}
    shown = ([escaped(row), *(escaped(verdicts.get((row, column), "")) for column in columns)] for row in rows)
    lines = table([escaped(gate), *map(escaped, columns)], shown)
    return [*lines, *_listed(f"{cell.cell}: {problem}" for cell in mine for problem in cell.problems)]


def _promotion_title(version: VersionReport) -> str:
    """Return what the comparison is headed with: a candidate is compared with a trial of its final."""
    number = parse_version(version.version)
    candidate = number is not None and is_candidate(number)
    return "What the final will differ in" if candidate else "What differs from the candidate"


def _promotion(version: VersionReport) -> list[str]:
    if version.promotion is None:
        return []
    said = f"Compared with {escaped(version.promotion.candidate)}: nothing differs but the version's text, in"
    return [said, "", *(_listed(version.promotion.changed) or ["no file", ""])]


def _times(version: VersionReport) -> list[str]:
    took = [(step.key, step.seconds) for step in version.path if step.seconds]
    took += [(f"{c.gate}, {c.cell}: {what}", each) for c in version.cells for what, each in c.phases.items() if each]
    slowest = sorted(took, key=lambda pair: -pair[1])[:_SLOWEST]
    whole = sum(step.seconds or 0.0 for step in version.path)
    if not slowest:
        return []
    rows = [*((escaped(what), f"{seconds:.1f}") for what, seconds in slowest), ("all steps", f"{whole:.1f}")]
    return table(("what", "seconds"), rows)


def _commits(version: VersionReport) -> list[str]:
    found = version.commits
    if found is None:
        return []
    said = f"{found.total} since {escaped(found.since) if found.since else 'the beginning'}"
    return [said, "", *(f"- {code(each.commit[:12])} {escaped(each.subject)}" for each in found.newest), ""]


def _problem(problem: Problem) -> list[str]:
    lines = [f"**{problem.verdict}**: {escaped(problem.problem)}", ""]
    return [*lines, *_listed(problem.details), _to_do(problem.hint), ""]


def _to_do(hint: str) -> str:
    """Return what to do next, the line to paste that it ends with as code."""
    match = _LINE.fullmatch(hint)
    return f"{escaped(match[1])} {code(match[2])}" if match is not None else escaped(hint)


def _hashes(files: Iterable[Artifact]) -> str:
    return ", ".join(code(each.sha256[:12]) for each in files)


def _listed(lines: Iterable[str]) -> list[str]:
    found = [f"- {escaped(line)}" for line in lines]
    return [*found, ""] if found else []
