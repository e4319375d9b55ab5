"""What was published for good (migrations) still means the same: compared by what it does, not by its bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from releasegate.core.audit.code.meaning import listed, meaning
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.diff import lines_between
from releasegate.core.dists.wheel import installed
from releasegate.core.globs import matching

Pairs = frozenset[tuple[str, str]]


def frozen(subject: Subject) -> Problems:
    """Files that ``wheel.frozen`` matches in the previous wheel are in this one and mean the same.

    Other Python files in their folders are helpers of theirs: what is in them stays, and more may come.
    """
    held, before = subject.held, installed(subject.previous or {})
    patterns = subject.package.wheel.frozen
    problems: list[Problem] = [
        Problem(f"wheel.frozen {pattern!r} matches no file.")
        for pattern in patterns
        if not matching(pattern, held.keys() | before.keys())
    ]
    kept = sorted({path for pattern in patterns for path in matching(pattern, before)})
    looked_at = (*kept, *_helpers(kept, before))
    replaced = frozenset(
        pair for path in matching("**/migrations/*.py", held) for pair in listed(held[path], "replaces")
    )
    by = subject.previous.filename if subject.previous is not None else ""
    for path in looked_at:
        complaint = "is gone"
        lines: tuple[str, ...] = ()
        if path in held:
            if _same(path, before[path], held[path], helper=path not in kept, replaced=replaced):
                continue
            complaint = "means something else now"
            lines = lines_between(before[path], held[path], names=(by, subject.wheel.filename))
        sentence = f"{path} was published in {by} and is frozen, but it {complaint}."
        problems.append(Problem(sentence, path, "allowed", among=frozenset(looked_at), lines=lines))
    return tuple(problems)


def _helpers(kept: Collection[str], before: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the other Python files that lie beside frozen ones and hold any code."""
    folders = {path.rpartition("/")[0] for path in kept if path.endswith(".py")}
    for path in sorted(before.keys() - set(kept)):
        if path.endswith(".py") and path.rpartition("/")[0] in folders and meaning(before[path], imported_from=True):
            yield path


def _same(path: str, before: bytes, now: bytes, *, helper: bool, replaced: Pairs) -> bool:
    if before == now:
        return True
    old, new = (meaning(each, imported_from=helper) if path.endswith(".py") else None for each in (before, now))
    if old is None or new is None:
        return False
    if helper:
        return set(old) <= set(new)
    return old == new and _in_place(listed(before, "dependencies"), listed(now, "dependencies"), replaced=replaced)


def _in_place(before: Pairs, now: Pairs, *, replaced: Pairs) -> bool:
    """Whether a migration still stands after the same ones: in place of a lost one stands what it was squashed into."""
    lost, new = before - now, now - before
    squashed = {app for app, name in new if "squash" in name} | {app for app, name in lost if (app, name) in replaced}
    return {app for app, _ in (*lost, *new)} <= squashed & {app for app, _ in lost}
