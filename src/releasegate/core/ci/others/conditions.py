"""Whether an event reaches a job or a step, as far as plain conditions on the event's name and its ref say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from releasegate.core.ci.others.nodes import Node

Conditions = frozenset[str]
"""What must all hold where something is reached, as it is written."""

NUMBER = "*"
"""How a ref ends that goes on with the number of a version, which is not known."""

_NEVER = re.compile(r"(?:\$\{\{)?\s*false\s*(?:\}\})?")
_EVENT = re.compile(r"github\.event_name\s*([=!]=)\s*'(\w+)'")
_REF = re.compile(r"github\.(ref|ref_name|ref_type)\s*([=!]=)\s*'([^']*)'")
# What a function returns may be compared in its turn: that is not read.
_IN_REF = re.compile(
    r"(!*)\s*(startswith|contains)\s*\(\s*github\.(?:event\.)?(ref|ref_name)\s*,\s*'([^']*)'\s*\)(?!\s*[=!]=)"
)
_TWICE = "!!"
_ANYWAY = re.compile(r"\b(?:always|cancelled|failure)\s*\(")
_NONE_OF = re.compile(r"!\s*\([^()]*\)")


def reached_by(top: Node, job: Node, step: Node) -> Conditions:
    """Return what must hold where a step of a job is reached, which is skipped where a job is that it needs."""
    return frozenset(text for each in (job, step, *_needed(top, job)) if (text := each.get("if").text))


def may_hold(condition: str, event: str, refs: Sequence[str]) -> bool:
    """Whether an event may pass a condition, with one of *refs* as what it is about; without any, that is not known.

    A ref that ends with ``NUMBER`` goes on with any number. What is not known may be so.
    """
    if _NEVER.fullmatch(condition):
        return False
    left = _NONE_OF.sub("", condition)
    if re.search(r"!\s*\(", left):
        return True
    return any(_passes(part.casefold(), event, ref.casefold()) for part in left.split("||") for ref in refs or ("",))


def _passes(part: str, event: str, ref: str) -> bool:
    """Whether no comparison of a part that is known fails; case counts for none."""
    if any((event == name) != (how == "==") for how, name in _EVENT.findall(part)):
        return False
    if not ref:
        return True
    _, kind, name = ref.split("/", 2)
    held = {"ref": ref, "ref_name": name, "ref_type": "tag" if kind == "tags" else "branch"}
    said = [(how == "==", _holds("is", held[what], text)) for what, how, text in _REF.findall(part)]
    found = _IN_REF.findall(part)
    said += [(not no, _holds(how, held[what], text)) for no, how, what, text in found if _TWICE not in no]
    return all(holds is None or holds == wanted for wanted, holds in said)


def _holds(how: str, held: str, text: str) -> bool | None:
    """Whether *held* is a text, or begins with it, or has it inside; ``None`` where that depends on the number."""
    begin, number, _ = held.partition(NUMBER)
    if not number:
        return {"is": held == text, "startswith": held.startswith(text), "contains": text in held}[how]
    if (how == "startswith" and begin.startswith(text)) or (how == "contains" and text in begin):
        return True
    goes_on = text.startswith(begin) and text[len(begin) :][:1].isdigit()
    return None if goes_on or (how == "contains" and "/" not in text) else False


def waiting(top: Node, names: Iterable[str]) -> tuple[str, ...]:
    """Return the other jobs that need one of those of these *names*, however far: none may need what is not there."""
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
