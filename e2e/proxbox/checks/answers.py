"""What a Proxmox API answers that has a datacenter: every path that the pair and the checks ask for."""

from collections.abc import Iterator
from typing import Any

from datacenters import Datacenter, Guest, Storage

GIB = 1024**3
FIRST_MOMENT = 1_767_225_600  # the first second of 2026
API = "/api2/json/"
NOTHING = (
    "ha/status/current", "ha/rules", "ha/resources", "ha/groups", "firewall/rules", "firewall/ipset", "firewall/ipset/",
    "firewall/groups", "firewall/groups/", "firewall/aliases", "qemu/custom-cpu-models",
)  # fmt: skip


def answers(center: Datacenter) -> dict[str, Any]:
    """Return what a Proxmox API answers that has this datacenter, by path."""
    return {API + path: {"data": data} for path, data in _answers(center)}


def _answers(center: Datacenter) -> Iterator[tuple[str, Any]]:
    version = {"version": "8.4.1", "release": "8.4", "repoid": "0" * 16}
    yield "version", version
    yield (
        "cluster/status",
        [
            {
                "type": "cluster",
                "id": "cluster",
                "name": center.name,
                "version": 2,
                "nodes": len(center.nodes),
                "quorate": 1,
            },
            *(_member(center, node) for node in center.nodes),
        ],
    )
    yield "cluster/config/join", {
        "config_digest": "0" * 40, "preferred_node": center.nodes[0], "totem": {},
        "nodelist": [
            {"name": node, "nodeid": str(number), "ring0_addr": _address(center, node), "quorum_votes": "1",
             "pve_addr": _address(center, node), "pve_fp": _print(number)}
            for number, node in enumerate(center.nodes, 1)
        ],
    }  # fmt: skip
    nodes = [_node(node, number) for number, node in enumerate(center.nodes, 1)]
    yield "nodes", nodes
    yield "nodes/", nodes
    yield (
        "cluster/resources",
        [
            *({**_node(node, number), "name": node} for number, node in enumerate(center.nodes, 1)),
            *(_guest_resource(guest) for guest in center.guests),
            *(_storage_resource(node, each) for node in center.nodes for each in center.storages if not each.disabled),
        ],
    )
    yield "storage", [_storage(each) for each in center.storages]
    yield from ((f"storage/{each.name}", _storage(each)) for each in center.storages)
    selected = [guest.vmid for guest in center.guests if guest.backed_up] or [center.guests[0].vmid]
    nightly = {"id": "backup-nightly", "type": "vzdump", "enabled": 1, "schedule": "02:00", "storage": "vault",
               "mode": "snapshot", "vmid": ",".join(map(str, selected)), "compress": "zstd",
               "comment": "nightly", "prune-backups": {"keep-last": "3", "keep-daily": "7", "keep-weekly": "4",
                                                       "keep-monthly": "6", "keep-yearly": "1"},
               "notes-template": "{{guestname}} of {{node}}", "bwlimit": 51200, "zstd": 2, "repeat-missed": 1,
               "pbs-change-detection-mode": "metadata"}  # fmt: skip
    # A routine may name no guest, but take them all.
    odd = any(each.disabled for each in center.storages)
    weekly = {"id": "backup-weekly", "type": "vzdump", "enabled": 0, "schedule": "sun 04:00", "storage": "vault",
              "mode": "stop", "compress": "lzo", "comment": "weekly", "prune-backups": "keep-last=2",
              "repeat-missed": 0, **({"all": 1} if odd else {"vmid": str(selected[0])})}  # fmt: skip
    yield "cluster/backup", [nightly, weekly] if any(each.name == "vault" for each in center.storages) else []
    yield "cluster/replication", [_replication(center, center.guest(vmid)) for vmid in center.replicated]
    yield from ((f"cluster/{path}", []) for path in NOTHING)
    yield "cluster/firewall/options", {"digest": "0" * 40}
    for node in center.nodes:
        yield from ((f"nodes/{node}/{path}", data) for path, data in _node_answers(center, node, version))


