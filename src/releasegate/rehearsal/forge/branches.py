"""What the embedded forge tells of a branch: its protection, and the rules that are active on it.

Sources: the response schemas of GitHub's REST API (branches, branch protection, rules), and ``services/convert`` of
Gitea. At GitHub a protection is shown to administrators alone, and rules to all, each with what the one who asks may
do; a Gitea says whether the token's owner may push.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.wrappers import Response

from releasegate.rehearsal.forge.dialects import Dialect
from releasegate.rehearsal.forge.gitea import Gitea
from releasegate.rehearsal.forge.state import ForgeRefusal
from releasegate.rehearsal.forge.views import ForgeRequest, json_response

_RULESET = 42


@dataclass(frozen=True)
class Protection:
    """A branch takes pull requests alone, by *way* of a rule or of a branch protection; a Gitea has the latter.

    With ``bypassed`` the token's owner may push all the same; with ``checks`` it is checks that no push has passed. A
    GitHub shows its protection where the owner is an ``administrator``.
    """

    way: Literal["rules", "protection"] = "rules"
    bypassed: bool = False
    checks: bool = False
    administrator: bool = True

    @property
    def rule(self) -> str:
        """The type of the rule by which GitHub calls it."""
        return "required_status_checks" if self.checks else "pull_request"


@dataclass(frozen=True)
class BranchViews:
    """The answers about the branches of the repository *name*; one without a protection is open."""

    name: str
    dialect: Dialect
    protections: Mapping[str, Protection]

    def rules(self) -> dict[tuple[str, str], Callable[..., Response]]:
        """Return the answer for every method and path."""
        repos = f"{self.dialect.prefix}/repos/{self.name}"
        if isinstance(self.dialect, Gitea):
            return {("GET", f"{repos}/branches/<path:branch>"): self._of_gitea}
        return {
            ("GET", f"{repos}/branches/<path:branch>"): self._of_github,
            ("GET", f"{repos}/branches/<path:branch>/protection"): self._protection,
            ("GET", f"{repos}/rules/branches/<path:branch>"): self._rules,
            ("GET", f"{repos}/rulesets/<int:number>"): self._ruleset,
        }

    def _of_gitea(self, request: ForgeRequest, branch: str) -> Response:
        known = self.protections.get(branch)
        may_push = known is None or known.bypassed
        return json_response(
            {
                "name": branch,
                "protected": known is not None,
                "required_approvals": 0 if known is None else 1,
                "enable_status_check": known is not None and known.checks,
                "status_check_contexts": [],
                # Whoever is nobody is not held against a protection.
                "user_can_push": may_push and (request.known or known is None),
                "user_can_merge": request.known,
                "effective_branch_protection_name": "",
            }
        )

    def _of_github(self, _: ForgeRequest, branch: str) -> Response:
        known = self.protections.get(branch)
        own = known is not None and known.way == "protection"
        contexts = ["tests"] if known is not None and own and known.checks else []
        level = "off" if not contexts else "non_admins" if known is not None and known.bypassed else "everyone"
        checks = {"enforcement_level": level, "contexts": contexts, "checks": []}
        told = {"enabled": own, "required_status_checks": checks}
        return json_response({"name": branch, "protected": known is not None, "protection": told})

    def _protection(self, request: ForgeRequest, branch: str) -> Response:
        known = self.protections.get(branch)
        if not request.known or (known is not None and not known.administrator):
            raise ForgeRefusal(403, "Resource not accessible by integration")
        if known is None or known.way != "protection":
            raise ForgeRefusal(404, "Branch not protected")
        wanted: dict[str, Any] = {"required_pull_request_reviews": {"required_approving_review_count": 1}}
        if known.checks:
            wanted = {"required_status_checks": {"strict": False, "contexts": ["tests"]}}
        return json_response({"enforce_admins": {"enabled": not known.bypassed}, **wanted})

    def _rules(self, _: ForgeRequest, branch: str) -> Response:
        known = self.protections.get(branch)
        of = {"ruleset_source_type": "Repository", "ruleset_source": self.name, "ruleset_id": _RULESET}
        types = ["deletion", known.rule] if known is not None and known.way == "rules" else []
        return json_response([{"type": each, **of} for each in types])

    def _ruleset(self, request: ForgeRequest, number: int) -> Response:
        known = [each for each in self.protections.values() if each.way == "rules"]
        if number != _RULESET or not known:
            raise ForgeRefusal(404, "Not Found")
        allowed = "always" if request.known and known[0].bypassed else "never"
        return json_response({"id": number, "enforcement": "active", "current_user_can_bypass": allowed})
