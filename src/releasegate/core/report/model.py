"""The one model of what is shown: a plan, a status, a run, a record, what was proven with what, what became of it.

A form (terminal, JSON, Markdown, workflow commands) is a module beside this one that reads nothing else. The words at
the fields are the documentation of the JSON form: its schema is made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from releasegate.core.frozen import dataclass

SCHEMA = "releasegate-report/1"
"""The name and version of the JSON form. A key that is added keeps it; one that goes or changes counts it up."""

ReportKind = Literal["plan", "status", "doctor", "run", "record", "pairs", "watch"]
Proven = Literal["green", "red", "unknown"]
Texts = tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong, and what to do about it."""

    problem: Annotated[str, "what is wrong, in a sentence"]
    hint: Annotated[str, "what to do next"]
    verdict: Annotated[str, "the verdict, as the reference lists them"] = "fail"
    exit_code: Annotated[int, "the exit code that belongs to it"] = 1
    details: Annotated[Texts, "further lines, such as a difference"] = ()


@dataclass(frozen=True)
class AnswerReport:
    """A question of the preflight, or of the watch, whose answer is in the way."""

    question: Annotated[str, "the question, as doctor or watch names it"]
    problem: Annotated[Problem, "why it is in the way"]


@dataclass(frozen=True)
class QuestionReport:
    """A question of the preflight, or of the watch, and its answer."""

    question: Annotated[str, "the question, as doctor or watch names it"]
    verdict: Annotated[str, "`ok`, `told` for what one must know, or the verdict of what is in the way"]
    found: Annotated[str, "what was found; empty where something is in the way"] = ""
    problem: Annotated[Problem | None, "what is in the way, and what to do about it"] = None
    more: Annotated[Texts, "what lines show with `--verbose` alone"] = ()


@dataclass(frozen=True)
class StepReport:
    """One step on the path through the state machine."""

    key: Annotated[str, "the step's key, as in the reference"]
    kind: Annotated[str, "`guard`, `work` or `one-way`"]
    version: Annotated[str, "the version that the step is about; a post has steps of its candidate, too"]
    line: Annotated[str, "what the step does, in words"]
    verdict: Annotated[str, "`planned`, `begun`, `pass`, `waived`, or why it did not pass"]
    how: Annotated[str, "`done`, `already` or `remembered`; empty where it is not told"] = ""
    seconds: Annotated[float | None, "how long it took; null where nobody knows"] = None
    at: Annotated[str, "when it ended, UTC in ISO 8601; empty where it did not"] = ""
    run: Annotated[str, "the run that wrote it"] = ""
    problem: Annotated[str, "what was wrong; empty where it passed"] = ""


@dataclass(frozen=True)
class Artifact:
    """One distribution file."""

    filename: Annotated[str, "the file's name"]
    sha256: Annotated[str, "its sha256"]


@dataclass(frozen=True)
class PairMember:
    """One side of an end-to-end run: which version, from where, which bytes."""

    gate: Annotated[str, "the step that ran it"]
    package: Annotated[str, "the package"]
    version: Annotated[str, "its version"]
    source: Annotated[str, "where it came from: an index, `dist` or `local`"]
    files: Annotated[tuple[Artifact, ...], "its files; none of a checkout"] = ()
    named_by: Annotated[str, "who named the version of a companion"] = ""


@dataclass(frozen=True)
class CellVerdict:
    """One cell of the matrix: one installation, or one end-to-end run."""

    gate: Annotated[str, "the step that it belongs to"]
    cell: Annotated[str, "the cell in words"]
    row: Annotated[str, "its row in the grid: what it ran on"]
    column: Annotated[str, "its column in the grid: what was done"]
    verdict: Annotated[str, "`pass`, `fail`, `not run` or `left out`"]
    seconds: Annotated[float | None, "how long it took"] = None
    phases: Annotated[Mapping[str, float], "seconds by what they went into"] = field(default_factory=dict)
    tried: Annotated[str, "what was tried, in words"] = ""
    problems: Annotated[Texts, "what was wrong"] = ()


@dataclass(frozen=True)
class PromotionReport:
    """What a final differs in from its proven candidate."""

    candidate: Annotated[str, "the candidate; for a candidate itself, the version that it leads to"]
    changed: Annotated[Texts, "the files that differ by the version's text, and by nothing else"]


@dataclass(frozen=True)
class WaiverReport:
    """A gate that did not pass, and that a person took on."""

    gate: Annotated[str, "the gate"]
    by: Annotated[str, "the person"]
    reason: Annotated[str, "the reason"]
    at: Annotated[str, "when, UTC in ISO 8601"]


