"""Why evidence of another machine is believed: a key that the repository names signed it, or the forge says so itself.

Whoever can push notes can write any of them. So what they prove, waive or revoke counts for a production upload only
for a reason that can be named; what only says that a number was used counts as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from releasegate.core.evidence.merge import moment
from releasegate.core.release.record import Entry
from releasegate.core.release.taken_back import is_red

_RUN = re.compile(r"ci-([0-9]{1,18})-[0-9a-f]+")
HERE = "made here"


@dataclass(frozen=True)
class CiOutcome:
    """How one run of a forge's CI ended, as the forge says: of which workflow, started by what, on which commit.

    ``workflow`` is the path of its file, or the file's name alone; ``tag`` is the tag that started it, ``began`` and
    ``ended`` are moments in ISO 8601.
    """

    verdict: Literal["passed", "failed", "none"]
    commit: str
    workflow: str
    event: str
    tag: str
    began: str
    ended: str


def run_name(unique: str, *, ci: str = "") -> str:
    """Return the name of a run: in CI the forge's number of it is part of it."""
    return f"ci-{ci}-{unique}" if ci.isdigit() else unique


def ci_run(entry: Entry) -> int | None:
    """Return the number of the forge's run that *entry* says it was written in."""
    found = _RUN.fullmatch(entry.run)
    return int(found[1]) if found is not None else None


def must_be_believed(entry: Entry) -> bool:
    """Whether *entry* counts only for a reason: it proves, waives, revokes or condemns something."""
    return entry.event != "started"


def vouched(entry: Entry, outcome: CiOutcome, *, commit: str, tag: str, workflow: str) -> bool:
    """Whether the forge's word on a run is a reason to believe *entry*, which says that it was written in it.

    The run must be of *workflow*, started by *tag* and on its *commit*; it passed where the entry proves something and
    failed where the entry condemns it, and the entry was written while it ran. No run waives or revokes: persons do.
    """
    its = (outcome.commit, outcome.tag, outcome.workflow.partition("@")[0].rpartition("/")[2])
    if its != (commit, tag, workflow.rpartition("/")[2]) or outcome.event not in {"push", "release"}:
        return False
    if "/" in outcome.workflow.partition("@")[0] and outcome.workflow.partition("@")[0] != workflow:
        return False
    ended = {"passed": entry.event == "done" and not is_red(entry), "failed": is_red(entry)}
    during = bool(outcome.began) and _second(outcome.began) <= _second(entry.at) <= _second(outcome.ended)
    return ended.get(outcome.verdict, False) and during


def _second(at: str) -> str:
    """Return a moment cut to the second, as forges give it."""
    return moment(at).partition(".")[0]
