"""The cell of the pair: NetBox with the plugin, the backend that it calls, and the Proxmox mock behind both."""

from dataclasses import dataclass

from cell import Cell

PVE = "pve"
WHOLE = "whole"
SMALL = "small"
ORDINARY = "ordinary"


@dataclass(frozen=True)
class PairCell(Cell):
    """One pair that is up: its addresses, and the versions that it must prove."""

    backend_url: str
    backend_version: str
    mock_url: str
    proxmox_service: str
    world: str
    world_seed: str
    pair_user: str
    depth: str

    @property
    def syncs(self) -> bool:
        """Whether the pair can synchronise from this Proxmox service: only PVE has guests and nodes."""
        return self.proxmox_service == PVE
