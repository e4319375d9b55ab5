"""What was answered in one run of whether evidence is to be believed, so that it is asked once."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.evidence.belief import CiOutcome


@dataclass(frozen=True)
class Beliefs:
    """By package: the file of the keys, why what is believed, how CI runs ended, where the workflow is the branch's.

    ``silent`` are those whose forge did not answer: it is asked no more, since each answer may take long to fail.
    """

    keys: dict[str, bytes | None] = field(default_factory=dict)
    reasons: dict[str, dict[tuple[object, ...], tuple[str, ...]]] = field(default_factory=dict)
    outcomes: dict[tuple[str, int], CiOutcome | None] = field(default_factory=dict)
    unchanged: dict[tuple[str, str], bool] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
