"""Files that the code names by path (templates, static files) are in the wheel.

A *root* is a folder such as ``pkg/templates``: its files are named by their path below it (``pkg/page.html``). A text
names a file of ours where it starts with a folder and ends with a suffix that are found under one of the roots;
the host application's own files (``generic/object.html``) are not ours to ship.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from releasegate.core.audit.code.trees import children, walk
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import sources

_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.\w+")
_QUOTED = re.compile(r"""(?<![\w"'])(["'])([\w.-]+(?:/[\w.-]+)+\.\w+)\1(?!["'])""")
_TAG = re.compile(r"""\{%-?\s*(?:extends|include|static)\s+(["'])([^"'{}]+)\1""")
_COMMENT = re.compile(r"\{#.*?#\}|\{%-?\s*comment\b.*?endcomment\s*-?%\}", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """A text that may name a file: where it stands, and what it says."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class _Root:
    """A folder of named files: what the wheel holds under it, and how names of ours start and end."""

    held: frozenset[str]
    folders: frozenset[str]
    suffixes: frozenset[str]

    def owns(self, name: str) -> bool:
        return name.split("/", 1)[0] in self.folders and PurePosixPath(name).suffix in self.suffixes


def references(subject: Subject) -> Problems:
    """Every file under the declared roots that a module or a template names is in the wheel."""
    wheel, declared = subject.held, subject.package.wheel.references
    if not declared:
        return ()
    roots = {folder: _root(folder, wheel=wheel, tree=subject.tree) for folder in declared}
    held = set(wheel).union(*(root.held for root in roots.values()))
    named = (*_in_modules(sources(wheel), subject.code), *_in_templates(wheel, declared))
    ours = [seen for seen in named if any(root.owns(seen.text) for root in roots.values())]
    return (
        *(f"wheel.references {folder!r} is no folder in the wheel." for folder in declared if not roots[folder].held),
        *(
            Problem(
                f'{seen.path}:{seen.line} names "{seen.text}", which the wheel does not hold.',
                about=f"{seen.path} {seen.text}",
                key="allowed",
            )
            for seen in ours
            if seen.text not in held
        ),
    )


def _root(folder: str, *, wheel: Iterable[str], tree: Iterable[str]) -> _Root:
    start = f"{folder.rstrip('/')}/"
    held = frozenset(path.removeprefix(start) for path in wheel if path.startswith(start))
    known = held | {path.partition(f"/{start}")[2] for path in (f"/{tracked}" for tracked in tree)}
    nested = [name for name in known if "/" in name]
    return _Root(
        held,
        folders=frozenset(name.split("/", 1)[0] for name in nested),
        suffixes=frozenset(PurePosixPath(name).suffix for name in nested) - {""},
    )


def _in_modules(modules: Mapping[str, bytes], trees: Mapping[str, ast.Module | None]) -> Iterator[Reference]:
    """Yield the string constants that look like relative paths; a part of a longer text is not whole."""
    for path, content in modules.items():
        module = trees.get(path)
        if module is None:
            # Code for a newer Python than this one: its quoted texts are still plain to see.
            yield from _scan(_QUOTED, path, content.decode(errors="replace"))
            continue
        for line, text in _constants(module):
            if _PATH.fullmatch(text):
                yield Reference(path, line, text)


def _constants(module: ast.Module) -> Iterator[tuple[int, str]]:
    nodes = walk(module)
    joined = [node for node in nodes if isinstance(node, (ast.JoinedStr, ast.BinOp))]
    parts = {id(part) for node in joined for part in children(node)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.lineno, node.value


def _in_templates(wheel: Mapping[str, bytes], roots: Iterable[str]) -> Iterator[Reference]:
    """Yield what the HTML files under the roots extend, include or link as static; comments are left out."""
    starts = tuple(f"{root.rstrip('/')}/" for root in roots)
    for path, content in wheel.items():
        if path.startswith(starts) and path.endswith(".html"):
            text = content.decode(errors="replace")
            yield from _scan(_TAG, path, _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text))


def _scan(pattern: re.Pattern[str], path: str, text: str) -> Iterator[Reference]:
    for match in pattern.finditer(text):
        yield Reference(path, text.count("\n", 0, match.start()) + 1, match[2])
