"""The line to paste that takes what uploads out of a repository, with the jobs that wait for it and nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping
from itertools import takewhile
from pathlib import PurePosixPath

from releasegate.core.ci.others.conditions import waiting
from releasegate.core.ci.others.nodes import FOLDERS, Node, read_workflow
from releasegate.core.ci.others.publishers import OtherPublisher
from releasegate.core.ci.others.uploads import calls

_BY_HAND = frozenset({"release", "repository_dispatch", "workflow_call", "workflow_dispatch"})
"""What starts a workflow for a release or because a person wants it; what else does, works on the project."""


def removals(found: Iterable[OtherPublisher], files: Mapping[PurePosixPath, str]) -> Mapping[PurePosixPath, str]:
    """Return the line for each file of *found* that can be rid of what uploads by one.

    A workflow that is there for releases alone goes whole, unless another one runs it. Of one that works on the
    project, too, the jobs go that upload, with those that wait for them; where that is all of it, it is left to the
    person. So is a file that is no workflow of a forge: what else it does is not known.
    """
    jobs: dict[PurePosixPath, set[str]] = {}
    for each in found:
        jobs.setdefault(each.path, set()).add(each.job)
    lines = {
        path: _line(path, files.get(path, ""), names, called=_is_called(path, files)) for path, names in jobs.items()
    }
    return {path: line for path, line in lines.items() if line}


def _line(path: PurePosixPath, text: str, uploading: Collection[str], *, called: bool) -> str:
    top = read_workflow(text)
    if top is None or path.parts[0] not in FOLDERS or path.parent.name != "workflows":
        return ""
    jobs = {key.text for key, _ in top.get("jobs").pairs}
    gone = {*uploading, *waiting(top, uploading)}
    shown = shlex.quote(str(path))
    if not called and (jobs <= set(uploading) or _only_for_releases(top.get("on"))):
        return f"git rm {shown}"
    if jobs <= gone or top.get("jobs").node.flow_style:
        return ""
    rows = text.splitlines()
    ranges = [_rows(rows, key.line) for key, _ in top.get("jobs").pairs if key.text in gone]
    if not ranges:
        return ""
    # A suffix beside -i is what the sed of GNU and that of BSD and macOS both take.
    deleted = ";".join(f"{first},{last}d" for first, last in ranges)
    return f"sed -i.bak '{deleted}' {shown} && rm {shlex.quote(f'{path}.bak')}"


def _is_called(path: PurePosixPath, files: Mapping[PurePosixPath, str]) -> bool:
    """Whether another workflow runs this one, or sends for it."""
    others = (read_workflow(text) for other, text in files.items() if other != path and path.name in text)
    return any(PurePosixPath(call.uses) == path for top in others if top is not None for call in calls(top))


def _only_for_releases(on: Node) -> bool:
    """Whether nothing but a release, a tag or a person starts it."""
    table = {key.text: value for key, value in on.pairs} or {each.text: Node(None) for each in on.members}
    tags = {name for name, value in table.items() if name == "push" and _tags_alone(value)}
    return bool(table) and set(table) - tags <= _BY_HAND


def _tags_alone(push: Node) -> bool:
    named = {key.text for key, _ in push.pairs}
    return bool(named & {"tags", "tags-ignore"}) and not named & {"branches", "branches-ignore"}


def _rows(rows: list[str], first: int) -> tuple[int, int]:
    """Return the first and the last row of the block that begins on the row *first*, counted from 1."""
    indent = _indent(rows[first - 1])
    block = list(takewhile(lambda row: not row.strip() or _indent(row) > indent, rows[first:]))
    while block and not block[-1].strip():
        block.pop()
    return first, first + len(block)


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))
