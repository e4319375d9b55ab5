"""The report as lines of a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from releasegate.core.report.model import (
    AnswerReport,
    PackageReport,
    PairAnswer,
    PairRow,
    QuestionReport,
    VersionReport,
)

_NEWEST = 8
"""How many versions of a place are shown."""


def status(package: PackageReport, *, brief: bool = False) -> Iterator[str]:
    """Yield where a package stands and the one next command, and unless it is to be *brief* what that is known from."""
    yield f"{package.package}: {package.state}"
    yield from () if brief else _known(package)
    if package.look is not None:
        yield f"  look      {package.look.verdict}: {package.look.problem}"
    yield f"  missing   {package.missing}"
    yield f"  next      {package.command}"
    yield from answers(package.in_the_way)


def _known(package: PackageReport) -> Iterator[str]:
    yield from (f"  version   {each}" for each in package.version_files)
    yield from (f"  line      {each}" for each in package.lines)
    for where, held in package.consumed.items():
        newest = ", ".join(held[-_NEWEST:])
        more = f"(and {len(held) - _NEWEST} older) " if len(held) > _NEWEST else ""
        yield f"  consumed  {where}: {more}{newest or 'nothing'}"
    yield from (f"  note      {each}" for each in package.notes)


def answers(found: Sequence[AnswerReport]) -> Iterator[str]:
    """Yield what is in the way, and below each what to do."""
    for each in found:
        yield f"  {each.problem.verdict:<11} {each.question}: {each.problem.problem}"
        yield from (f"  {'':11} {line}" for line in (*each.problem.details, f"-> {each.problem.hint}"))


def questions(found: Sequence[QuestionReport], *, well: bool = True, more: bool = False) -> Iterator[str]:
    """Yield the answers of the preflight, a line each, and below what is in the way what to do.

    *well*: those, too, that are well; *more*: the lines, too, that whoever wants to see more is shown.
    """
    for each in found:
        if well or each.verdict != "ok":
            said = each.found if each.problem is None else each.problem.problem
            yield f"  {each.verdict:<11} {each.question}: {said}"
        yield from (f"  {'':11} {line}" for line in each.more if more)
        if each.problem is not None:
            yield from (f"  {'':11} {line}" for line in (*each.problem.details, f"-> {each.problem.hint}"))


def plan(package: PackageReport) -> Iterator[str]:
    """Yield the plan of a package: its version and every step; a post has steps of its candidate, too."""
    if not package.versions:
        yield f"{package.package}: nothing to do, {package.reason}"
    for version in package.versions:
        yield f"{version.package} {version.version} ({version.pipeline})"
        yield from (f"  {each}" for each in package.notes)
        for number, group in groupby(version.path, key=lambda step: step.version):
            if number != version.version or number != version.path[0].version:
                yield f" {number}"
            yield from (f"  {step.kind:8} {step.key:22} {step.line}" for step in group)


def record(version: VersionReport) -> Iterator[str]:
    """Yield what is recorded of a version."""
    yield f"{version.package} {version.version}: {version.state}"
    for step in version.path:
        took = "" if step.seconds is None else f"{step.seconds:.1f} s"
        yield f"  {step.verdict:>11} {took:>9}  {step.line}{f': {step.problem}' if step.problem else ''}"
    for each in version.pair:
        named = f", named by {each.named_by}" if each.named_by else ""
        yield f"  ran     {each.gate}: {each.package} {each.version} from {each.source}{named}"
    yield from (f"  cell    {each.gate}: {each.cell}: {each.verdict}" for each in version.cells)
    yield from (f"  file    {each.sha256}  {each.filename}" for each in version.artifacts)
    if version.promotion is not None:
        yield from (f"  differs {each}" for each in version.promotion.changed)
    yield from (f"  waived  {each.gate} by {each.by}: {each.reason}" for each in version.waivers)
    if version.commits is not None:
        yield f"  commits {version.commits.total} since {version.commits.since or 'the beginning'}"
        yield from (f"          {each.commit[:12]} {each.subject}" for each in version.commits.newest)


def pairs(rows: Sequence[PairRow]) -> Iterator[str]:
    """Yield what was proven with what, a line each."""
    for row in rows:
        on = ", ".join(filter(None, (row.host, f"Python {row.python}" if row.python else "")))
        told = (f" on {on}" if on else "") + (f", as {row.proven_as}" if row.proven_as else "")
        told += f", beside {', '.join(row.beside)}" if row.beside else ""
        runs = f" ({', '.join(row.runs)})" if row.runs else ""
        beside = f"{row.companion} {row.companion_version}"
        yield f"  {row.verdict:<7} {row.package} {row.version} with {beside}{told}{runs}"


def answer(said: PairAnswer) -> Iterator[str]:
    """Yield the answer, and what to run where there is none yet."""
    words = {"green": "it fits all that is out", "red": "it breaks what is out", "unknown": "not everything was run"}
    yield f"{said.package} {said.version}: {said.verdict}, {words[said.verdict]}"
    yield from (f"  run     {command}" for command in said.commands)
