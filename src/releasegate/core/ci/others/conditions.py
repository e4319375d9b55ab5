"""Whether an event reaches a job or a step, as far as plain conditions on the event's name and its ref say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from releasegate.core.ci.others.nodes import Node

Conditions = frozenset[str]
"""What must all hold where something is reached, as it is written."""

_NEVER = re.compile(r"(?:\$\{\{)?\s*false\s*(?:\}\})?")
_EVENT = re.compile(r"github\.event_name\s*([=!]=)\s*'(\w+)'")
_REF = re.compile(r"github\.(ref|ref_name|ref_type)\s*([=!]=)\s*'([^']*)'")
_IN_REF = re.compile(r"(!?)\s*(startsWith|contains)\s*\(\s*github\.(?:event\.)?(ref|ref_name)\s*,\s*'([^']*)'\s*\)")
_ANYWAY = re.compile(r"\b(?:always|cancelled|failure)\s*\(")
_NONE_OF = re.compile(r"!\s*\(")


def reached_by(top: Node, job: Node, step: Node) -> Conditions:
    """Return what must hold where a step of a job is reached, which is skipped where a job is that it needs."""
    return frozenset(text for each in (job, step, *_needed(top, job)) if (text := each.get("if").text))


def may_hold(condition: str, event: str, refs: Sequence[str]) -> bool:
    """Whether an event may pass a condition, with one of *refs* as what it is about; without any, that is not known."""
    if _NEVER.fullmatch(condition):
        return False
    if _NONE_OF.search(condition):
        return True
    return any(_passes(part, event, ref) for part in condition.split("||") for ref in refs or ("",))


def _passes(part: str, event: str, ref: str) -> bool:
    """Whether no comparison of a part that is known fails."""
    if any((event == name) != (how == "==") for how, name in _EVENT.findall(part)):
        return False
    if not ref:
        return True
    _, kind, name = ref.split("/", 2)
    held = {"ref": ref, "ref_name": name, "ref_type": "tag" if kind == "tags" else "branch"}
    if any((held[what] == text) != (how == "==") for what, how, text in _REF.findall(part)):
        return False
    found = ((no, held[what].startswith(text) if how == "startsWith" else text in held[what])
             for no, how, what, text in _IN_REF.findall(part))  # fmt: skip
    return all(holds != bool(no) for no, holds in found)


def waiting(top: Node, names: Iterable[str]) -> tuple[str, ...]:
    """Return the other jobs that need one of those of these *names*, however far: without it they never run."""
    jobs = {key.text: {each.text for each in job.get("needs").members} for key, job in top.get("jobs").pairs}
    gone = set(names)
    while more := {name for name, needs in jobs.items() if name not in gone and gone & needs}:
        gone |= more
    return tuple(name for name in jobs if name in gone - set(names))


def _needed(top: Node, job: Node) -> Iterator[Node]:
    """Yield every job that must have run before *job* does, however far; of one that runs anyway none."""
    jobs = {key.text: each for key, each in top.get("jobs").pairs}
    waiting, seen = [job], set[str]()
    for each in waiting:
        if _ANYWAY.search(each.get("if").text):
            continue
        for name in (need.text for need in each.get("needs").members):
            if name in jobs and name not in seen:
                seen.add(name)
                waiting.append(jobs[name])
                yield jobs[name]
