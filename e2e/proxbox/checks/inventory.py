"""What else the Proxmox side holds, with its fields: each kind as the plugin's records must show it."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdings import Holdings, plain

from kind import Kind
from proxmox_side import Guest, Proxmox, World

STATES = "sync-state/virtual-machines"
"""The list of the plugin's that says which number a virtual machine has in Proxmox."""


def called(holdings: Holdings) -> dict[int, str]:
    """Return what NetBox calls each guest, by its number in Proxmox, where a release keeps that."""
    records = holdings.records(f"plugin:{STATES}")
    return {int(each["proxmox_vm_id"]): str(plain(each["virtual_machine"])) for each in records}


@dataclass(frozen=True)
class Inventory:
    """Reads each kind from the mock's own API."""

    proxmox: Proxmox
    world: World

    def kinds(self) -> dict[str, Kind]:
        """Return every kind by its name."""
        made = (
            self._storages(), self._snapshots(), self._backups(), self._replications(), self._routines(), self._tasks(),
            self._states(), *self._frame(),
        )  # fmt: skip
        return {kind.name: kind for kind in made}

    def _guests(self) -> dict[int, Guest]:
        return {guest.vmid: guest for guest in self.world.guests}

    def _storages(self) -> Kind:
        return Kind("storage", ("name",), {
            (each["storage"],): {
                "storage_type": each["type"], "content": each["content"], "cluster": self.world.cluster,
                "shared": bool(each.get("shared")), "enabled": not each.get("disable"),
            }
            for each in self.proxmox.get("storage")
        }, {(each["storage"],): each for each in self.proxmox.get("storage")})  # fmt: skip

    def _snapshots(self) -> Kind:
        return Kind("snapshots", ("virtual_machine", "name"), {
            (guest.name, name): {"vmid": guest.vmid, "node": guest.node, "subtype": guest.kind, "status": "active"}
            for guest in self.world.guests
            for name in guest.snapshots
        }, {
            (guest.name, each["name"]): each
            for guest in self.world.guests
            if guest.snapshots
            for each in self.proxmox.get(f"nodes/{guest.node}/{guest.kind}/{guest.vmid}/snapshot")
        })  # fmt: skip

    def _backups(self) -> Kind:
        guests, found, told = self._guests(), {}, {}
        for node, storage in self._places():
            for each in self.proxmox.get(f"nodes/{node}/storage/{storage}/content"):
                if each["content"] == "backup":
                    told[each["volid"],] = each
                    found[each["volid"],] = {
                        "vmid": each["vmid"], "virtual_machine": guests[each["vmid"]].name, "storage": storage,
                        "proxmox_storage": storage, "subtype": each["subtype"], "size": each["size"],
                    }  # fmt: skip
        return Kind("backups", ("volume_id",), found, told)

    def _places(self) -> list[tuple[str, str]]:
        resources = self.proxmox.get("cluster/resources")
        return sorted((each["node"], each["storage"]) for each in resources if each["type"] == "storage")

    def _replications(self) -> Kind:
        guests = self._guests()
        return Kind("replications", ("replication_id",), {
            (each["id"],): {
                "guest": each["guest"], "virtual_machine": guests[each["guest"]].name, "source": each["source"],
                "target": each["target"], "jobnum": each["jobnum"], "schedule": each["schedule"], "status": "active",
            }
            for each in self.proxmox.get("cluster/replication")
        }, {(each["id"],): each for each in self.proxmox.get("cluster/replication")})  # fmt: skip

    def _routines(self) -> Kind:
        return Kind("backup-routines", ("job_id",), {
            (each["id"],): {
                "enabled": bool(each["enabled"]), "schedule": each["schedule"], "comment": each.get("comment"),
                "selection": [int(vmid) for vmid in each.get("vmid", "").split(",") if vmid], "status": "active",
            }
            for each in self.proxmox.get("cluster/backup")
        }, {(each["id"],): each for each in self.proxmox.get("cluster/backup")})  # fmt: skip

    def _tasks(self) -> Kind:
        guests = self._guests()
        every = [each for node in self.world.nodes for each in self.proxmox.get(f"nodes/{node}/tasks", limit=0)]
        return Kind("task-history", ("upid",), {
            (each["upid"],): {
                "node": each["node"], "task_type": each["type"], "task_id": each["id"], "username": each["user"],
                "status": each["status"], "virtual_machine": guests[int(each["id"])].name,
            }
            for each in every
            if each["id"].isdigit() and int(each["id"]) in guests
        }, {(each["upid"],): each for each in every})  # fmt: skip

    def _frame(self) -> Iterator[Kind]:
        """Yield what the plugin keeps of the cluster and its nodes."""
        cluster = {(self.world.cluster,): {"nodes_count": len(self.world.nodes)}}
        yield Kind("proxmox-clusters", ("name",), cluster)
        yield Kind(
            "proxmox-nodes", ("name",), {(name,): {"online": online} for name, online in self.world.nodes.items()}
        )
        yield Kind("sync-state/clusters", ("cluster",), {(self.world.cluster,): {}})
        yield Kind("sync-state/devices", ("device",), {(name,): {} for name in self.world.nodes})

    def _states(self) -> Kind:
        return Kind(STATES, ("proxmox_vm_id",), {
            (guest.vmid,): {
                "virtual_machine": guest.name, "proxmox_vm_type": guest.kind, "proxmox_node_name": guest.node,
                "proxmox_cluster_name": self.world.cluster,
                "proxmox_status": "running" if guest.running else "stopped",
            }
            for guest in self.world.guests
        })  # fmt: skip
