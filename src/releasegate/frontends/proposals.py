"""The lines that are proposed, as they work where they are pasted: ``releasegate`` has every task and every session.

Messages name invoke and Nox, as the documents do; a repository without a ``tasks.py`` or a ``noxfile.py`` has neither.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from releasegate.frontends.options import GATES, TASKS

_TASK = re.compile(rf"\binvoke (?=(?:{'|'.join(TASKS)})\b)")
_SESSION = re.compile(rf"\bnox -s ({'|'.join(gate.name for gate in GATES)})\b(?: --(?= |$))?", re.MULTILINE)


def pasteable(text: str, folder: Path) -> str:
    """Return *text* with its lines of invoke and Nox as they work in *folder*."""
    if not _has_tasks(folder):
        text = _TASK.sub("releasegate ", text)
    return text if _has_sessions(folder) else _SESSION.sub(_command, text)


def _command(found: re.Match[str]) -> str:
    return f"releasegate {found[1].replace('_', '-')}"


@cache
def _has_tasks(folder: Path) -> bool:
    # As invoke looks for it: in every folder above, too.
    return any((each / "tasks.py").is_file() or (each / "tasks").is_dir() for each in (folder, *folder.parents))


@cache
def _has_sessions(folder: Path) -> bool:
    return (folder / "noxfile.py").is_file()
