"""The sync: the backend's berths become the host's records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from harbor_host.plugins import Settings
from harbor_host.records import Outcome, Records

from harbor_plugin import HarborConfig
from harbor_plugin.client import BackendClient


def sync_berths(records: Records, settings: Settings) -> Mapping[Outcome, int]:
    """Store every berth of the backend and count what that did; raises ``PluginError``."""
    client = BackendClient(settings["backend_url"], plugin_version=HarborConfig.version)
    client.sync()
    counts: dict[Outcome, int] = {"created": 0, "updated": 0, "unchanged": 0}
    # Everything is read before anything is stored: a broken answer leaves the records as they were.
    for berth in client.berths():
        counts[records.store("berths", asdict(berth))] += 1
    return counts
