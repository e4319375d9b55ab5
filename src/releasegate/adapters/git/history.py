"""What is written into one package's Git repository, and to its remotes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from releasegate.adapters.git import tags
from releasegate.adapters.git.command import Asked, Git
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.ports import PushAnswer


@dataclass(frozen=True)
class GitHistory:
    """Writes the repository that *root* is in; every path is relative to *root*.

    ``remote`` is the name of the remote that branches are pushed to, ``tag_remote`` that of tags and evidence where it
    is another one; ``asked`` is as for ``Git``. Every method raises ``Refused`` where *root* is not in a Git
    repository.
    """

    root: Path
    environ: Mapping[str, str]
    remote: str = "origin"
    asked: Asked | None = None
    tag_remote: str | None = None

    @property
    def forge_remote(self) -> str:
        """The remote of tags and evidence; a clone that knows one remote has it under that one's name."""
        there = self.tag_remote is not None and tags.has(self.git, self.tag_remote)
        return self.tag_remote if self.tag_remote is not None and there else self.remote

    @property
    def git(self) -> Git:
        """Git itself, in this repository."""
        return Git(self.root, self.environ, self.asked)

    def tagged(self, name: str) -> str | None:
        """Return the commit that the tag names here, without asking the remote; ``None`` where there is none."""
        answer = self.git.ask("rev-parse", "--verify", "-q", f"refs/tags/{name}^{{commit}}")
        return answer.text or None

    def commit(self, files: Mapping[PurePosixPath, bytes], *, message: str) -> str:
        """Write all *files* and commit them and nothing else; return the commit's hash.

        Where the last commit holds all of it already, nothing is committed and its hash is returned: so a run that
        was killed here can simply be repeated.

        Raises:
            Refused: a path leads out of *root*, or Git or a hook would not have it.
            Unavailable: Git does not know who commits, or a file cannot be written.
        """
        from releasegate.adapters.git import writer

        return writer.commit(self.git, files, message=message)

    def tag(self, name: str, *, commit: str) -> None:
        """Create the annotated tag here, or leave it where it already names *commit*.

        Raises:
            Refused: the tag names another commit, or Git would not have it.
            Unavailable: Git does not know who tags.
        """
        from releasegate.adapters.git import writer

        existing = self.tagged(name)
        if existing is None:
            writer.tag(self.git, name, commit=commit)
        elif existing != commit:
            raise Refused(
                f"The tag {name} names {existing}, not {commit}.",
                hint="A tag that was published is never moved: take the next version",
            )

    def push(self, *, branch: str | None, tag: str | None) -> PushAnswer:
        """Push the branch and the tag to the remote in one atomic move; what is there already stays.

        A tag alone goes to the remote of tags.

        Raises:
            Unavailable: the remote does not answer.
        """
        from releasegate.adapters.git import push

        return push.push(self.git, self.forge_remote if branch is None else self.remote, branch=branch, tag=tag)

    def withdraw(self, *, branch: str, tag: str, message: str, keep: str | None) -> None:
        """Take back the tag, and from *branch* the commit of *message* if it is the last and not on the remote.

        The branch *keep* has the last commit afterwards: it is what a pull request is made from.

        Raises:
            Refused: Git would not have it.
            Unavailable: the remote does not answer.
        """
        from releasegate.adapters.git import push

        push.withdraw(self.git, self.remote, branch=branch, tag=tag, message=message, keep=keep)
