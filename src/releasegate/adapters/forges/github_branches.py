"""What a branch takes, as GitHub tells it: by the rules that are active on it, and by its branch protection.

Sources: GitHub's REST API for rules (``rules/branches``, ``rulesets``) and for branches and their protection. Rules are
shown to everybody who sees the repository, and of each ruleset whether the one who asks may bypass it. A protection is
shown to administrators alone; to all others, that there is one, and the checks that it wants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from releasegate.ports import BranchTakes

if TYPE_CHECKING:
    from github.Repository import Repository

_BY_PULL_REQUEST = frozenset({"pull_request", "merge_queue", "required_status_checks"})
"""The rules that no push of a new commit fits: checks run on what is pushed elsewhere first."""
_BYPASSED = frozenset({"always", "exempt"})
_NOT_SHOWN = frozenset({403, 404})


def branch_takes(repository: Repository, branch: str) -> BranchTakes | None:
    """Return what *branch* takes from the one who asks; ``None`` where GitHub does not tell.

    Raises:
        GithubException: GitHub does not answer, or not as it should.
    """
    name = quote(branch)
    rules = _objects(_shown(repository, f"rules/branches/{name}?per_page=100"))
    rulesets = {rule.get("ruleset_id") for rule in rules if rule.get("type") in _BY_PULL_REQUEST}
    if any(not _bypassed(repository, ruleset) for ruleset in rulesets):
        return "pull requests"
    shown = _object(_shown(repository, f"branches/{name}"))
    if shown.get("protected") is False:
        return "pushes"
    protection = _object(_shown(repository, f"branches/{name}/protection")) if shown else {}
    if protection:
        return _of_protection(protection)
    checks = _object(_object(shown.get("protection")).get("required_status_checks"))
    return "pull requests" if checks.get("enforcement_level") == "everyone" and checks.get("contexts") else None


def _of_protection(protection: dict[str, Any]) -> BranchTakes | None:
    """Return what a branch takes from an administrator: nobody else is shown its protection."""
    reviews = _object(protection.get("required_pull_request_reviews"))
    wanted = "required_pull_request_reviews" in protection or "required_status_checks" in protection
    enforced = _object(protection.get("enforce_admins")).get("enabled")
    if enforced is False or (enforced and not wanted):
        return "pushes"
    if not enforced or any(_object(reviews.get("bypass_pull_request_allowances")).values()):
        return None
    return "pull requests"


def _bypassed(repository: Repository, ruleset: Any) -> bool:
    """Whether the one who asks may push past a ruleset; where GitHub does not say, nobody may."""
    shown = _object(_shown(repository, f"rulesets/{ruleset}")) if isinstance(ruleset, int) else {}
    return shown.get("current_user_can_bypass") in _BYPASSED


def _shown(repository: Repository, path: str) -> Any:
    """Return the JSON at *path*, below the repository's own; ``None`` where GitHub does not show it."""
    from github import GithubException  # noqa: PLC0415 - with PyGithub, which is late as well

    try:
        return repository.requester.requestJsonAndCheck("GET", f"{repository.url}/{path}")[1]
    except GithubException as error:
        if error.status in _NOT_SHOWN:
            return None
        raise


def _object(answer: Any) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else {}


def _objects(answer: Any) -> list[dict[str, Any]]:
    return [each for each in answer if isinstance(each, dict)] if isinstance(answer, list) else []
