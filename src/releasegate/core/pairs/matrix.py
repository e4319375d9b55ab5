"""The matrix: of two versions, what is green, red or unknown, on which host and Python, by which run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from releasegate.core.pairs.proofs import Edges, Proof, Side
from releasegate.core.report.model import PairRow, Proven

PackageVersion = tuple[str, Version]
"""A version of a package."""
HostAndPython = tuple[str, str]
"""A host and a Python."""


@dataclass(frozen=True)
class Pairs:
    """All that is known of what fits what.

    ``released`` are the versions that users can get, the newest first. ``candidates`` gives the candidate that a final
    is proven to be but for its version, or would be made of. ``files`` are the sha256 that a version's files have:
    proofs on other bytes are about something else. ``cells`` are what is to be run of a pair, on each host and Python;
    without any, one run is enough.
    """

    edges: Edges
    proofs: Sequence[Proof] = ()
    released: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    candidates: Mapping[PackageVersion, Version] = field(default_factory=dict)
    files: Mapping[PackageVersion, frozenset[str]] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], Mapping[HostAndPython, frozenset[str]]] = field(default_factory=dict)

    def rows(self, one: PackageVersion, other: PackageVersion) -> tuple[PairRow, ...]:
        """Return what is proven of a package's version with its companion's, a row for each host and Python."""
        newest = self._newest(one, other)
        wanted = self.cells.get((one[0], other[0]), {})
        places = [*wanted, *(place for place in dict.fromkeys(_place(p) for p in newest) if place not in wanted)]
        return tuple(
            _row(one, other, place, [p for p in newest if _place(p) == place], wanted.get(place, frozenset()))
            for place in places or [("", "")]
        )

    def asked(self, one: PackageVersion, other: PackageVersion) -> tuple[PairRow, ...]:
        """Return the rows that an answer needs: those of what is to be run, where that is said."""
        wanted = self.cells.get((one[0], other[0]), {})
        return tuple(row for row in self.rows(one, other) if not wanted or (row.host, row.python) in wanted)

    def missing(self, one: PackageVersion, other: PackageVersion) -> tuple[tuple[HostAndPython, str], ...]:
        """Return each cell that nobody has run, by its place; ``("", "")`` and no words where any run would do."""
        newest = self._newest(one, other)
        wanted = self.cells.get((one[0], other[0]), {})
        if not wanted:
            return () if newest else ((("", ""), ""),)
        ran = {(_place(proof), proof.cell) for proof in newest}
        each = ((place, cell) for place, cells in wanted.items() for cell in sorted(cells))
        return tuple(cell for cell in each if cell not in ran)

    def known(self) -> Iterator[tuple[PackageVersion, PackageVersion]]:
        """Yield every two versions of which something is proven."""
        yield from dict.fromkeys(
            ((proof.dependent.package, proof.dependent.version), (proof.companion.package, proof.companion.version))
            for proof in self.proofs
        )

    def _newest(self, one: PackageVersion, other: PackageVersion) -> list[Proof]:
        """Return the newest proof of each cell of a pair, or of the candidates that stand for it.

        That others beside the two broke a run takes nothing from them that they have shown beside other ones.
        """
        newest: dict[tuple[HostAndPython, str], Proof] = {}
        for proof in sorted(self.proofs, key=lambda each: each.at):
            if self._is_of(proof.dependent, one) and self._is_of(proof.companion, other):
                cell = _place(proof), proof.cell
                if cell not in newest or not _by_others(proof, newest[cell]):
                    newest[cell] = proof
        return list(newest.values())

    def _is_of(self, side: Side, key: PackageVersion) -> bool:
        """Whether what ran is the version of *key*, or the candidate that it is but for its version; by its bytes."""
        ran = (side.package, side.version)
        if ran != key and (side.package != key[0] or self.candidates.get(key) != side.version):
            return False
        files = self.files.get(ran)
        return files is None or side.files <= files


def _by_others(proof: Proof, before: Proof) -> bool:
    """Whether a red *proof* may be the doing of those that ran beside the two, who did well *before* with others."""
    return not proof.green and before.green and proof.beside not in ((), before.beside)


def _place(proof: Proof) -> HostAndPython:
    return proof.host, proof.python


def _row(
    one: PackageVersion, other: PackageVersion, place: HostAndPython, newest: Sequence[Proof], wanted: frozenset[str]
) -> PairRow:
    counted = [proof for proof in newest if not wanted or proof.cell in wanted]
    stood = dict.fromkeys(
        f"{side.package} {side.version}"
        for proof in counted
        for side, key in ((proof.dependent, one), (proof.companion, other))
        if side.version != key[1]
    )
    files = {each for proof in counted for side in (proof.dependent, proof.companion) for each in side.files}
    return PairRow(
        one[0],
        str(one[1]),
        other[0],
        str(other[1]),
        _verdict(counted, wanted),
        *place,
        runs=tuple(dict.fromkeys(proof.run for proof in counted)),
        files=tuple(sorted(files)),
        proven_as=", ".join(stood),
        beside=tuple(dict.fromkeys(each for proof in counted for each in proof.beside)),
    )


def _verdict(newest: Sequence[Proof], wanted: frozenset[str]) -> Proven:
    if any(not proof.green for proof in newest):
        return "red"
    ran = {proof.cell for proof in newest}
    return "green" if newest and wanted <= ran else "unknown"
