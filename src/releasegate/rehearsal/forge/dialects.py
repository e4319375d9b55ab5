"""The two dialects in which an embedded forge answers: what GitHub and what Gitea write of the same things.

Sources: GitHub's REST API (releases, release assets, commits, workflow runs); Gitea's API v1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from releasegate.rehearsal.forge.state import Asset, Release, State

_MOMENT = "2026-01-01T00:00:00Z"


class Dialect(Protocol):
    """How one kind of forge writes; *base* is the address of the repository in its API."""

    @property
    def prefix(self) -> str:
        """What stands before every path of the API."""
        ...

    @property
    def uploads(self) -> str:
        """What stands there where a file is sent."""
        ...

    @property
    def conflict(self) -> int:
        """The status for a release that is there already."""
        ...

    @property
    def page(self) -> str:
        """The parameter for the length of a page."""
        ...

    @property
    def limited(self) -> int:
        """The status for too many requests."""
        ...

    @property
    def pages_assets(self) -> bool:
        """Whether assets come page by page."""
        ...

    def release(self, base: str, release: Release) -> dict[str, Any]:
        """Return a release."""
        ...

    def asset(self, base: str, release: Release, asset: Asset) -> dict[str, Any]:
        """Return an asset."""
        ...

    def commit(self, tag: str, commit: str) -> dict[str, Any]:
        """Return what a tag names."""
        ...

    def run(self, base: str, tag: str, state: State) -> dict[str, Any]:
        """Return a CI run."""
        ...


@dataclass(frozen=True)
class GitHub:
    """GitHub's words."""

    prefix: str = "/api/v3"
    uploads: str = "/api/uploads"
    conflict: int = 422
    page: str = "per_page"
    limited: int = 403
    pages_assets: bool = True

    def release(self, base: str, release: Release) -> dict[str, Any]:
        """Return a release."""
        host = base.partition(self.prefix)[0]
        uploads = base.replace(self.prefix, self.uploads, 1)
        own = f"{base}/releases/{release.number}"
        return {
            "id": release.number,
            "url": own,
            "html_url": f"{host}/releases/tag/{release.tag}",
            "assets_url": f"{own}/assets",
            "upload_url": f"{uploads}/releases/{release.number}/assets{{?name,label}}",
            "tag_name": release.tag,
            "target_commitish": release.branch,
            "name": release.tag,
            "body": "",
            "draft": release.draft,
            "prerelease": release.prerelease,
            "created_at": _MOMENT,
            "published_at": None if release.draft else _MOMENT,
            "assets": [self.asset(base, release, asset) for asset in release.assets],
        }

    def asset(self, base: str, release: Release, asset: Asset) -> dict[str, Any]:
        """Return an asset."""
        host = base.partition(self.prefix)[0]
        return {
            "id": asset.number,
            "url": f"{base}/releases/assets/{asset.number}",
            "browser_download_url": f"{host}/releases/download/{release.tag}/{asset.name}",
            "name": asset.name,
            "label": "",
            "state": "uploaded" if asset.whole else "starter",
            "content_type": "application/octet-stream",
            "size": asset.size,
            "digest": f"sha256:{asset.sha256}" if asset.whole else None,
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
        }

    def commit(self, tag: str, commit: str) -> dict[str, Any]:  # noqa: ARG002 - Gitea's answer names it
        """Return what a tag names."""
        return {"sha": commit}

    def run(self, base: str, tag: str, state: State) -> dict[str, Any]:
        """Return a CI run."""
        status = {"waiting": "queued", "running": "in_progress"}.get(state, "completed")
        conclusion = {"passed": "success", "failed": "failure"}.get(state)
        return {
            "id": 1,
            "head_branch": tag,
            "event": "push",
            "status": status,
            "conclusion": conclusion,
            "html_url": f"{base.partition(self.prefix)[0]}/actions/runs/1",
        }


@dataclass(frozen=True)
class Gitea:
    """Gitea's words."""

    prefix: str = "/api/v1"
    uploads: str = "/api/v1"
    conflict: int = 409
    page: str = "limit"
    limited: int = 429
    pages_assets: bool = False

    def release(self, base: str, release: Release) -> dict[str, Any]:
        """Return a release."""
        return {
            "id": release.number,
            "tag_name": release.tag,
            "target_commitish": release.branch,
            "name": release.tag,
            "body": "",
            "draft": release.draft,
            "prerelease": release.prerelease,
            "assets": [self.asset(base, release, asset) for asset in release.assets],
        }

    def asset(self, base: str, release: Release, asset: Asset) -> dict[str, Any]:
        """Return an asset."""
        host = base.partition(self.prefix)[0]
        return {
            "id": asset.number,
            "name": asset.name,
            "size": asset.size,
            "browser_download_url": f"{host}/releases/download/{release.tag}/{asset.name}",
        }

    def commit(self, tag: str, commit: str) -> dict[str, Any]:
        """Return what a tag names."""
        return {"name": tag, "commit": {"sha": commit}}

    def run(self, base: str, tag: str, state: State) -> dict[str, Any]:
        """Return a CI run."""
        status = {"waiting": "queued", "running": "in_progress"}.get(state, "completed")
        conclusion = {"passed": "success", "failed": "failure"}.get(state)
        return {
            "id": 1,
            "head_branch": tag,
            "event": "push",
            "status": status,
            "conclusion": conclusion,
            "html_url": f"{base.partition(self.prefix)[0]}/actions/runs/1",
        }


DIALECTS: dict[str, Dialect] = {"github": GitHub(), "gitea": Gitea()}
