"""The small files that name releasegate's commands, and the line that adds them to a file of the repository's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from releasegate.core.adopt.asked.questions import Question
from releasegate.core.adopt.code import parsed
from releasegate.core.adopt.table import NOXFILE, TASKS

_NOXFILE, _TASKS, _PACKAGE = (PurePosixPath(name) for name in ("noxfile.py", "tasks.py", "tasks/__init__.py"))
OWN: Mapping[PurePosixPath, str] = {_NOXFILE: NOXFILE, _TASKS: TASKS}

PLACES: Mapping[PurePosixPath, tuple[PurePosixPath, ...]] = {_NOXFILE: (_NOXFILE,), _TASKS: (_TASKS, _PACKAGE)}
"""Where nox and invoke look; a ``tasks.py`` would hide the tasks of a package of that name."""

_SESSIONS = 'from releasegate.frontends.nox import sessions; sessions(prefix="release-")'
_NAMED = "from releasegate.frontends.invoke import ns as _gates; "
_AT_THE_TOP = f"{_NAMED}globals().update(_gates.tasks)"
_AT_THE_END = f"{_NAMED}[{{ns}}.add_task(task) for name, task in _gates.tasks.items() if name not in {{ns}}.tasks]"


def own_file(path: PurePosixPath, content: bytes) -> Question | None:
    """Return what is asked of a file that the repository has itself; ``None`` where it names releasegate.

    Its own sessions and tasks stay what they are: of one name, its own counts.
    """
    if b"releasegate" in content:
        return None
    if path == _NOXFILE:
        # What is added must not run on from a last line that is not ended.
        ended = f"echo >> {path} && " if content and not content.endswith(b"\n") else ""
        return Question(
            f"{path} is there already and was left as it is; shall the gates be in it, as release-versions and so on? "
            "The command releasegate needs neither this file nor tasks.py.",
            (f"{ended}echo '{_SESSIONS}' >> {path}",),
            "shell",
        )
    names = {name for name in _assigned(content) if name in {"ns", "namespace"}}
    # A module without a collection of its own has every task that it names.
    line, where = (_AT_THE_END.format(ns=min(names)), "at its end") if names else (_AT_THE_TOP, "above its own tasks")
    return Question(
        f"{path} is there already and was left as it is; shall the release tasks be in it? Then add, {where}:",
        (line,),
        "file",
    )


def _assigned(content: bytes) -> Iterator[str]:
    for node in parsed(content).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (each.id for each in targets if isinstance(each, ast.Name))
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
