"""Which events reach a job or a step, as far as plain conditions on the event's name say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from releasegate.core.ci.others.nodes import Node

Events = frozenset[str] | None
"""The events that something is reached by; ``None`` where all of them do."""

STARTING = frozenset({"push", "create", "release", "workflow_run"})
"""The events of a release that may start a workflow."""

_NEVER = re.compile(r"(?:\$\{\{)?\s*false\s*(?:\}\})?")
_EVENT = re.compile(r"github\.event_name\s*([=!]=)\s*'(\w+)'")
_ANYWAY = re.compile(r"\b(?:always|cancelled|failure)\s*\(")


def both(one: Events, other: Events) -> Events:
    """Return the events that reach what has two conditions."""
    return other if one is None else one if other is None else one & other


def reached_by(top: Node, job: Node, step: Node) -> Events:
    """Return the events that reach a step of a job, which is skipped where a job is that it needs."""
    reached = both(_by(job.get("if").text), _by(step.get("if").text))
    for needed in _needed(top, job):
        reached = both(reached, _by(needed.get("if").text))
    return reached


def _by(condition: str) -> Events:
    if _NEVER.fullmatch(condition):
        return frozenset()
    found = frozenset[str]()
    for part in condition.split("||"):
        terms = _EVENT.findall(part)
        if not terms:
            return None
        reached: Events = None
        for how, event in terms:
            reached = both(reached, frozenset({event}) if how == "==" else STARTING - {event})
        found |= reached or frozenset()
    return found


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
