"""What starts a workflow, of that which a release does on a forge.

A release pushes the release branch together with the version's tag (of a candidate, a final or a post), and publishes a
forge release. Source: GitHub's workflow syntax, "Events that trigger workflows" and its filter patterns; Gitea's and
Forgejo's Actions read the same. What a filter says of paths is not looked at: a release's commits change any file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from releasegate.core.ci.others.conditions import NUMBER
from releasegate.core.ci.others.nodes import NOWHERE, Node
from releasegate.core.config.keys import Package
from releasegate.core.frozen import dataclass

_RELEASED = frozenset({"published", "released", "created", "edited"})
"""What a final does to its forge release, in the words of ``types``."""

_VERSIONS = ("1.2.3rc1", "1.2.3", "1.2.3.post1", "1.2.3.post1.dev1")
_SPECIAL = re.compile(r"[*?+\[!\\]")


@dataclass(frozen=True)
class Start:
    """One event of a release that starts a workflow: where it says so, the event's name, and in words.

    ``refs`` are such as the event may be about; there are none where that is not known.
    """

    path: PurePosixPath
    line: int
    event: str
    words: str
    refs: tuple[str, ...] = ()


def starts(
    workflows: Mapping[PurePosixPath, Node], packages: Sequence[Package]
) -> dict[PurePosixPath, tuple[Start, ...]]:
    """Return what a release of *packages* starts each workflow by; a workflow that follows a started one counts."""
    found = {path: tuple(_direct(path, top, packages)) for path, top in workflows.items()}
    while True:
        begun = {_name(path, workflows[path]) for path, each in found.items() if each}
        more = {path: tuple(_following(path, top, begun)) for path, top in workflows.items() if not found[path]}
        if not any(more.values()):
            return found
        found |= {path: each for path, each in more.items() if each}


def events(top: Node) -> Iterator[tuple[str, int, Node]]:
    """Yield the name of every event that a workflow waits for, its line and its filters."""
    on = top.get("on")
    yield from ((each.text, each.line, NOWHERE) for each in on.members)
    yield from ((key.text, key.line, filters) for key, filters in on.pairs)


def _name(path: PurePosixPath, top: Node) -> str:
    return top.get("name").text or str(path)


def _direct(path: PurePosixPath, top: Node, packages: Sequence[Package]) -> Iterator[Start]:
    for event, line, filters in events(top):
        if event == "push":
            yield from (Start(path, line, event, words, refs) for words, refs in _pushes(filters, packages))
        elif event == "create":
            yield Start(path, line, event, "a tag that is made")
        elif event == "release":
            types = {each.text for each in filters.get("types").members}
            if not types or types & _RELEASED:
                yield Start(path, line, event, "a published release", _tags(p.tag_prefix for p in packages))


def _following(path: PurePosixPath, top: Node, begun: set[str]) -> Iterator[Start]:
    for event, line, filters in events(top):
        followed = [each.text for each in filters.get("workflows").members if each.text in begun]
        if event == "workflow_run" and followed:
            yield Start(path, line, event, f"the end of the workflow {followed[0]}")


def _pushes(filters: Node, packages: Sequence[Package]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield which of a release's pushes pass the filters: where only branches are named no tag does, and vice versa.

    Each is told with its refs.
    """
    named = {key.text for key, _ in filters.pairs}
    tags, branches = named & {"tags", "tags-ignore"}, named & {"branches", "branches-ignore"}
    prefixes = dict.fromkeys(p.tag_prefix for p in packages)
    if tags or not branches:
        wanted, ignored = _patterns(filters, "tags"), _patterns(filters, "tags-ignore")
        fit = [p for p in prefixes if _may_be_tag(wanted, p) and not _all_ignored(ignored, p)]
        yield from ((f"the tag of a version, {p}X.Y.Z or {p}X.Y.ZrcN", _tags(fit)) for p in fit[:1])
    if branches or not tags:
        wanted, ignored = _patterns(filters, "branches"), _patterns(filters, "branches-ignore")
        for branch in dict.fromkeys(b for p in packages for b in (p.branch, *p.maintenance_branches)):
            # Of maintained branches the configuration knows a pattern; a filter may name one of them.
            named_by = any(fnmatchcase(pattern, branch) for pattern in wanted)
            if (not wanted or named_by or _passes(wanted, branch)) and not _passes(ignored, branch):
                yield f"a push to {branch}", () if _SPECIAL.search(branch) else (f"refs/heads/{branch}",)


def _tags(prefixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"refs/tags/{prefix}{NUMBER}" for prefix in prefixes)


def _patterns(filters: Node, key: str) -> list[str]:
    return [each.text for each in filters.get(key).members]


def _may_be_tag(patterns: Sequence[str], prefix: str) -> bool:
    """Whether a pattern lets any version's tag through, judged by what it says before its first special character."""
    return not patterns or any(_begins(_SPECIAL.split(p, maxsplit=1)[0], prefix) for p in patterns if p[:1] != "!")


def _begins(literal: str, prefix: str) -> bool:
    return prefix.startswith(literal) or re.match(r"\d", literal.removeprefix(prefix)) is not None


def _all_ignored(patterns: Sequence[str], prefix: str) -> bool:
    return bool(patterns) and all(_passes(patterns, f"{prefix}{version}") for version in _VERSIONS)


def _passes(patterns: Sequence[str], name: str) -> bool:
    """Whether the last pattern that fits *name* is not one that begins with ``!``."""
    fits = False
    for pattern in patterns:
        if _regex(pattern.removeprefix("!")).fullmatch(name):
            fits = not pattern.startswith("!")
    return fits


def _regex(pattern: str) -> re.Pattern[str]:
    """Return a filter pattern as a regular expression; what is none of either fits only itself."""
    words = re.findall(r"\*\*|\\.|\[[^]]*\]|.", pattern, re.DOTALL)
    known = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    try:
        return re.compile(
            "".join(known.get(w) or (w if w[0] == "[" else re.escape(w.removeprefix("\\"))) for w in words)
        )
    except re.error:
        return re.compile(re.escape(pattern))
