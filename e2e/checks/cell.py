"""The cell under test: what the orchestrator hands over, parsed once into a frozen value."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import PLUGIN, BrokenContract
from traffic import Allowed

PREFIX = "RELEASEGATE_"
RELEASED = "released"
CANDIDATE = "candidate"
UPGRADE = "upgrade"
FRESH = "fresh"
PVE = "pve"


class MissingCellError(ValueError):
    """A variable of the contract between orchestrator and suite is not there."""

    def __init__(self, names: list[str]) -> None:
        listed = ", ".join(names)
        super().__init__(f"the checks need {listed} in the environment: run them through `nox -s e2e`")


@dataclass(frozen=True)
class Cell:
    """One stack that is up: its addresses, the versions it must prove, and where the report goes."""

    netbox_url: str
    netbox_token: str
    netbox_user: str
    netbox_password: str
    netbox_version: str
    backend_url: str
    backend_name: str
    backend_version: str
    mock_url: str
    plugin_name: str
    plugin_version: str
    plugin_module: str
    proxmox_service: str
    path: str
    phase: str
    stack_project: str
    stack_file: str
    facts: Path
    report: Path
    allowed: tuple[Allowed, ...]

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Cell":
        """Read the cell, or say every name that is missing at once."""
        values = {name: environment.get(PREFIX + name.upper(), "").strip() for name in cls.__dataclass_fields__}
        missing = [PREFIX + name.upper() for name, value in values.items() if not value]
        if missing:
            raise MissingCellError(missing)
        urls = {name: value.rstrip("/") for name, value in values.items() if name.endswith("_url")}
        paths = {name: Path(values[name]) for name in ("facts", "report")}
        allowed = tuple(Allowed(**each) for each in json.loads(values["allowed"]))
        typed: dict[str, Any] = values | urls | paths | {"allowed": allowed}
        return cls(**typed)

    @property
    def syncs(self) -> bool:
        """Whether the pair can synchronise from this Proxmox service: only PVE has guests and nodes."""
        return self.proxmox_service == PVE

    def undeclared(self, refused: dict[str, str]) -> dict[str, str]:
        """Return what refused, by its path, without what is declared to be meant so."""
        return {
            path: said
            for path, said in refused.items()
            if not any(a.fits(f"{path} {said}".rstrip()) for a in self.allowed)
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no report may show."""
        return (self.netbox_token, self.netbox_password)


def plugin_facts(file: Path) -> dict[str, Any]:
    """Return what NetBox's Django told of the plugin.

    Raises:
        BrokenContract: it could not load every part of it; the sentence holds its words.
    """
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if "base" not in found:
        said = found.get("error", "NetBox told nothing of it")
        raise BrokenContract(f"not all of the plugin can be loaded: {said}", side=PLUGIN)
    return found
