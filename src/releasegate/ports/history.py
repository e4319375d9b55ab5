"""What the steps need in order to write a repository, and what its remotes answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal, Protocol

from releasegate.core.frozen import dataclass

MirrorStanding = Literal["absent", "behind", "level", "ahead", "apart"]
"""How a mirror's branch stands to a commit: not there, or what came before, the same, what follows, none of these."""


@dataclass(frozen=True)
class PushAnswer:
    """What became of a push, in the remote's own words.

    ``refused`` is empty where it was taken; else it says what it is about: the remote's branch has commits that are not
    here (``behind``), the remote's rules do not let the ``branch`` be pushed, or something else (``tag``). A ``hook``
    of the repository here may have refused before the remote was asked for anything.
    """

    refused: Literal["", "behind", "branch", "hook", "tag"] = ""
    words: tuple[str, ...] = ()


class History(Protocol):
    """Writes one package's Git repository."""

    def commit(self, files: Mapping[PurePosixPath, bytes], *, message: str) -> str:
        """Write all *files* and commit them and nothing else; return the commit's hash."""
        ...

    def tag(self, name: str, *, commit: str) -> None:
        """Create the annotated tag here, or leave it where it already names *commit*."""
        ...

    def push(self, *, branch: str | None, tag: str | None) -> PushAnswer:
        """Push the branch and the tag to the remote in one atomic move: both are there afterwards, or neither.

        A tag alone goes to the remote of tags.
        """
        ...

    def withdraw(self, *, branch: str, tag: str, message: str, keep: str | None) -> None:
        """Take back the tag, and from *branch* the commit of *message* if it is the last and not on the remote.

        The branch *keep* has the last commit afterwards.
        """
        ...
