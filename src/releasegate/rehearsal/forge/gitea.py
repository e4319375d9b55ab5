"""What Gitea writes of releases, attachments, tags and CI runs.

Source: the API v1 (``/swagger.v1.json``), and ``modules/structs`` and ``services/convert`` of Gitea. In a run,
``head_branch`` is empty for a tag, which only ``path`` names; in a task it is the tag. Of an attachment there is no
digest, and half of one is never there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from releasegate.rehearsal.forge.store import Asset, StoredRelease, WorkflowRun

_MOMENT = "2026-01-01T00:00:00Z"
_OWNER = {"id": 1, "login": "rehearsal", "full_name": "", "email": "rehearsal@localhost", "is_admin": False}


@dataclass(frozen=True)
class Gitea:
    """Gitea's words."""

    prefix: str = "/api/v1"
    uploads: str = "/api/v1"
    page: str = "limit"
    limited: int = 429
    no_commit: int = 404
    conflict: int = 409
    pages_assets: bool = False
    drafts_by_tag: bool = True

    def release(self, base: str, home: str, release: StoredRelease) -> dict[str, Any]:
        """Return a release."""
        own, tag = f"{base}/releases/{release.number}", quote(release.tag, safe="")
        return {
            "id": release.number,
            "tag_name": release.tag,
            "target_commitish": release.branch,
            "name": release.title,
            "body": release.notes,
            "url": own,
            "html_url": f"{home}/releases/tag/{tag}",
            "tarball_url": f"{home}/archive/{tag}.tar.gz",
            "zipball_url": f"{home}/archive/{tag}.zip",
            "upload_url": f"{own}/assets",
            "draft": release.draft,
            "prerelease": release.prerelease,
            "created_at": _MOMENT,
            "published_at": None if release.draft else _MOMENT,
            "author": _OWNER,
            "assets": [self.asset(base, home, release, asset) for asset in release.assets],
        }

    def asset(self, base: str, home: str, release: StoredRelease, asset: Asset) -> dict[str, Any]:  # noqa: ARG002 - as GitHub
        """Return an attachment."""
        return {
            "id": asset.number,
            "name": asset.name,
            "size": asset.size,
            "download_count": 0,
            "created_at": _MOMENT,
            "uuid": f"00000000-0000-4000-8000-{asset.number:012d}",
            "browser_download_url": f"{home}/releases/download/{quote(release.tag, safe='')}/{quote(asset.name)}",
        }

    def commit(self, base: str, tag: str, commit: str) -> dict[str, Any]:
        """Return a tag with the commit that it names."""
        named = {"sha": commit, "url": f"{base}/git/commits/{commit}", "created": _MOMENT}
        return {"name": tag, "message": tag, "id": commit, "commit": named, "zipball_url": "", "tarball_url": ""}

    def run(self, base: str, home: str, run: WorkflowRun, commit: str) -> dict[str, Any]:
        """Return a CI run."""
        return {
            "id": run.number,
            "url": f"{base}/actions/runs/{run.number}",
            "html_url": f"{home}/actions/runs/{run.number}",
            "display_title": run.tag,
            "path": f"release.yml@refs/tags/{run.tag}",
            "head_branch": "",
            "head_sha": commit,
            "run_number": run.number,
            "run_attempt": 1,
            "event": run.event,
            "status": {"held": "waiting", "waiting": "queued", "running": "in_progress"}.get(run.state, "completed"),
            "conclusion": {"passed": "success", "failed": "failure"}.get(run.state, ""),
            "started_at": run.began,
            "completed_at": run.ended,
        }

    def task(self, home: str, run: WorkflowRun) -> dict[str, Any]:
        """Return the only job of a CI run as a task."""
        return {
            "id": run.number,
            "name": "release",
            "head_branch": run.tag,
            "head_sha": "",
            "run_number": run.number,
            "event": run.event,
            "display_title": run.tag,
            "status": {"held": "blocked", "passed": "success", "failed": "failure"}.get(run.state, run.state),
            "workflow_id": "release.yml",
            "url": f"{home}/actions/runs/{run.number}",
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "run_started_at": _MOMENT,
        }
