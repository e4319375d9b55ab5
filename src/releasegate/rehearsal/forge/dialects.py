"""Which of the two dialects an embedded forge answers in."""

from __future__ import annotations

from typing import Literal

from releasegate.rehearsal.forge.gitea import Gitea
from releasegate.rehearsal.forge.github import GitHub

Dialect = GitHub | Gitea


def dialect_of(kind: Literal["github", "gitea"], *, immutable: bool) -> Dialect:
    """Return how a forge of that *kind* writes."""
    return GitHub(immutable) if kind == "github" else Gitea()