def _node_answers(center: Datacenter, node: str, version: dict[str, str]) -> Iterator[tuple[str, Any]]:
    here = [guest for guest in center.guests if guest.node == node]
    for kind in ("qemu", "lxc"):
        yield kind, [_state(guest) for guest in here if guest.kind == kind]
    for guest in here:
        place = f"{guest.kind}/{guest.vmid}"
        yield f"{place}/config", _config(guest)
        yield f"{place}/status/current", _state(guest) | {"ha": {"managed": 0}}
        yield f"{place}/snapshot", [_snapshot(name) for name in guest.snapshots]
        if guest.kind == "lxc":
            yield f"{place}/interfaces", [_seen_card(guest, number) for number, _ in enumerate(guest.cards)]
    yield "storage", [_storage_state(each) for each in center.storages]
    for each in center.storages:
        yield f"storage/{each.name}/content", list(_content(center, node, each))
    yield "network", _network(center, node)
    yield "firewall/rules", []
    yield "time", {"timezone": "UTC", "time": FIRST_MOMENT, "localtime": FIRST_MOMENT}
    yield "version", version
    yield "status", {
        "uptime": 86400, "pveversion": "pve-manager/8.4.1/0000000000000000", "kversion": "Linux 6.8.12",
        "cpuinfo": {"cpus": 16, "cores": 8, "sockets": 1, "model": "mock"},
        "memory": {"total": 64 * GIB, "used": 12 * GIB, "free": 52 * GIB},
        "rootfs": {"total": 200 * GIB, "used": 20 * GIB, "free": 180 * GIB, "avail": 180 * GIB},
        "loadavg": ["0.1", "0.1", "0.1"],
    }  # fmt: skip
    tasks = [
        _task(guest, often) for guest in here if guest.running and not guest.sparse for often in range(guest.starts)
    ]
    yield "tasks", tasks
    for task in tasks:
        ended = {"status": "stopped", "exitstatus": "OK"}
        yield (
            f"tasks/{task['upid']}/status",
            {key: task[key] for key in ("upid", "node", "pid", "pstart", "id", "type", "user", "starttime")} | ended,
        )


def _print(number: int) -> str:
    return ":".join([f"{number:02X}"] * 32)


def _address(center: Datacenter, node: str) -> str:
    return f"{center.network}.{11 + center.nodes.index(node)}"


def _member(center: Datacenter, node: str) -> dict[str, Any]:
    number = center.nodes.index(node) + 1
    return {"type": "node", "id": f"node/{node}", "name": node, "nodeid": number, "ip": _address(center, node),
            "online": 1, "local": int(number == 1), "level": ""}  # fmt: skip


def _node(node: str, number: int) -> dict[str, Any]:
    return {"type": "node", "id": f"node/{node}", "node": node, "status": "online", "level": "", "maxcpu": 16,
            "maxmem": 64 * GIB, "mem": 12 * GIB, "maxdisk": 200 * GIB, "disk": 20 * GIB, "cpu": 0.1, "uptime": 86400,
            "ssl_fingerprint": _print(number)}  # fmt: skip


def _state(guest: Guest) -> dict[str, Any]:
    told = {
        "vmid": guest.vmid, "name": guest.name, "status": "running" if guest.running else "stopped",
        "template": int(guest.template), "maxmem": guest.memory * GIB, "mem": guest.memory * GIB // 2 * guest.running,
        "maxdisk": sum(guest.disks[:1]) * GIB, "disk": 0, "cpu": 0.02 * guest.running, "uptime": 3600 * guest.running,
        "netin": 0, "netout": 0, "diskread": 0, "diskwrite": 0, "cpus": guest.cores,
    }  # fmt: skip
    if not guest.sparse:
        return told
    # What a busy node leaves out, or answers as text.
    return {name: value for name, value in told.items() if name not in {"netin", "netout", "diskread", "diskwrite"}} | {
        "uptime": None, "cpus": str(guest.cores),
    }  # fmt: skip


def _guest_resource(guest: Guest) -> dict[str, Any]:
    told = _state(guest)
    told.pop("cpus")
    return told | {"type": guest.kind, "id": f"{guest.kind}/{guest.vmid}", "node": guest.node, "maxcpu": guest.cores}


def _mac(guest: Guest, number: int) -> str:
    return f"{guest.maker}:{guest.vmid // 256:02X}:{guest.vmid % 256:02X}:00:{number:02X}"


def _config(guest: Guest) -> dict[str, Any]:
    told: dict[str, Any] = {"digest": f"{guest.vmid:040}", "cores": guest.cores, "onboot": 1}
    container = guest.kind == "lxc"
    for number, address in enumerate(guest.cards):
        mac = _mac(guest, number)
        way = ("ip6" if ":" in address else "ip") if address else ""
        told[f"net{number}"] = (
            f"name=eth{number},bridge=vmbr0,hwaddr={mac}{f',{way}={address}' if way else ''},type=veth"
            if container
            else f"virtio={mac},bridge=vmbr0"
        )
    if container:
        return told | {"memory": guest.memory * 1024, "hostname": guest.name, "unprivileged": 1, "ostype": "debian",
                       "arch": "amd64", "swap": 0,
                       "rootfs": f"thin:subvol-{guest.vmid}-disk-0,size={guest.disks[0]}G"}  # fmt: skip
    for number, size in enumerate(guest.disks):
        told[f"scsi{number}"] = f"thin:vm-{guest.vmid}-disk-{number},size={size}G"
    if guest.template:
        told["template"] = 1
    return told | {"memory": str(guest.memory * 1024), "name": guest.name, "sockets": 1, "ostype": "l26", "agent": "0",
                   "scsihw": "virtio-scsi-single", "boot": "order=scsi0"}  # fmt: skip


