"""What takes a proof back: a red verdict that is newer than the seal, or a person's word; and what settles it again.

A verdict is about the sealed bytes, by their sha256, and of a gate or a cell that the version was proven by. What only
watches, such as a cell beyond the version's own matrix or a scheduled run, tells and takes nothing back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import ran_beside

if TYPE_CHECKING:
    from releasegate.core.release.entry import Entry

CELL = "e2e:cell"
"""Under what the record knows one cell of an end-to-end run, wherever it was run."""

REVOKED: Final = "revoked"
"""The event of a person's word, and under what the record knows it: to waive ``revoked`` takes the word back."""

WATCHES = "watches"
"""The key of a cell's evidence that says that its run only watches."""


def runs_end_to_end(step: str) -> bool:
    """Whether the step of that key runs the package end to end."""
    return step.partition(":")[0] == "e2e"


def is_red(entry: Entry) -> bool:
    """Whether *entry* is a verdict that is bad: of a gate, or of a cell."""
    of_cell = entry.step == CELL and entry.event == "done"
    return entry.verdict == "fail" and (of_cell or entry.event == "failed")


def because(entry: Entry) -> str:
    """Return in words why a proof is taken back by *entry*."""
    if entry.event == REVOKED:
        return entry.line
    return f"{entry.line} (red since {entry.at[:16].replace('T', ' ')} UTC, on the same bytes)"


def unsettled(entries: Sequence[Entry], seal: Entry) -> tuple[Entry, ...]:
    """Return what is newer than *seal*, takes it back and has not been settled since, oldest first."""
    start = max(number for number, entry in enumerate(entries) if entry == seal) + 1
    claims, after = _claims(entries[:start], seal), entries[start:]
    broken = [(number, entry) for number, entry in enumerate(after) if claims.broken_by(entry)]
    # A cell may be red every night for years: what settles it is looked for once.
    alike = {_alike(entry): entry for _, entry in broken}
    settled = {
        key: max((number for number, later in enumerate(after) if claims.settled(entry, later)), default=-1)
        for key, entry in alike.items()
    }
    return tuple(entry for number, entry in broken if settled[_alike(entry)] < number)


def _alike(broken: Entry) -> tuple[str, str, str, Any]:
    """Return what two entries have in common that the same settles."""
    cell = broken.evidence.get("cell") if broken.step == CELL and broken.event != REVOKED else None
    return broken.step, broken.subject, broken.event, cell


@dataclass(frozen=True)
class _Claims:
    """What a seal claims: its bytes by their sha256, the companions', and the gates and cells that it stands on."""

    own: frozenset[str]
    companions: frozenset[str]
    gates: frozenset[str]
    cells: frozenset[str]

    def broken_by(self, entry: Entry) -> bool:
        """Whether *entry* speaks against what is claimed."""
        if entry.event == REVOKED:
            return True
        if not is_red(entry) or not self._about(entry):
            return False
        if entry.step != CELL:
            return entry.step in self.gates
        return entry.evidence.get("cell") in self.cells and entry.evidence.get(WATCHES) is not True

    def settled(self, broken: Entry, later: Entry) -> bool:
        """Whether *later* settles what *broken* said: the same is green again, or a person takes it on."""
        of_cell = broken.step == CELL
        if later.event == "waived":
            return later.step == broken.step or (of_cell and runs_end_to_end(later.step))
        if broken.event == REVOKED or later.event != "done" or later.verdict != "pass":
            return False
        if not of_cell:
            return (later.step, later.subject) == (broken.step, broken.subject)
        cell = broken.evidence.get("cell")
        if later.step == CELL:
            return later.subject == broken.subject and later.evidence.get("cell") == cell
        return runs_end_to_end(later.step) and self._about(later) and cell in _passed(later.evidence)

    def _about(self, entry: Entry) -> bool:
        """Whether *entry* is about these bytes, and about no companions but those that are claimed."""
        named = frozenset(entry.subject.split())
        other = named - self.own
        return bool(self.own) and self.own <= named and (entry.step != CELL or other == self.companions)


def _claims(until: Sequence[Entry], seal: Entry) -> _Claims:
    known = [e for e in until if e.event in {"done", "waived"} and e.step not in {CELL, seal.step}]
    ran = (e for e in known if runs_end_to_end(e.step) and e.event == "done")
    return _Claims(
        own=_hashes(seal.evidence),
        companions=frozenset().union(*map(_hashes, ran_beside(seal.evidence))),
        gates=frozenset(e.step for e in known),
        cells=frozenset(cell for e in ran for cell in _passed(e.evidence)),
    )


def _hashes(evidence: Mapping[str, Any]) -> frozenset[str]:
    files = evidence.get("files")
    found = files.values() if isinstance(files, dict) else ()
    return frozenset(each for each in found if isinstance(each, str))


def _passed(evidence: Mapping[str, Any]) -> frozenset[str]:
    """Return the cells that passed in an end-to-end run."""
    cells = evidence.get("cells")
    rows = [row for row in cells if isinstance(row, dict)] if isinstance(cells, list | tuple) else []
    return frozenset(str(row.get("cell")) for row in rows if row.get("verdict") == "pass")
