"""A workflow's YAML as nodes that know their lines; untrusted text, of which no Python object is ever made.

Source: GitHub's workflow syntax in YAML, read by PyYAML's ``compose`` alone: no tag is resolved, so ``on`` stays a
word, and an alias stays one node, however often it is used.
"""

from __future__ import annotations

from typing import Any

from releasegate.core.frozen import dataclass

FOLDERS = (".github", ".gitea", ".forgejo")
"""Where forges look for workflows, from the top of the Git repository."""

ACTIONS = ("action.yml", "action.yaml")
"""The files by which a folder is an action."""

MARK = "# Written by `invoke workflows` from [tool.releasegate] in pyproject.toml: change that, not this."
"""The first line of our own workflow."""

LARGEST = 2**20
"""Characters of a workflow; the forges take less."""


@dataclass(frozen=True)
class Node:
    """One value of a workflow: a node of PyYAML's; ``None`` stands for what is not there."""

    node: Any

    @property
    def line(self) -> int:
        """The line that it begins on, counted from 1; 0 for what is not there."""
        return 0 if self.node is None else self.node.start_mark.line + 1

    @property
    def text(self) -> str:
        """Its words, where it is a single value."""
        return str(self.node.value) if self.node is not None and self.node.id == "scalar" else ""

    @property
    def members(self) -> tuple[Node, ...]:
        """What is in the list; a single value counts as a list of one."""
        if self.node is None or self.node.id == "mapping":
            return ()
        return tuple(Node(each) for each in ([self.node] if self.node.id == "scalar" else self.node.value))

    @property
    def pairs(self) -> tuple[tuple[Node, Node], ...]:
        """The keys of the table, each with what stands under it."""
        if self.node is None or self.node.id != "mapping":
            return ()
        return tuple((Node(key), Node(value)) for key, value in self.node.value)

    def get(self, key: str) -> Node:
        """Return what stands under *key*, or a place that is not there."""
        if self.node is None or self.node.id != "mapping":
            return NOWHERE
        found = [value for name, value in self.node.value if name.id == "scalar" and name.value == key]
        return Node(found[-1]) if found else NOWHERE

    def texts(self) -> tuple[str, ...]:
        """Return every single value below it, however deep; of an alias that leads to itself none."""
        found: list[str] = []
        waiting, seen = [self.node] if self.node is not None else [], set[int]()
        for node in waiting:
            if node.id == "scalar":
                found.append(str(node.value))
            elif id(node) not in seen:
                seen.add(id(node))
                waiting += [each for pair in node.value for each in (pair if node.id == "mapping" else [pair])]
        return tuple(found)

    def lines(self) -> list[tuple[int, str]]:
        """Return the lines of a command, each with its number; one that goes on (a backslash at its end) is joined."""
        if self.node is None or self.node.id != "scalar" or self.node.style != "|":
            return [(self.line, " ".join(self.text.split()))]
        joined: list[tuple[int, str]] = []
        goes_on = False
        for number, line in enumerate(self.text.split("\n"), start=self.line + 1):
            if goes_on:
                joined[-1] = (joined[-1][0], f"{joined[-1][1][:-1]} {line.strip()}")
            else:
                joined.append((number, line.strip()))
            goes_on = joined[-1][1].endswith("\\")
        return joined


NOWHERE = Node(None)


def read_workflow(text: str) -> Node | None:
    """Return the top of a workflow, or ``None`` for a text that is no YAML, or larger than any workflow."""
    import yaml

    if len(text) > LARGEST:
        return None
    # libyaml reads a workflow in a tenth of the time, where PyYAML has it; what it refuses, the other may still read.
    for loader in (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader):
        try:
            return Node(yaml.compose(text, Loader=loader))
        except (yaml.YAMLError, RecursionError):
            continue
    return None
