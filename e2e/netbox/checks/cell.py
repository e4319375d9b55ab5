"""The cell of NetBox and its plugins: what the orchestrator hands over besides what every stack is told."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import PLUGIN, BrokenContract
from stack_cell import CANDIDATE, FRESH, RELEASED, UPGRADE, StackCell

__all__ = ["CANDIDATE", "FRESH", "RELEASED", "UPGRADE", "Cell", "plugin_facts"]


@dataclass(frozen=True)
class Cell(StackCell):
    """One NetBox that is up: its address, the versions that it must prove, and where the report goes."""

    netbox_url: str
    netbox_token: str
    netbox_user: str
    netbox_password: str
    netbox_version: str
    plugin_name: str
    plugin_version: str

    @property
    def plugins(self) -> dict[str, str]:
        """The versions of the plugins under test, by their packages' names."""
        return dict(zip(self.plugin_name.split(","), self.plugin_version.split(","), strict=True))


def plugin_facts(file: Path) -> dict[str, Any]:
    """Return what NetBox's Django told of the plugins.

    Raises:
        BrokenContract: it could not load every part of it; the sentence holds its words.
    """
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if "base" not in found:
        said = found.get("error", "NetBox told nothing of it")
        raise BrokenContract(f"not all of the plugin can be loaded: {said}", side=PLUGIN)
    return found
