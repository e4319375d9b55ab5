"""How the work tree stands for a release: what was begun in it and not ended, and which branches and remotes it has."""

from __future__ import annotations

from pathlib import PurePosixPath

from releasegate.adapters.git.command import Git
from releasegate.adapters.git.tags import refs_here
from releasegate.core.errors import Refused

_BEGUN = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
"""What Git keeps in its own folder of the work tree while a command of several parts is not ended."""


def unfinished(git: Git) -> str:
    """Return the command of Git that was begun here and not ended, such as ``merge``; empty where there is none."""
    # In the work tree's own folder: another one beside it may be in the middle of something.
    folder = git.folder()
    return next((begun for mark, begun in _BEGUN.items() if (folder / mark).exists()), "")


def is_bare(git: Git) -> bool:
    """Whether there is no work tree at all: only what is fetched from and pushed to."""
    return git.ask("rev-parse", "--is-bare-repository").text == "true"


def holder(git: Git, name: str) -> str:
    """Return the folder of another work tree that has the branch checked out, where Git lets nobody else have it."""
    # What Git keeps of further work trees is a folder in the one of the first; without it there is none to ask about.
    folder = git.folder()
    if git.branch() == name or (folder.parent.name != "worktrees" and not (folder / "worktrees").is_dir()):
        return ""
    trees = git.ask("worktree", "list", "--porcelain").text.split("\n\n")
    lines = (tree.splitlines() for tree in trees)
    return next((tree[0].removeprefix("worktree ") for tree in lines if f"branch refs/heads/{name}" in tree), "")


def has_branch(git: Git, name: str, *, remote: str) -> bool:
    """Whether a branch of that name is here, or was seen on *remote*, so that Git makes it where one switches to it."""
    refs = {line.partition(" ")[2] for line in refs_here(git).splitlines()}
    return not refs.isdisjoint((f"refs/heads/{name}", f"refs/remotes/{remote}/{name}"))


def require_inside(git: Git, path: PurePosixPath) -> None:
    """Raise ``Refused`` where *path*, below the package's folder, leads out of the repository or into Git's own."""
    above = sum(part == ".." for part in path.parts)
    depth = len(PurePosixPath(git.place()[0]).parts) if above else 0
    inside = above <= depth and ".." not in path.parts[above:] and len(path.parts) > above
    if path.is_absolute() or not inside or ".git" in path.parts:
        raise Refused(f"{path} is not a file inside the repository.", hint="Correct the path in the configuration")
