"""What fits what, as the records here and the production index tell it, and the gate of a final that asks it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from releasegate.core.config.keys import Settings
from releasegate.core.e2e.matrix import Cell, Wanted, matrix
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.pairs.matrix import HostAndPython, PackageVersion, Pairs
from releasegate.core.pairs.proofs import Proof, proofs
from releasegate.core.pairs.question import Edge, PairsAnswer, PairsQuestion, answer
from releasegate.core.release.entry import Evidence
from releasegate.core.release.record import Record, record
from releasegate.core.release.versions import is_candidate, parse_version, promoted
from releasegate.ports import Index
from releasegate.steps.release import RunContext
from releasegate.steps.step import Kind, ReleaseStep

_TOLD = 20


def pairs(run: RunContext) -> Pairs:
    """Return all that is known of what fits what.

    Raises:
        Unavailable: the production index does not answer.
    """
    settings = run.settings
    edges = {p.name: [each.name for each in p.companions] for p in settings.packages if p.companions}
    found: list[Proof] = []
    candidates: dict[PackageVersion, Version] = {}
    files: dict[PackageVersion, frozenset[str]] = {}
    released: dict[str, Sequence[Version]] = {}
    for name in dict.fromkeys(each for edge in edges.items() for each in (edge[0], *edge[1])):
        ledger = run.ports[name].ledger
        records = {version: record(ledger.read(version)) for version in ledger.versions()}
        for each in records.values():
            found += proofs(name, each.entries, edges=edges)
        files |= {(name, version): frozenset(_sealed(each)) for version, each in records.items() if _sealed(each)}
        released[name], held = _released(run.indexes[settings.production], name)
        files |= held
        candidates |= {(name, final): candidate for final, candidate in _candidates(records)}
    return Pairs(edges, found, released, candidates, files, _cells(settings))


def question(settings: Settings, package: str, version: Version, *, back: int | None = None) -> PairsQuestion:
    """Return the question whether *version* may go out; *back* bounds how many released versions it is about."""
    requires = {edge: companion.requires for edge, companion in settings.edges.items()}
    return PairsQuestion(package, version, requires, {} if back is None else dict.fromkeys(requires, back))


def commands(run: RunContext, known: Pairs, said: PairsAnswer) -> tuple[str, ...]:
    """Return the lines that run what the answer lacks, each cell by itself; they are recorded for all machines."""
    settings, staging = run.settings, run.indexes[run.settings.staging]
    names = dict.fromkeys(key[0] for both in said.unknown for key in both)
    staged = {name: frozenset(staging.versions(name)) for name in names}
    lines = []
    for one, other in said.unknown:
        words = ["--package", one[0], *_from(settings, known, staged[one[0]], one)]
        for each in (other, *_others(settings, known, one[0], other[0])):
            words += _from(settings, known, staged.get(each[0], ()), each, companion_of=one[0])
        for place, task in known.missing(one, other):
            lines.append(" ".join(["nox -s e2e --", *words, *_options(settings, place, task), "--record"]))
    return tuple(lines)


def _others(settings: Settings, known: Pairs, package: str, companion: str) -> Iterator[PackageVersion]:
    """Yield what a package's other companions run as, beside the one that is asked about: the newest that it accepts.

    Of one that nobody can get yet, its rule picks the version.
    """
    for each in settings.package(package).companions:
        accepted = SpecifierSet(each.requires)
        fitting = (v for v in known.released.get(each.name, ()) if accepted.contains(v, prereleases=True))
        newest = next(fitting, None)
        if each.name != companion and newest is not None:
            yield each.name, newest


@dataclass(frozen=True)
class ReleasedPairs(ReleaseStep):
    """What goes out fits the released versions, as many back as ``released-versions`` says, of all it runs with."""

    key: ClassVar[str] = "pairs"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "ledger", "indexes"})

    def describe(self) -> str:
        asked = ", ".join(f"the last {back} of {name}" for name, back in self._back().values())
        if not asked:
            return "what goes out fits older released versions: released-versions asks for none"
        return f"{self.release.candidate} is proven with {asked}"

    def subject(self) -> str:
        return f"{self.release.candidate} {self.release.candidate_identity()}"

    def already(self) -> Evidence | None:
        return None if self._back() else {"asked": "nothing: released-versions is 1"}

    def run(self) -> Evidence:
        return {"asked": self.judged()}

    def judged(self, *, coming: Collection[tuple[PackageVersion, PackageVersion]] = ()) -> list[str]:
        """Return a line for every two versions that it is about; what is *coming* will be run and is not missed.

        Raises:
            GateFailed: two of them broke; Refused: two of them were not run.
        """
        release, back = self.release, self._back()
        known = pairs(release.run)
        asked = question(release.run.settings, release.package.name, release.candidate)
        counts = {edge: back[edge][1] if edge in back else 0 for edge in asked.requires}
        said = answer(known, PairsQuestion(asked.package, asked.version, asked.requires, counts))
        shown = [f"{r.package} {r.version} with {r.companion} {r.companion_version}: {r.verdict}" for r in said.rows]
        if said.verdict == "red":
            raise GateFailed(
                f"{release.package.name} {release.candidate} breaks a released version that is in use.",
                hint=f"Mend it and prove the next candidate: {release.line()}",
                details=[line for line, row in zip(shown, said.rows, strict=True) if row.verdict == "red"],
            )
        missed = tuple(both for both in said.unknown if both not in coming)
        if missed:
            lines = commands(release.run, known, replace(said, unknown=missed))
            more = [f"and {len(lines) - _TOLD} more: releasegate pairs shows them"] if len(lines) > _TOLD else []
            raise Refused(
                f"{release.package.name} {release.candidate} was not run with every released version that it must fit.",
                hint=f"Run each of these lines, then the same command again; the first is this: {lines[0]}",
                details=[*lines[:_TOLD], *more],
            )
        return shown

    def _back(self) -> Mapping[Edge, tuple[str, int]]:
        """Return the other side of each edge of the package that asks for more than today's version, and how many."""
        mine, found = self.release.package.name, {}
        for edge, companion in self.release.run.settings.edges.items():
            if companion.released_versions > 1 and mine in edge:
                other = edge[1] if edge[0] == mine else edge[0]
                found[edge] = (other, companion.released_versions)
        return found


