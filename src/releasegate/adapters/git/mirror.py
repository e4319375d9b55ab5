"""A remote that only follows another one: how far it has come."""

from __future__ import annotations

from releasegate.adapters.git.command import REMOTE_SECONDS, Git, line_in
from releasegate.adapters.git.tags import has, heads_there, silent
from releasegate.core.errors import Refused
from releasegate.ports import MirrorStanding

_MIRROR = "refs/releasegate/mirror/"


def standing(git: Git, remote: str, *, branch: str, commit: str) -> MirrorStanding:
    """Return how *branch* of *remote* stands to *commit*; see ``GitRepository``."""
    if not has(git, remote):
        raise Refused(
            f"There is no Git remote {remote} here, which tags are pushed to.",
            hint="Add it, with the address of the forge's repository: "
            + line_in(git.root, f"remote add {remote} ADDRESS"),
        )
    tip = heads_there(git, remote).get(branch)
    if tip is None:
        return "absent"
    if git.ask("cat-file", "-e", f"{tip}^{{commit}}").exit_code:
        refs = f"+refs/heads/{branch}:{_MIRROR}{branch}"
        answer = git.ask("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, refs, timeout=REMOTE_SECONDS)
        if answer.exit_code:
            raise silent(git, remote, answer)
    before, after = _leads_to(git, tip, commit), _leads_to(git, commit, tip)
    return "level" if before and after else "behind" if before else "ahead" if after else "apart"


def _leads_to(git: Git, one: str, other: str) -> bool:
    return not git.ask("merge-base", "--is-ancestor", one, other).exit_code
