"""What a Proxmox does when it is told to: a guest starts, stops or is kept, and the task is at its end at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

ACTION = re.compile(
    r"(?P<guest>(?P<place>.*/nodes/(?P<node>[^/]+))/(?P<kind>qemu|lxc)/(?P<vmid>\d+))/"
    r"(?P<word>status/(?:start|stop|shutdown)|snapshot)/?$"
)
STATES = {"status/start": "running", "status/stop": "stopped", "status/shutdown": "stopped"}
BEGAN = 1_767_225_600
"""The first second of 2026, in which every task begins."""


def acted(world: MutableMapping[str, Any], path: str, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Do what is asked for of a guest of that world and return Proxmox's answer, the task; nothing if it is no action.

    A guest that the world does not hold is no guest of its.
    """
    action = ACTION.match(path)
    if action is None or f"{action['guest']}/status/current" not in world:
        return None
    if state := STATES.get(action["word"]):
        for each in _told_of(world, action):
            each["status"] = state
    else:
        kept = {"name": str(told.get("snapname", "")), "description": "", "snaptime": BEGAN, "vmstate": 0}
        world[f"{action['guest']}/snapshot"]["data"].append(kept)
    return {"data": _ended(world, action)}


def _told_of(world: Mapping[str, Any], action: re.Match[str]) -> list[dict[str, Any]]:
    """Return what says how the guest is: its own state, and its entries in the lists of all and of its node."""
    api = action["place"].partition("nodes/")[0]
    lists = [world.get(name) for name in (f"{api}cluster/resources", f"{action['place']}/{action['kind']}")]
    entries = [entry for each in lists if each for entry in each["data"]]
    own = world[f"{action['guest']}/status/current"]["data"]
    return [own, *(entry for entry in entries if entry.get("vmid") == int(action["vmid"]))]


def _ended(world: MutableMapping[str, Any], action: re.Match[str]) -> str:
    """Keep that the task has ended well, and return its name."""
    number = sum(1 for path in world if path.startswith(f"{action['place']}/tasks/"))
    word = f"{'qm' if action['kind'] == 'qemu' else 'vz'}{action['word'].rpartition('/')[2]}"
    upid = f"UPID:{action['node']}:{number + 1:08X}:00000002:{BEGAN:08X}:{word}:{action['vmid']}:root@pam:"
    task = {"upid": upid, "node": action["node"], "type": word, "id": action["vmid"], "user": "root@pam",
            "starttime": BEGAN, "pid": number + 1, "pstart": 2}  # fmt: skip
    world[f"{action['place']}/tasks/{upid}/status"] = {"data": task | {"status": "stopped", "exitstatus": "OK"}}
    return upid
