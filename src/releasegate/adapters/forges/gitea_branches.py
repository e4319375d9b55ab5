"""What a branch takes, as a Gitea or a Forgejo tells it: whether the one who asks may push there.

Source: ``/repos/{owner}/{repo}/branches/{branch}`` of the API v1, and ``services/convert`` of Gitea: ``user_can_push``
holds the branch's protection against the token's owner. Who asks without a token is nobody that could push.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from releasegate.adapters.forges.gitea_records import optional, required
from releasegate.adapters.forges.outcomes import NotShown
from releasegate.ports import BranchTakes

if TYPE_CHECKING:
    from releasegate.adapters.forges.gitea_client import GiteaClient


def branch_takes(client: GiteaClient, branch: str, *, as_somebody: bool) -> BranchTakes | None:
    """Return what *branch* takes; ``None`` where the Gitea does not show it, or does not say whose push it takes.

    Raises:
        Unavailable: the Gitea does not answer, or not as it should.
    """
    try:
        return client.ask("GET", f"branches/{quote(branch)}", partial(_read, as_somebody=as_somebody))
    except NotShown:
        return None


def _read(answer: Any, *, as_somebody: bool) -> BranchTakes | None:
    protected, may_push = required(answer, "protected", bool), optional(answer, "user_can_push", bool)
    if not as_somebody:
        return None if protected else "pushes"
    if may_push is not False:
        return "pushes" if may_push or not protected else None
    # Who may not push to an open branch may not write at all: that is the token's matter, not the branch's.
    return "pull requests" if protected else None