def _seen_card(guest: Guest, number: int) -> dict[str, Any]:
    address = guest.cards[number]
    seen = {("inet6" if ":" in address else "inet"): address} if address else {}
    return {"name": f"eth{number}", "hwaddr": _mac(guest, number).lower()} | seen


def _snapshot(name: str) -> dict[str, Any]:
    return {"name": name, "description": "first state", "snaptime": FIRST_MOMENT, "vmstate": 0}


def _storage(each: Storage) -> dict[str, Any]:
    more: dict[str, dict[str, Any]] = {
        "dir": {"path": f"/var/lib/{each.name}"},
        "lvmthin": {"vgname": "pve", "thinpool": "data"},
        "nfs": {"server": "10.77.0.20", "export": f"/{each.name}", "path": f"/mnt/pve/{each.name}"},
    }
    told = {
        "storage": each.name,
        "type": each.type,
        "content": each.content,
        "shared": int(each.shared),
        "digest": "1" * 40,
    }
    return told | more[each.type] | ({"disable": 1} if each.disabled else {})


def _storage_state(each: Storage) -> dict[str, Any]:
    return {"storage": each.name, "type": each.type, "content": each.content, "shared": int(each.shared),
            "active": int(not each.disabled), "enabled": int(not each.disabled), "total": 200 * GIB, "used": 50 * GIB,
            "avail": 150 * GIB, "used_fraction": 0.25}  # fmt: skip


def _storage_resource(node: str, each: Storage) -> dict[str, Any]:
    return {"type": "storage", "id": f"storage/{node}/{each.name}", "node": node, "storage": each.name,
            "status": "available", "plugintype": each.type, "content": each.content, "shared": int(each.shared),
            "maxdisk": 200 * GIB, "disk": 50 * GIB}  # fmt: skip


def _content(center: Datacenter, node: str, each: Storage) -> Iterator[dict[str, Any]]:
    if each.name == "vault":
        yield from (_backup(guest) for guest in center.guests if guest.backed_up)
    elif each.name == "thin":
        for guest in center.guests:
            for number, size in enumerate(guest.disks if guest.node == node else ()):
                word, content = ("subvol", "rootdir") if guest.kind == "lxc" else ("vm", "images")
                yield {"volid": f"thin:{word}-{guest.vmid}-disk-{number}", "content": content, "vmid": guest.vmid,
                       "size": size * GIB, "format": "raw", "ctime": FIRST_MOMENT}  # fmt: skip


def _backup(guest: Guest) -> dict[str, Any]:
    form = "tar.zst" if guest.kind == "lxc" else "vma.zst"
    return {"volid": f"vault:backup/vzdump-{guest.kind}-{guest.vmid}-2026_01_01-00_00_00.{form}", "content": "backup",
            "vmid": guest.vmid, "size": 10 * 1024**2, "ctime": FIRST_MOMENT, "format": form, "subtype": guest.kind,
            "notes": guest.name}  # fmt: skip


def _network(center: Datacenter, node: str) -> list[dict[str, Any]]:
    address = _address(center, node)
    return [
        {"iface": "eno1", "type": "eth", "active": 1, "exists": 1, "method": "manual", "method6": "manual",
         "priority": 3,
         "families": ["inet"]},
        {"iface": "vmbr0", "type": "bridge", "active": 1, "autostart": 1, "bridge_ports": "eno1", "method": "static",
         "method6": "manual", "address": address, "netmask": "24", "cidr": f"{address}/24",
         "gateway": f"{center.network}.1", "priority": 4, "families": ["inet"]},
    ]  # fmt: skip


def _task(guest: Guest, often: int) -> dict[str, Any]:
    word, began = "qmstart" if guest.kind == "qemu" else "vzstart", FIRST_MOMENT + 60 * often
    upid = f"UPID:{guest.node}:{2561 + guest.vmid:08X}:00000001:{began:08X}:{word}:{guest.vmid}:root@pam:"
    return {"upid": upid, "node": guest.node, "pid": 2561 + guest.vmid, "pstart": 1, "id": str(guest.vmid),
            "type": word,
            "user": "root@pam", "starttime": began, "endtime": began + 2, "status": "OK"}  # fmt: skip


def _replication(center: Datacenter, guest: Guest) -> dict[str, Any]:
    target = next(node for node in center.nodes if node != guest.node)
    return {"id": f"{guest.vmid}-0", "guest": guest.vmid, "jobnum": 0, "source": guest.node, "target": target,
            "schedule": "*/15", "type": "local", "rate": 10, "comment": "standby"}  # fmt: skip
