"""Why evidence of another machine is believed: a key that the repository names signed it, or the forge says so itself.

Whoever can push notes can write any of them. So what they prove, waive or revoke counts for a production upload only
for a reason that can be named; what only says that a number was used counts as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from releasegate.core.evidence.merge import moment
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry
from releasegate.core.release.taken_back import is_red

_RUN = re.compile(r"ci-([0-9]{1,18})-[0-9a-f]+")
HERE = "made here"
ANYBODY = "anybody may say so"
"""Why what is heard is believed that proves nothing: it can only stop something."""


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

    A run that a person dispatched is none: it is of the commit before the version's own, and the forge does not say
    what the person asked it for, so that a run with nothing to do would vouch for everything.
    The run must be of *workflow*, started by *tag* and on its *commit*; it passed where the entry proves something and
    failed where the entry condemns it, and the entry was written while it ran. No run waives or revokes: persons do.
    """
    if (outcome.commit, outcome.tag) != (commit, tag) or outcome.event not in {"push", "release"}:
        return False
    ended = {"passed": entry.event == "done" and not is_red(entry), "failed": is_red(entry)}
    return ended.get(outcome.verdict, False) and _is_of(outcome, workflow) and _is_during(outcome, entry)


def condemned(
    entry: Entry, outcome: CiOutcome, *, tags: Mapping[str, str], branch: Callable[[str], bool], workflow: str
) -> bool:
    """Whether the forge's word on a run is a reason to believe that *entry* condemns a candidate that it ran again.

    That run is of the final that the candidate was to become, which is started by one of *tags* on its commit, or by a
    person on a *branch* that releases are cut from; it failed, and the entry was written while it ran. Nothing is
    proven so.
    """
    if not is_red(entry) or outcome.verdict != "failed" or not _is_of(outcome, workflow):
        return False
    by_person = outcome.event == "workflow_dispatch" and branch(outcome.tag.removeprefix("refs/heads/"))
    by_tag = outcome.event in {"push", "release"} and tags.get(outcome.tag) == outcome.commit
    return (by_person or by_tag) and _is_during(outcome, entry)


def _is_of(outcome: CiOutcome, workflow: str) -> bool:
    path = outcome.workflow.partition("@")[0]
    return path == workflow if "/" in path else path == workflow.rpartition("/")[2]


def _is_during(outcome: CiOutcome, entry: Entry) -> bool:
    return bool(outcome.began) and _second(outcome.began) <= _second(entry.at) <= _second(outcome.ended)


def _second(at: str) -> str:
    """Return a moment cut to the second, as forges give it."""
    return moment(at).partition(".")[0]
