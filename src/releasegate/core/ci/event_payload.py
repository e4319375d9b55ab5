"""What started a run in CI: GitHub's and Gitea's event, parsed into one type.

Source: the variables and the event payloads of GitHub Actions, which Gitea Actions hands over under the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from releasegate.core.errors import ConfigurationError
from releasegate.core.report.workflow_commands import in_actions

Trigger = Literal["tag", "branch", "release", "dispatch", "other"]

_BRANCHES, _TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True)
class Event:
    """What happened on a forge: a tag or a branch was pushed, a release was touched, a person pressed a button.

    ``ref_name`` is the tag (``tag``, ``release``) or the branch; ``commit`` is the one that is to be checked out.
    ``branch`` is what a release was cut from. ``inputs`` are a dispatch's answers. ``url`` is the run's page,
    ``run`` the forge's number of it.

    A dispatch that names a tag is about it: ``ref_name`` is that tag, ``branch`` what it was dispatched on, and
    ``commit`` is empty.
    """

    trigger: Trigger
    forge: Literal["github", "gitea"]
    repository: str
    ref_name: str
    commit: str
    actor: str = ""
    url: str = ""
    run: str = ""
    action: str = ""
    branch: str = ""
    draft: bool = False
    prerelease: bool = False
    inputs: Mapping[str, str] | None = None

    @property
    def detached(self) -> bool:
        """Whether the runner checks out a commit and no branch."""
        return self.trigger in {"tag", "release"} or bool((self.inputs or {}).get("tag"))

    def __str__(self) -> str:
        """Name the event in a sentence."""
        named = {
            "tag": f"the pushed tag {self.ref_name}",
            "branch": f"a push to {self.ref_name}",
            "release": f"the {self.action or 'touched'} release {self.ref_name}",
            "dispatch": f"a manual dispatch {'for' if self.detached else 'on'} {self.ref_name}",
        }
        return named.get(self.trigger, "an event that releases nothing")


def parse_event(environ: Mapping[str, str], payload: Any) -> Event | None:
    """Return the event that a runner describes by its variables and its payload; ``None`` where no runner is.

    Raises:
        ConfigurationError: the payload is not what a forge writes.
    """
    if not in_actions(environ):
        return None
    if not isinstance(payload, dict):
        raise ConfigurationError("The event's payload is no JSON object.", hint="Run this in the workflow as it is")
    ref, name = environ.get("GITHUB_REF", ""), environ.get("GITHUB_EVENT_NAME", "")
    trigger: Trigger = "other"
    if name == "push":
        trigger = "tag" if ref.startswith(_TAGS) else "branch" if ref.startswith(_BRANCHES) else "other"
    elif name == "release":
        trigger = "release"
    elif name == "workflow_dispatch":
        trigger = "dispatch" if ref.startswith(_BRANCHES) else "other"
    server, repository = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    run = environ.get("GITHUB_RUN_ID", "")
    release = _object(payload, "release") if trigger == "release" else {}
    inputs = {str(k): str(v or "") for k, v in _object(payload, "inputs").items()} if trigger == "dispatch" else None
    tag = (inputs or {}).get("tag", "")
    branch = ref.removeprefix(_BRANCHES) if tag else _text(release, "target_commitish").removeprefix(_BRANCHES)
    return Event(
        trigger=trigger,
        forge="gitea" if "true" in (environ.get("GITEA_ACTIONS"), environ.get("FORGEJO_ACTIONS")) else "github",
        repository=repository,
        ref_name=tag or _text(release, "tag_name") or ref.removeprefix(_TAGS).removeprefix(_BRANCHES),
        commit="" if tag else environ.get("GITHUB_SHA", ""),
        actor=environ.get("GITHUB_ACTOR", ""),
        run=run,
        url=f"{server}/{repository}/actions/runs/{run}" if run else "",
        action=_text(payload, "action") if trigger == "release" else "",
        branch=branch,
        draft=release.get("draft") is True,
        prerelease=release.get("prerelease") is True,
        inputs=inputs,
    )


def _object(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = body.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigurationError(f"The event's {key} is no JSON object.", hint="Run this in the workflow as it is")
    return found


def _text(body: Mapping[str, Any], key: str) -> str:
    found = body.get(key)
    return found if isinstance(found, str) else ""
