"""What was answered in one run of whether evidence is to be believed, so that it is asked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.core.evidence.belief import CiOutcome
    from releasegate.core.release.record import Entry


@dataclass(frozen=True)
class Beliefs:
    """By package: the file of the keys, what is believed, how CI runs ended, and where the workflow is the branch's."""

    keys: dict[str, bytes | None] = field(default_factory=dict)
    entries: dict[str, dict[tuple[object, ...], list[Entry]]] = field(default_factory=dict)
    outcomes: dict[tuple[str, int], CiOutcome | None] = field(default_factory=dict)
    unchanged: dict[tuple[str, str], bool] = field(default_factory=dict)