@dataclass(frozen=True)
class Commit:
    """One commit."""

    commit: Annotated[str, "its hash"]
    subject: Annotated[str, "the first line of its message"]


@dataclass(frozen=True)
class CommitsReport:
    """What was committed since the last final."""

    since: Annotated[str, "the tag of the last final; empty where there is none"]
    total: Annotated[int, "how many commits there are"]
    newest: Annotated[tuple[Commit, ...], "the newest of them, the newest first"]


@dataclass(frozen=True)
class VersionReport:
    """One version of one package: what is planned, was run or is recorded of it."""

    package: Annotated[str, "the package"]
    version: Annotated[str, "the version"]
    state: Annotated[str, "how far it is, in words"]
    pipeline: Annotated[str, "`rc`, `final` or `post`; empty where it is not told"] = ""
    candidate: Annotated[str, "the candidate that it is proven as; empty where it is not told"] = ""
    commit: Annotated[str, "the commit that it is made of; empty where it is not known"] = ""
    path: Annotated[tuple[StepReport, ...], "the steps, in order"] = ()
    pair: Annotated[tuple[PairMember, ...], "what ran together"] = ()
    cells: Annotated[tuple[CellVerdict, ...], "the matrix"] = ()
    artifacts: Annotated[tuple[Artifact, ...], "its files"] = ()
    promotion: Annotated[PromotionReport | None, "the promotion's differences"] = None
    waivers: Annotated[tuple[WaiverReport, ...], "what was waived"] = ()
    commits: Annotated[CommitsReport | None, "what was committed since the last final"] = None


@dataclass(frozen=True)
class PackageReport:
    """Where a package stands, and the versions that the report is about."""

    package: Annotated[str, "the package"]
    state: Annotated[str, "where it stands, in words; empty where that was not asked"] = ""
    missing: Annotated[str, "what is missing"] = ""
    command: Annotated[str, "the one next command"] = ""
    head: Annotated[str, "the commit that is checked out"] = ""
    version_files: Annotated[Texts, "every version file with what it states"] = ()
    lines: Annotated[Texts, "the lines that live side by side, HEAD's own first"] = ()
    consumed: Annotated[Mapping[str, Texts], "the versions that are used, by where they were seen"] = field(
        default_factory=dict
    )
    notes: Annotated[Texts, "what else one must know, such as a proof that stands on a waiver"] = ()
    in_the_way: Annotated[
        tuple[AnswerReport, ...], "what keeps the next release from being begun, or is not as it was released"
    ] = ()
    look: Annotated[Problem | None, "why it cannot be told where the package stands"] = None
    reason: Annotated[str, "why there is nothing to do; empty where there is"] = ""
    versions: Annotated[tuple[VersionReport, ...], "the versions"] = ()
    questions: Annotated[tuple[QuestionReport, ...], "all that was asked, and the answers"] = ()


@dataclass(frozen=True)
class PairRow:
    """What is proven of two versions on one host and Python."""

    package: Annotated[str, "the package that calls the other"]
    version: Annotated[str, "its version"]
    companion: Annotated[str, "the companion"]
    companion_version: Annotated[str, "the companion's version"]
    verdict: Annotated[Proven, "`unknown` where no run says"]
    host: Annotated[str, "the host that it ran on; empty where there is none, or it is not known"] = ""
    python: Annotated[str, "the Python that it ran on; empty where it is not known"] = ""
    runs: Annotated[Texts, "the runs that say so"] = ()
    files: Annotated[Texts, "the sha256 of every file that ran"] = ()
    proven_as: Annotated[str, "the candidates that ran in place of finals that differ by the version alone"] = ""
    beside: Annotated[Texts, "what ran with the two, where more than two run together"] = ()


@dataclass(frozen=True)
class PairAnswer:
    """The answer to the question whether a version may go out."""

    package: Annotated[str, "the package that is asked about"]
    version: Annotated[str, "its version"]
    verdict: Annotated[Proven, "`green` where it fits all that is out, `red` where it breaks something"]
    commands: Annotated[Texts, "what to run for an answer where it is unknown"] = ()


@dataclass(frozen=True)
class Report:
    """All that one command tells."""

    kind: Annotated[ReportKind, "what is told"]
    packages: Annotated[tuple[PackageReport, ...], "one entry a package"] = ()
    pairs: Annotated[tuple[PairRow, ...], "what was proven with what"] = ()
    answer: Annotated[PairAnswer | None, "the answer to `--for`"] = None
    error: Annotated[Problem | None, "what ended the command; null where nothing did"] = None
    exit_code: Annotated[int, "how the command ends"] = 0
    releasegate: Annotated[str, "the version of releasegate that tells it"] = ""
