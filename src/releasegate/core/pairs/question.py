"""The question: may a version go out for everybody who has what is out there and accepts it? Unknown is not red."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from releasegate.core.pairs.matrix import PackageVersion, Pairs
from releasegate.core.release.versions import is_candidate, promoted
from releasegate.core.report.model import PairRow, Proven

Edge = tuple[str, str]
"""A package that calls, and its companion."""


@dataclass(frozen=True)
class PairsQuestion:
    """Which version is asked about; ``requires`` are the companion's versions that a package accepts.

    ``back`` says how many released versions back of the other side are asked about: all where an edge is not in it.
    """

    package: str
    version: Version
    requires: Mapping[Edge, str] = field(default_factory=dict)
    back: Mapping[Edge, int] = field(default_factory=dict)

    def asked(self, pairs: Pairs) -> tuple[tuple[PackageVersion, PackageVersion], ...]:
        """Return every two versions that the answer is about: each package with each companion of its own."""
        mine = (self.package, self.version)
        return tuple(
            (mine, (other, version)) if one == self.package else ((one, version), mine)
            for one, companions in pairs.edges.items()
            for other in companions
            if self.package in {one, other}
            for version in self._others(pairs, (one, other))
        )

    def _others(self, pairs: Pairs, edge: Edge) -> Iterator[Version]:
        """Yield the released versions of the other side that the package accepts, or that accept the companion."""
        one, other = edge
        accepted = SpecifierSet(self.requires.get(edge, ""))
        released = pairs.released.get(other if one == self.package else one, ())
        if one == self.package:
            fitting = [version for version in released if accepted.contains(version, prereleases=True)]
        else:
            fitting = list(released) if accepted.contains(_final(self.version), prereleases=True) else []
        yield from fitting[: self.back.get(edge, len(fitting))]


@dataclass(frozen=True)
class PairsAnswer:
    """The verdict on a version, the rows that it rests on, and every two versions of which something was not run."""

    verdict: Proven
    rows: tuple[PairRow, ...]
    unknown: tuple[tuple[PackageVersion, PackageVersion], ...]


def answer(pairs: Pairs, question: PairsQuestion) -> PairsAnswer:
    """Return the answer: red where anything is, else unknown where anything is, else green."""
    rows: list[PairRow] = []
    unknown = []
    for one, other in question.asked(pairs):
        found = pairs.asked(one, other)
        rows += found
        if any(row.verdict == "unknown" for row in found) or pairs.missing(one, other):
            unknown.append((one, other))
    return PairsAnswer(_whole([row.verdict for row in rows], unknown=bool(unknown)), tuple(rows), tuple(unknown))


def _whole(verdicts: Sequence[Proven], *, unknown: bool) -> Proven:
    return "red" if "red" in verdicts else "unknown" if unknown else "green"


def _final(version: Version) -> Version:
    """Return the version that users will get: ranges are written for finals."""
    return promoted(version) if is_candidate(version) else version
