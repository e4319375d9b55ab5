"""What the Proxmox side holds, read from its own API: the checks expect this and nothing that is written down here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from contracts import STACK, BrokenContract

MIB = 1024**2
DISK = re.compile(r"^(?:scsi|virtio|sata|ide|rootfs|mp)\d*$")
SIZE = re.compile(r"\bsize=(\d+)([KMGT])")
IN_MIB = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}


@dataclass(frozen=True)
class Nic:
    """One network card of a guest: its Proxmox key (net0), the name inside of a container, its address."""

    key: str
    name: str
    mac: str
    address: str


@dataclass(frozen=True)
class Guest:
    """A virtual machine or container. Memory and disks in MiB; ``stored`` names each disk's storage."""

    vmid: int
    kind: str
    name: str
    node: str
    running: bool
    vcpus: float
    memory: int
    disks: tuple[int, ...]
    nics: tuple[Nic, ...]
    snapshots: tuple[str, ...]
    stored: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class World:
    """All that a full synchronisation must bring into NetBox."""

    cluster: str
    nodes: dict[str, bool]
    guests: tuple[Guest, ...]
    storages: tuple[str, ...]
    backups: tuple[str, ...]
    node_interfaces: dict[str, tuple[str, ...]]
    node_addresses: tuple[str, ...]

    @property
    def addresses(self) -> set[str]:
        """All addresses that Proxmox itself states, with their prefix lengths."""
        return {*self.node_addresses, *(nic.address for guest in self.guests for nic in guest.nics if nic.address)}

    @property
    def twins(self) -> frozenset[int]:
        """The guests that share their name with another: Proxmox does not mind, NetBox does."""
        names = [guest.name for guest in self.guests]
        return frozenset(guest.vmid for guest in self.guests if names.count(guest.name) > 1)

    def as_called(self, shown: Mapping[int, str]) -> "World":
        """Return it with such guests called as NetBox shows them, by their number, if that begins with their name."""
        twins = self.twins
        return replace(self, guests=tuple(
            replace(guest, name=shown[guest.vmid])
            if guest.vmid in twins and shown.get(guest.vmid, "").startswith(guest.name) else guest
            for guest in self.guests
        ))  # fmt: skip


@dataclass(frozen=True)
class Proxmox:
    """The mock's API, which needs no login; its certificate was made for this run, so it is not verified.

    ``host`` names one of the further clusters that it plays; without it, it is the first.
    """

    url: str
    host: str = ""

    def healthy(self) -> bool:
        """Whether the mock answers at all."""
        answer = requests.get(f"{self.url}/health", timeout=30, verify=False)  # noqa: S501
        return answer.ok

    def exchange(self, answers: dict[str, Any]) -> None:
        """Let the mock hold another datacenter from now on."""
        host = {"host": self.host} if self.host else {}
        answer = requests.put(f"{self.url}/world", params=host, json=answers, timeout=30, verify=False)  # noqa: S501
        if not answer.ok:
            raise BrokenContract(f"the Proxmox mock answered {answer.status_code} to another world", side=STACK)

    def get(self, path: str, **query: Any) -> Any:
        """Return the data of one Proxmox route."""
        headers = {"Host": self.host} if self.host else {}
        route = f"{self.url}/api2/json/{path}"
        answer = requests.get(route, params=query, headers=headers, timeout=30, verify=False)  # noqa: S501
        body = answer.json() if answer.ok else {}
        if "data" not in body:
            raise BrokenContract(f"the Proxmox mock holds nothing at {path} ({answer.status_code})", side=STACK)
        return body["data"]

    def unanswered(self) -> list[str]:
        """Return what was asked for so far that the mock does not hold."""
        asked: list[str] = requests.get(f"{self.url}/unanswered", timeout=30, verify=False).json()  # noqa: S501
        return asked

    def state(self, guest: Guest) -> tuple[bool, int]:
        """Return whether a guest runs now, and how many states of it are kept."""
        place = f"nodes/{guest.node}/{guest.kind}/{guest.vmid}"
        return self.get(f"{place}/status/current")["status"] == "running", len(self.get(f"{place}/snapshot"))

    def world(self) -> World:
        """Read everything that the checks look for in NetBox."""
        status = self.get("cluster/status")
        resources = self.get("cluster/resources")
        nodes = {entry["name"]: bool(entry["online"]) for entry in status if entry["type"] == "node"}
        networks = {node: self.get(f"nodes/{node}/network") for node in nodes}
        return World(
            cluster=next((entry["name"] for entry in status if entry["type"] == "cluster"), ""),
            nodes=nodes,
            guests=tuple(self._guest(entry) for entry in resources if entry["type"] in {"qemu", "lxc"}),
            storages=tuple(sorted(entry["storage"] for entry in self.get("storage"))),
            backups=tuple(sorted(self._backups(resources))),
            node_interfaces={
                node: tuple(sorted(entry["iface"] for entry in network)) for node, network in networks.items()
            },
            node_addresses=tuple(
                entry["cidr"] for network in networks.values() for entry in network if entry.get("cidr")
            ),
        )

    def _backups(self, resources: list[dict[str, Any]]) -> set[str]:
        """Return the volumes of all backups; a shared storage shows the same ones on each node."""
        places = {(entry["node"], entry["storage"]) for entry in resources if entry["type"] == "storage"}
        volumes = [
            volume for node, name in sorted(places) for volume in self.get(f"nodes/{node}/storage/{name}/content")
        ]
        return {volume["volid"] for volume in volumes if volume["content"] == "backup"}

    def _guest(self, entry: dict[str, Any]) -> Guest:
        """Join a guest's resource entry with its configuration."""
        node, kind, vmid = str(entry["node"]), str(entry["type"]), int(entry["vmid"])
        config = self.get(f"nodes/{node}/{kind}/{vmid}/config")
        return Guest(
            vmid=vmid,
            kind=kind,
            name=str(entry["name"]),
            node=node,
            running=entry["status"] == "running",
            vcpus=float(entry["maxcpu"]),
            memory=int(entry["maxmem"]) // MIB,
            disks=tuple(sorted(_disks(config))),
            nics=tuple(_nics(config)),
            # Proxmox lists the present state among the snapshots.
            snapshots=tuple(
                entry["name"]
                for entry in self.get(f"nodes/{node}/{kind}/{vmid}/snapshot")
                if entry["name"] != "current"
            ),
            stored=tuple(_stored(config)),
        )


def _disks(config: dict[str, Any]) -> Iterator[int]:
    """Yield the sizes of the disks of one guest's configuration, in MiB."""
    for _, _, size in _volumes(config):
        yield int(int(size[1]) * IN_MIB[size[2]])


def _stored(config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each disk of one guest's configuration with the storage that it is on."""
    for key, value, _ in _volumes(config):
        yield key, value.partition(":")[0]


def _volumes(config: dict[str, Any]) -> Iterator[tuple[str, str, re.Match[str]]]:
    for key, value in config.items():
        size = SIZE.search(str(value))
        if DISK.match(key) and size and "media=cdrom" not in str(value):
            yield key, str(value), size


def _nics(config: dict[str, Any]) -> Iterator[Nic]:
    """Yield the network cards; QEMU writes model=MAC, a container writes name= and hwaddr=."""
    for key in sorted(config):
        if re.match(r"^net\d+$", key):
            parts = dict(part.split("=", 1) for part in str(config[key]).split(",") if "=" in part)
            mac = parts.get("hwaddr") or next(iter(parts.values()))
            address = parts.get("ip", "")
            static = address if address[:1].isdigit() else ""
            yield Nic(key=key, name=parts.get("name", key), mac=mac.upper(), address=static)
