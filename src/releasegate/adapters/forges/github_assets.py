"""What is attached to a release on GitHub: whether an asset is whole, and of which bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from releasegate.adapters.forges.outcomes import text

if TYPE_CHECKING:
    from github.GitRelease import GitRelease
    from github.GitReleaseAsset import GitReleaseAsset


def whole(release: GitRelease) -> list[GitReleaseAsset]:
    """Return the assets that are whole; an upload that was cut is left in the state ``starter``."""
    return [asset for asset in release.get_assets() if asset.state == "uploaded"]


def holds(asset: GitReleaseAsset, content: bytes) -> bool:
    """Whether an asset is whole and of these bytes."""
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    found = (asset.state, asset.size, text(asset.raw_data.get("digest")))
    return found == ("uploaded", len(content), digest)
