"""What descends from what: HEAD, the commits that it contains, and which branch has a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from releasegate.adapters.git.command import REMOTE_SECONDS, Git, line_in
from releasegate.adapters.git.tags import HEADS, has, heads_there, silent
from releasegate.core.errors import Refused, Unavailable

_OWN = "refs/releasegate/branch/"


def head(git: Git) -> str:
    """Return the full hash of the commit that is checked out.

    Raises:
        Refused: there is no commit yet.
        Unavailable: the commit is not in the repository, which is damaged.
    """
    commit = git.head()
    if not commit:
        if git.recall("rev-parse", "--quiet", "--verify", "HEAD").exit_code == 0:
            raise Unavailable(
                f"{git.root} is damaged: it lacks the commit that is checked out.",
                hint=f"Clone the repository anew, or see what else it lacks: {line_in(git.root, 'fsck')}",
            )
        lines = (line_in(git.root, words) for words in ("add --all", "commit -m Begin"))
        raise Refused(f"{git.root} has no commit yet.", hint=f"Commit the package first: {' && '.join(lines)}")
    return commit


def ancestors(git: Git, commits: Iterable[str]) -> frozenset[str]:
    """Return those of *commits* that HEAD is, or descends from; see ``GitRepository``."""
    wanted = frozenset(commits)
    found = wanted.intersection(git.tell("rev-list", "HEAD").text.splitlines()) if wanted else wanted
    if found != wanted and git.tell("rev-parse", "--is-shallow-repository").text == "true":
        raise Refused(
            f"The history of {git.root} is cut off, so what HEAD descends from is not known.",
            hint=f"In CI check out with fetch-depth 0; here fetch all of it: {line_in(git.root, 'fetch --unshallow')}",
        )
    return found


def tips(git: Git, commits: Iterable[str]) -> frozenset[str]:
    """Return those of *commits* that are here and from which no other one descends; see ``GitRepository``."""
    wanted = sorted(set(commits))
    told = git.tell("cat-file", "--batch-check", given="".join(f"{each}\n" for each in wanted).encode()).text
    here = [line.split()[0] for line in told.splitlines() if not line.endswith("missing")]
    return frozenset(git.tell("merge-base", "--independent", *here).text.splitlines()) if here else frozenset()


def commits(git: Git, since: str, commit: str) -> tuple[tuple[str, str], ...]:
    """Return hash and subject of what was committed in the folder up to *commit*, the newest first.

    *since* is the tag that it begins after; with an empty one it begins with the first commit.
    """
    reach = f"refs/tags/{since}..{commit}" if since else commit
    words = ("log", "--no-show-signature", "--format=%H %s", "--end-of-options", reach, "--", ".")
    parted = (row.decode(errors="replace").partition(" ") for row in git.tell(*words).stdout.splitlines())
    return tuple((found, subject) for found, _, subject in parted)


def on_branch(git: Git, commit: str, *, remote: str, accepted: Callable[[str], bool]) -> bool:
    """Return whether *commit* is on an *accepted* branch of the remote as it is now; see ``GitRepository``.

    Raises:
        Unavailable: the remote does not answer.
    """
    if has(git, remote):
        names = [name for name in heads_there(git, remote) if accepted(name)]
        refs = [f"+{HEADS}{name}:{_OWN}{name}" for name in names]
        answer = git.ask("fetch", "--quiet", "--no-tags", remote, *refs, timeout=REMOTE_SECONDS) if refs else None
        if answer is not None and answer.exit_code:
            raise silent(git, remote, answer)
        own = [_OWN + name for name in names]
    else:
        named = git.tell("for-each-ref", "--format=%(refname)", HEADS).text.splitlines()
        own = [ref for ref in named if accepted(ref.removeprefix(HEADS))]
    return any(not git.ask("merge-base", "--is-ancestor", commit, ref).exit_code for ref in own)


def lacks(git: Git, *, remote: str, branch: str) -> bool:
    """Return whether the remote's *branch* has commits that HEAD lacks; see ``GitRepository``.

    Raises:
        Unavailable: the remote does not answer.
    """
    tip = heads_there(git, remote).get(branch)
    if tip is None or tip == git.head():
        return False
    # A commit that is not here fails as well.
    return bool(git.ask("merge-base", "--is-ancestor", tip, "HEAD").exit_code)


def file_on(git: Git, path: PurePosixPath, *, remote: str, branch: str) -> bytes | None:
    """Return a file, from the top of the repository, as the remote's *branch* has it; see ``GitRepository``.

    Raises:
        Unavailable: the remote does not answer.
    """
    ref = HEADS + branch
    if has(git, remote):
        if branch not in heads_there(git, remote):
            return None
        ref = _OWN + branch
        answer = git.ask("fetch", "--quiet", "--no-tags", remote, f"+{HEADS}{branch}:{ref}", timeout=REMOTE_SECONDS)
        if answer.exit_code:
            raise silent(git, remote, answer)
    return file_at(git, path, ref)


def file_at(git: Git, path: PurePosixPath, commit: str) -> bytes | None:
    """Return a file, from the top of the repository, at *commit*; ``None`` where either is not here."""
    found = git.ask("cat-file", "blob", f"{commit}:{path}")
    return None if found.exit_code else found.stdout
