"""The actions that the workflows use, each by its commit: what else runs on a runner is the laptop's own lines.

For a newer one: ``git ls-remote`` its tag in its repository. Gitea's are older where the newer ones refuse it.
"""

from __future__ import annotations

from collections.abc import Mapping

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
UPLOAD: Mapping[str, str] = {
    "github": "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "gitea": "actions/upload-artifact@c24449f33cd45d4826c6702db7e49f7cdb9b551d # v3.2.1-node20",
}
DOWNLOAD: Mapping[str, str] = {
    "github": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "gitea": "actions/download-artifact@ad191675b41f6a5b46da9a048cb6893812da158b # v3.1.0-node20",
}
RESTORE: Mapping[str, str] = {
    "github": "actions/cache/restore@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "gitea": "actions/cache/restore@0057852bfaa89a56745cba8c7296529d2fc39830 # v4.3.0",
}
SAVE: Mapping[str, str] = {
    "github": "actions/cache/save@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "gitea": "actions/cache/save@0057852bfaa89a56745cba8c7296529d2fc39830 # v4.3.0",
}