def _sealed(record: Record) -> tuple[str, ...]:
    """Return the sha256 of the files that a record was closed on."""
    files = record.seal.evidence.get("files") if record.seal is not None else None
    return tuple(map(str, files.values())) if isinstance(files, Mapping) else ()


def _released(index: Index, name: str) -> tuple[tuple[Version, ...], dict[PackageVersion, frozenset[str]]]:
    """Return what users can get of a package, the newest first, and the bytes of what is there."""
    found: dict[Version, list[str | None]] = {}
    for file in index.files(name):
        if file.version is not None and not file.yanked and not file.version.is_prerelease:
            found.setdefault(file.version, []).append(file.sha256)
    whole = {version: [each for each in hashes if each] for version, hashes in found.items() if all(hashes)}
    return tuple(sorted(found, reverse=True)), {(name, version): frozenset(each) for version, each in whole.items()}


def _candidates(records: Mapping[Version, Record]) -> Iterator[tuple[Version, Version]]:
    """Yield each final with the candidate that it was proven to be, or would be made of: the newest that is sealed."""
    for version in sorted(records):
        if is_candidate(version) and records[version].seal is not None:
            yield promoted(version), version
    for version, each in records.items():
        proof = each.last("promotion")
        candidate = parse_version(proof.evidence.get("candidate")) if proof is not None else None
        if proof is not None and proof.event == "done" and candidate is not None:
            yield version, candidate


def _cells(settings: Settings) -> dict[Edge, dict[HostAndPython, frozenset[str]]]:
    """Return what is to be run of every two that are judged together in containers."""
    if settings.stack is None:
        return {}
    found: dict[HostAndPython, set[str]] = {}
    for cell in matrix(settings.stack, Wanted()):
        found.setdefault((cell.ground, cell.python), set()).add(cell.task)
    cells = {place: frozenset(tasks) for place, tasks in found.items()}
    return {edge: cells for edge in settings.edges if set(edge) <= set(settings.stack.members)}


def _from(
    settings: Settings, known: Pairs, staged: Collection[Version], key: PackageVersion, *, companion_of: str = ""
) -> list[str]:
    """Return the options that name one side as it can be had: a final that is nowhere yet is its candidate."""
    name, version = key
    index, there = settings.staging, known.candidates.get(key, version)
    if version in known.released.get(name, ()):
        index, there = settings.production, version
    elif version in staged:
        there = version
    prefix = "backend-" if companion_of else ""
    whose = f"{name}=" if companion_of and len(settings.package(companion_of).companions) > 1 else ""
    return [f"--{prefix}source", f"{whose}{index}", f"--{prefix}version", f"{whose}{there}"]


def _options(settings: Settings, place: HostAndPython, task: str) -> tuple[str, ...]:
    """Return the options that run one cell and no other, but for the source."""
    cells: Sequence[Cell] = matrix(settings.stack, Wanted()) if settings.stack is not None and task else ()
    for cell in cells:
        if (cell.ground, cell.python) == place and cell.task == task:
            words = cell.options
            at = words.index("--source")
            return (*words[:at], *words[at + 2 :])
    return ()
