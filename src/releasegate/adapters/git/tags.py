"""The tags of a repository and of its remote, each with the commit that it leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from releasegate.adapters.git.command import REMOTE_SECONDS, Git, GitOutput, line_in
from releasegate.core.errors import Refused, Unavailable

HEADS = "refs/heads/"
_PREFIX = "refs/tags/"
_PEELED = "^{}"
_BROUGHT = "refs/releasegate/tags/"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def here(git: Git) -> Mapping[str, str]:
    """Return the tags of this repository: name -> commit."""
    if git.asked is not None:
        lines = refs_here(git).splitlines()
        return _parsed("\n".join(line for line in lines if f" {_PREFIX}" in line))
    # With no tag at all, show-ref prints nothing and fails.
    return _parsed(git.ask("show-ref", "--tags", "--dereference").text)


def refs_here(git: Git) -> str:
    """Return a line on every ref of this repository, as a command that only looks found it when it began."""
    return git.recall("show-ref", "--dereference").text


def at_head(git: Git) -> tuple[str, ...]:
    """Return the tags of this repository whose commit is checked out; none before the first commit."""
    # Git would walk the whole history to tell which tags HEAD contains.
    first, _, rest = git.ask("show-ref", "--head", "--tags", "--dereference").text.partition("\n")
    head, _, ref = first.partition(" ")
    return tuple(name for name, commit in _parsed(rest).items() if ref == "HEAD" and commit == head)


def everywhere(git: Git, *, remotes: Iterable[str]) -> Mapping[str, str]:
    """Return the tags of this repository and of *remotes*, where it has those of that name.

    Raises:
        Refused: a tag names one commit here and another there.
        Unavailable: a remote does not answer.
    """
    known, where = here(git), dict[str, str]()
    for remote in remotes:
        theirs = there(git, remote)
        for name in sorted(known.keys() & theirs.keys()):
            if known[name] != theirs[name]:
                fetch = line_in(git.root, f"fetch {remote} --tags --force")
                raise Refused(
                    f"The tag {name} names {known[name]} {where.get(name, 'here')} and {theirs[name]} on {remote}.",
                    hint=f"Find out which is right; to take the remote's: {fetch}",
                )
        where |= dict.fromkeys(theirs.keys() - known.keys(), f"on {remote}")
        known = {**theirs, **known}
    return known


def there(git: Git, remote: str) -> Mapping[str, str]:
    """Return the tags of *remote*: name -> commit; none where there is no such remote.

    Raises:
        Unavailable: the remote does not answer.
    """
    return _parsed("\n".join(line for line in _listed(git, remote) if f"\t{_PREFIX}" in line))


def heads_there(git: Git, remote: str) -> Mapping[str, str]:
    """Return the tip of every branch of *remote*, by the branch's name; none where there is no such remote.

    Raises:
        Unavailable: the remote does not answer.
    """
    pairs = (line.split("\t", 1) for line in _listed(git, remote))
    return {ref.removeprefix(HEADS): commit for commit, ref in pairs if ref.startswith(HEADS)}


def is_there(git: Git, remote: str) -> bool:
    """Whether there is such a remote: one that answers is one, of one that is silent Git knows it."""
    return may_be_asked(git, remote) and (not _asked(git, remote).exit_code or has(git, remote))


def _asked(git: Git, remote: str) -> GitOutput:
    return git.recall("ls-remote", "--heads", "--tags", remote, timeout=REMOTE_SECONDS)


def _listed(git: Git, remote: str) -> Sequence[str]:
    """Return the lines on the branches and the tags of *remote*, both by one question."""
    if not may_be_asked(git, remote):
        return ()
    answer = _asked(git, remote)
    if answer.exit_code and not has(git, remote):
        return ()
    if answer.exit_code:
        raise silent(git, remote, answer)
    return answer.text.splitlines()


def bring(git: Git, *, remote: str, name: str) -> None:
    """Have the commit that the remote's tag names here, too; the tags here stay as they are.

    Raises:
        Unavailable: the remote does not answer.
    """
    words = ("--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-filter", remote)
    answer = git.ask("fetch", *words, f"+{_PREFIX}{name}:{_BROUGHT}{name}", timeout=REMOTE_SECONDS)
    if answer.exit_code:
        raise silent(git, remote, answer)


def may_be_asked(git: Git, remote: str) -> bool:
    """Whether Git may be asked for what is on *remote*: where it fails, there may still be no remote of that name.

    An address, a path or a word is something to Git without there being one, and is looked for first.
    """
    means_more = not _NAME.fullmatch(remote) or (git.root / remote).exists()
    return not means_more or has(git, remote)


def has(git: Git, remote: str) -> bool:
    """Whether there is a remote of that name."""
    return remote in git.recount("remote").text.splitlines()


def silent(git: Git, remote: str, answer: GitOutput, *, so: str = "does not answer") -> Unavailable:
    """Return the error for a remote that does not answer, *so* that nothing came of what was asked."""
    return Unavailable(
        f"The Git remote {remote} {so}.",
        hint=f"Run the same command again when this works: {line_in(git.root, f'ls-remote --tags {remote}')}",
        details=answer.words,
    )


def _parsed(listing: str) -> Mapping[str, str]:
    """Parse ``<hash> refs/tags/<name>`` lines; an annotated tag has a second one, ``^{}``, with its commit."""
    pairs = (line.split(maxsplit=1) for line in listing.splitlines())
    refs = {ref.removeprefix(_PREFIX): commit for commit, ref in pairs}
    names = (name for name in refs if not name.endswith(_PEELED))
    return {name: refs.get(name + _PEELED, refs[name]) for name in names}
