"""The backend's own stream of a full synchronisation: it ends, says that all is well, and counts what is there."""

import json
from typing import Any

import pytest
from cell import CANDIDATE, FRESH
from contracts import BACKEND
from words import words

from backend import Backend
from pair_cell import PVE, SMALL
from proxmox_side import Proxmox

# Slow, so judged in the cells that begin with nothing, and hold little.
pytestmark = [
    pytest.mark.phases(CANDIDATE), pytest.mark.services(PVE), pytest.mark.paths(FRESH), pytest.mark.worlds(SMALL),
]  # fmt: skip
COUNTED = (
    "devices_count", "storage_count", "virtual_machines_count", "virtual_disks_count", "task_history_count",
    "backups_count", "snapshots_count", "node_interfaces_count", "vm_interfaces_count", "vm_ip_addresses_count",
    "replications_count", "backup_routines_count",
)  # fmt: skip


@pytest.mark.contract("pair.stream", BACKEND, needs=("pair.sync",))
def test_the_stream_of_a_full_synchronisation_ends_with_its_counts(backend: Backend, proxmox: Proxmox) -> None:
    """Its last word is that it is done, with a number for each kind; what is there is counted."""
    told: dict[str, Any] = {}
    with backend.request("GET", "/full-update/stream", stream=True) as answer:
        assert answer.ok, f"the stream answered {answer.status_code}{words(answer)}"
        for line in answer.iter_lines(decode_unicode=True):
            said = _said(line)
            told = said if "ok" in said else told
    assert told, "the stream ended without a last word"
    assert told["ok"] is True, f"the stream ended with {told.get('error') or told.get('detail') or told}"
    counts = told.get("result") or {}
    lost = [name for name in COUNTED if not isinstance(counts.get(name), int)]
    assert not lost, f"the stream's last word has no number for {', '.join(lost)}"
    world = proxmox.world()
    held = {"devices_count": len(world.nodes), "virtual_machines_count": len(world.guests), "task_history_count": 1}
    short = [f"{name} is {counts[name]}, not {least}" for name, least in held.items() if counts[name] < least]
    assert not short, f"the stream counts too little: {'; '.join(short)}"


def _said(line: str) -> dict[str, Any]:
    """Return what one line of the stream says; nothing where it is no data."""
    if not line or not line.startswith("data:"):
        return {}
    try:
        said = json.loads(line.removeprefix("data:").strip())
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
