"""A branch and its tag are pushed together; what a remote refuses is taken back here, so that nothing is half done."""

from __future__ import annotations

from releasegate.adapters.git.ancestry import on_branch
from releasegate.adapters.git.command import REMOTE_SECONDS, Git, GitOutput
from releasegate.adapters.git.tags import silent
from releasegate.ports import PushAnswer

_FATAL = 128
_STALE = ("fetch first", "non-fast-forward", "stale info")


def push(git: Git, remote: str, *, branch: str | None, tag: str | None) -> PushAnswer:
    """Push *branch* and *tag* to *remote*, both or neither; see ``GitRepository``."""
    head = f"refs/heads/{branch}"
    refs = [head] * (branch is not None) + [f"refs/tags/{tag}"] * (tag is not None)
    words = ("push", "--porcelain", "--atomic", "--no-follow-tags", remote, *(f"{ref}:{ref}" for ref in refs))
    answer = git.ask(*words, timeout=REMOTE_SECONDS)
    if not answer.exit_code:
        return PushAnswer()
    # In the porcelain format a line that starts with "!" is a ref that was not taken.
    rejected = tuple(line for line in answer.text.splitlines() if line.startswith("!"))
    if not rejected and answer.exit_code == _FATAL:
        raise silent(git, remote, answer, so="could not be pushed to")
    if by_hook(answer):
        return PushAnswer("hook", hook_words(answer))
    about = next((line for line in rejected if line.split("\t")[1].endswith(f":{head}")), "")
    words = (*rejected, *answer.words)
    if "[rejected]" in about and any(reason in about for reason in _STALE):
        return PushAnswer("behind", words)
    # Where the remote objects to the tag alone, the branch is up to date, or only fails with it.
    return PushAnswer("branch" if "[remote rejected]" in about and "atomic" not in about else "tag", words)


def by_hook(answer: GitOutput) -> bool:
    """Whether a push failed by the hook ``pre-push`` here: no ref is told of, as the remote was asked for none."""
    told = (*answer.text.splitlines(), *answer.words)
    return answer.exit_code == 1 and not any(line.lstrip().startswith("!") for line in told)


def hook_words(answer: GitOutput) -> tuple[str, ...]:
    """Return what a hook said that refused a push: it may speak where Git gives answers, too."""
    return (*filter(str.strip, answer.text.splitlines()), *answer.words)


def withdraw(git: Git, remote: str, *, branch: str, tag: str, message: str, keep: str | None) -> None:  # noqa: PLR0913 - each is one thing that a push was about
    """Take back the tag and the commit of *message*, which *keep* has afterwards; see ``GitRepository``."""
    if not git.ask("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}").exit_code:
        git.tell("tag", "--delete", "--", tag)
    if keep is not None and not _same(git, keep):
        git.tell("branch", "--force", "--no-track", "--", keep, "HEAD")
    ours = git.branch() == branch and git.tell("log", "-1", "--format=%s").text == message
    if ours and not on_branch(git, "HEAD", remote=remote, accepted=lambda name: name == branch):
        # What is not committed stays as it is.
        git.tell("reset", "--quiet", "--keep", "HEAD~1")


def _same(git: Git, branch: str) -> bool:
    """Whether *branch* makes the same files of the same commit as HEAD does: it may be in a pull request already."""
    words = ("log", "-1", "--no-show-signature", "--format=%T %P")
    return git.ask(*words, f"refs/heads/{branch}", "--").text == git.tell(*words, "HEAD", "--").text
