"""What is written into a Git repository: commits of given files alone, annotated tags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from releasegate.adapters.files import write_atomically
from releasegate.adapters.git.ancestry import head
from releasegate.adapters.git.command import Git, failure
from releasegate.core.errors import Refused, Unavailable

# Git would otherwise make up a name from the machine's, and that would be published.
_NAMED = ("-c", "user.useConfigOnly=true")


def commit(git: Git, files: Mapping[PurePosixPath, bytes], *, message: str) -> str:
    """Write *files* and commit them and nothing else, unless the last commit holds them; see ``GitRepository``.

    Where Git does not commit (a hook refuses, a key is missing), the files are as they were.
    """
    _check_paths(git, files)
    if not files or all(_committed(git, path) == content for path, content in files.items()):
        _write(git, files)
        return head(git)
    _check_identity(git)
    before = {path: target.read_bytes() if (target := git.root / path).is_file() else None for path in files}
    _write(git, files)
    paths = [str(path) for path in files]
    git.tell("add", "--", *paths)
    answer = git.ask(*_NAMED, "commit", "--quiet", f"--message={message}", "--", *paths)
    if answer.exit_code:
        _take_back(git, before)
        raise failure(answer, f"Git did not commit {', '.join(paths)}.")
    return head(git)


def tag(git: Git, name: str, *, commit: str) -> None:
    """Create an annotated tag that does not exist yet; see ``GitRepository``."""
    _check_identity(git)
    answer = git.ask(*_NAMED, "tag", "--annotate", f"--message={name}", "--", name, commit)
    if answer.exit_code:
        raise failure(answer, f"Git did not create the tag {name}.")


def _check_paths(git: Git, files: Mapping[PurePosixPath, bytes]) -> None:
    depth = len(PurePosixPath(git.tell("rev-parse", "--show-prefix").text).parts)
    for path in files:
        above = sum(part == ".." for part in path.parts)
        inside = above <= depth and ".." not in path.parts[above:] and len(path.parts) > above
        if path.is_absolute() or not inside or ".git" in path.parts:
            raise Refused(f"{path} is not a file inside the repository.", hint="Correct the path in the configuration")
        if (git.root / path).is_symlink():
            raise Refused(
                f"{path} is a link, which a new file would take the place of.",
                hint="Name the file that it leads to in the configuration",
            )


def _committed(git: Git, path: PurePosixPath) -> bytes | None:
    answer = git.ask("cat-file", "blob", f"HEAD:./{path}")
    return None if answer.exit_code else answer.stdout


def committer(git: Git, role: str = "COMMITTER") -> str:
    """Return who commits, or is the author; raises ``Unavailable`` where Git would make up a name."""
    answer = git.ask(*_NAMED, "var", f"GIT_{role}_IDENT")
    if answer.exit_code:
        raise Unavailable(
            "Git does not know who commits.",
            hint="Tell it: git config --global user.name NAME; git config --global user.email ADDRESS",
            details=answer.words,
        )
    return answer.text.partition(" <")[0]


def _check_identity(git: Git) -> None:
    """Refuse before anything is written where Git would not know who commits."""
    for role in ("AUTHOR", "COMMITTER"):
        committer(git, role)


def _take_back(git: Git, before: Mapping[PurePosixPath, bytes | None]) -> None:
    """Put the files back as they were *before*, and leave nothing of them in the index."""
    for path, content in before.items():
        if content is None:
            (git.root / path).unlink(missing_ok=True)
    _write(git, {path: content for path, content in before.items() if content is not None})
    git.ask("reset", "--quiet", "--", *map(str, before))


def _write(git: Git, files: Mapping[PurePosixPath, bytes]) -> None:
    for path, content in files.items():
        target = git.root / path
        try:
            if not target.is_file() or target.read_bytes() != content:
                write_atomically(target, content)
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be written: {error}.", hint="Make room or correct the permissions, and run it again"
            ) from error
