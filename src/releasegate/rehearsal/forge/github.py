"""What GitHub writes of releases, assets, commits and workflow runs.

Source: the response schemas of GitHub's REST API (docs.github.com/en/rest: releases, release assets, commits, workflow
runs). A release does not list an asset whose upload broke (state ``starter``); the list of its assets does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from releasegate.rehearsal.forge.store import Asset, StoredRelease, WorkflowRun

_MOMENT = "2026-01-01T00:00:00Z"
_OWNER = {"login": "rehearsal", "id": 1, "node_id": "U_1", "type": "User", "site_admin": False}


@dataclass(frozen=True)
class GitHub:
    """GitHub's words, at the paths of an Enterprise Server; *immutable* is the repository's setting."""

    immutable: bool = True
    prefix: str = "/api/v3"
    uploads: str = "/api/uploads"
    page: str = "per_page"
    limited: int = 403
    no_commit: int = 422
    conflict: int = 422
    pages_assets: bool = True
    drafts_by_tag: bool = False

    def release(self, base: str, home: str, release: StoredRelease) -> dict[str, Any]:
        """Return a release."""
        own, tag = f"{base}/releases/{release.number}", quote(release.tag, safe="")
        uploads = base.replace(self.prefix, self.uploads, 1)
        whole = [asset for asset in release.assets if asset.whole]
        return {
            "id": release.number,
            "node_id": f"RE_{release.number}",
            "url": own,
            "html_url": f"{home}/releases/tag/{tag}",
            "assets_url": f"{own}/assets",
            "upload_url": f"{uploads}/releases/{release.number}/assets{{?name,label}}",
            "tarball_url": None if release.draft else f"{base}/tarball/{tag}",
            "zipball_url": None if release.draft else f"{base}/zipball/{tag}",
            "tag_name": release.tag,
            "target_commitish": release.branch,
            "name": release.title,
            "body": release.notes,
            "draft": release.draft,
            "prerelease": release.prerelease,
            "immutable": self.immutable and not release.draft,
            "author": _OWNER,
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "published_at": None if release.draft else _MOMENT,
            "assets": [self.asset(base, home, release, asset) for asset in whole],
        }

    def asset(self, base: str, home: str, release: StoredRelease, asset: Asset) -> dict[str, Any]:
        """Return an asset."""
        return {
            "id": asset.number,
            "node_id": f"RA_{asset.number}",
            "url": f"{base}/releases/assets/{asset.number}",
            "browser_download_url": f"{home}/releases/download/{quote(release.tag, safe='')}/{quote(asset.name)}",
            "name": asset.name,
            "label": "",
            "state": "uploaded" if asset.whole else "starter",
            "content_type": "application/octet-stream",
            "size": asset.size,
            "digest": f"sha256:{asset.sha256}" if asset.whole else None,
            "download_count": 0,
            "uploader": _OWNER,
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
        }

    def commit(self, base: str, tag: str, commit: str) -> dict[str, Any]:
        """Return the commit that a tag names."""
        url = f"{base}/commits/{commit}"
        return {"sha": commit, "node_id": f"C_{commit}", "url": url, "commit": {"message": tag}, "parents": []}

    def run(self, base: str, home: str, run: WorkflowRun, commit: str) -> dict[str, Any]:
        """Return a workflow run."""
        return {
            "id": run.number,
            "node_id": f"WFR_{run.number}",
            "name": "release",
            "url": f"{base}/actions/runs/{run.number}",
            "html_url": f"{home}/actions/runs/{run.number}",
            "head_branch": run.tag,
            "head_sha": commit,
            "path": ".github/workflows/release.yml",
            "display_title": run.tag,
            "run_number": run.number,
            "run_attempt": 1,
            "event": run.event,
            "status": {"held": "waiting", "waiting": "queued", "running": "in_progress"}.get(run.state, "completed"),
            "conclusion": {"passed": "success", "failed": "failure"}.get(run.state),
            "created_at": run.began,
            "updated_at": run.ended,
        }
