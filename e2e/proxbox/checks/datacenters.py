"""Proxmox datacenters made from a seed: a small one for every cell, and one that is large and odd.

A datacenter is data; answers.py writes from it what the mock answers, and a later one is the same with something moved.
"""

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Storage:
    """One storage of the datacenter; a shared one is the same on every node."""

    name: str
    type: str
    content: str
    shared: bool = False
    disabled: bool = False


@dataclass(frozen=True)
class Guest:
    """A virtual machine or container: where it is, its sizes in GiB, and its network cards' addresses.

    An address is empty where Proxmox does not know it. Its cards' hardware addresses begin with ``maker``.
    """

    vmid: int
    kind: str
    name: str
    node: str
    cores: int
    memory: int
    disks: tuple[int, ...]
    cards: tuple[str, ...]
    running: bool = True
    snapshots: tuple[str, ...] = ()
    backed_up: bool = False
    template: bool = False
    sparse: bool = False
    starts: int = 1
    maker: str = "BC:24"


@dataclass(frozen=True)
class Datacenter:
    """A cluster with its nodes, storages and guests; ``network`` is where its nodes have their addresses."""

    name: str
    nodes: tuple[str, ...]
    storages: tuple[Storage, ...]
    guests: tuple[Guest, ...]
    replicated: tuple[int, ...] = ()
    network: str = "10.77.0"

    def guest(self, vmid: int) -> Guest:
        """Return the guest of that number."""
        return next(guest for guest in self.guests if guest.vmid == vmid)

    def with_guest(self, changed: Guest) -> "Datacenter":
        """Return it with one guest as it is now."""
        return replace(self, guests=tuple(changed if each.vmid == changed.vmid else each for each in self.guests))

    def without(self, vmid: int) -> "Datacenter":
        """Return it without a guest, and without what is of that guest alone."""
        left = tuple(each for each in self.guests if each.vmid != vmid)
        return replace(self, guests=left, replicated=tuple(each for each in self.replicated if each != vmid))


STORAGES = (
    Storage("local", "dir", "iso,vztmpl"),
    Storage("thin", "lvmthin", "images,rootdir"),
    Storage("vault", "nfs", "backup", shared=True),
)


FULL, FOURTH = 8, 4
"""Of a large datacenter's guests so many at first have cards and disks, and one of so many after these; the last two,
too, for those are what is deleted."""


def small(seed: int) -> Datacenter:
    """Return a datacenter that has one of everything that is compared, and as little as can be."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    nodes = tuple(draw.sample(("alder", "birch", "cedar", "elder", "hazel", "rowan"), 2))
    kept = ("web", "mail", "dns", "proxy", "cache", "queue", "build")
    names = draw.sample(kept, 5)
    first = draw.randrange(101, 180)
    names.append(next(name for name in kept if name not in names))
    here = [
        Guest(first + number, "qemu", f"rg-{name}", nodes[0], 2, 2, (16,), ("",)) for number, name in enumerate(names)
    ]
    address, other = f"10.77.1.{first}/24", f"10.77.2.{first}/24"
    guests = (
        replace(here[0], snapshots=("before",), backed_up=True),
        replace(here[1], running=False, cores=4, memory=4, disks=(32, 64), cards=("", "")),
        replace(here[2], kind="lxc", cards=(address,), disks=(4,), snapshots=("before",), backed_up=True),
        replace(here[3], node=nodes[1], cores=1),
        replace(here[5], kind="lxc", node=nodes[1], cores=1, cards=(other,), disks=(4,)),
        replace(here[4], node=nodes[1], cores=1),
    )
    return Datacenter("rg-lab", nodes, STORAGES, guests, replicated=(first,))


def large(seed: int, *, guests: int = 104) -> Datacenter:
    """Return one with more guests than a page holds, one of them with over 50 cards, and every oddity that is real."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    nodes = ("alder", "birch", "cedar")
    made = [_drawn(draw, 1000 + number, draw.choice(nodes)) for number in range(guests)]
    # What a guest has costs a synchronisation more than that it is there: most of them have little.
    made[FULL:-2] = [_bare(each) if number % FOURTH else each for number, each in enumerate(made[FULL:-2])]
    made[0] = replace(made[0], kind="qemu", cards=("",) * 52, disks=(4,) * 30)
    made[1] = replace(made[1], kind="qemu", template=True, running=False, snapshots=(), backed_up=False)
    made[2] = replace(made[2], sparse=True)
    made[3] = replace(made[3], kind="lxc", cards=("10.78.0.3/24", "2001:db8:78::3/64"))
    # More tasks of one node than Proxmox lists where nobody says how many.
    made[4] = replace(made[4], running=True, starts=60)
    # Proxmox knows guests by their numbers: two may have one name.
    made[6] = replace(made[6], name=made[5].name, node=next(each for each in nodes if each != made[5].node))
    storages = (*STORAGES, Storage("attic", "dir", "backup", disabled=True))
    return Datacenter(
        "rg-hall", nodes, storages, tuple(made), replicated=(made[4].vmid,) if made[4].kind == "qemu" else ()
    )


def _bare(guest: Guest) -> Guest:
    """Return a guest without a card, and without a disk where it can be without: it begins from the network."""
    return replace(guest, cards=(), disks=() if guest.kind == "qemu" else guest.disks)


def _drawn(draw: random.Random, vmid: int, node: str) -> Guest:
    kind = draw.choice(("qemu", "lxc"))
    address = f"10.78.{vmid // 250}.{vmid % 250 + 1}/16" if kind == "lxc" and draw.random() < 0.7 else ""  # noqa: PLR2004
    disks = draw.choice((1, 1, 2)) if kind == "qemu" else 1
    sizes = tuple(draw.choice((4, 8, 32)) for _ in range(disks))
    made = Guest(
        vmid, kind, f"rg-{vmid}", node, draw.choice((1, 2, 4, 8)), draw.choice((1, 2, 4, 16)), sizes, (address,)
    )
    running, kept, backed_up = (draw.random() < share for share in (0.8, 0.3, 0.3))
    return replace(made, running=running, snapshots=("before",) if kept else (), backed_up=backed_up)


def annex(beside: Datacenter) -> Datacenter:
    """Return another cluster, whose nodes are called as those *beside* and whose guests have numbers of guests there.

    Neither knows of the other: a name and a number mean something within one cluster only.
    """
    nodes = beside.nodes[:2]
    same = [replace(each, name=f"{each.name}-annex", node=node, kind="qemu", cards=("",), disks=(8,), cores=1,
                    memory=1, snapshots=(), backed_up=False, template=False, sparse=False, running=True, starts=1,
                    maker="BC:25")
            for node, each in zip(nodes, beside.guests[2:4], strict=True)]  # fmt: skip
    return Datacenter("rg-annex", nodes, STORAGES[:2], tuple(same), network="10.79.0")


def still(before: Datacenter) -> Guest:
    """Return a guest to which nothing happens when the datacenter moves; it is not the only one."""
    return before.guests[-2]


def moved(before: Datacenter) -> Datacenter:
    """Return it later: a guest is stopped, one renamed and migrated, one gone, a card added, a storage's flag set."""
    first, second, third, last = (before.guests[number] for number in (0, 1, 2, -1))
    other = next(node for node in before.nodes if node != second.node)
    later = before.with_guest(replace(first, running=not first.running, cards=(*first.cards, "")))
    later = later.with_guest(replace(second, name=f"{second.name}-moved", node=other))
    later = later.with_guest(replace(third, snapshots=()))
    later = later.without(last.vmid)
    storages = tuple(replace(each, shared=True) if each.name == "local" else each for each in later.storages)
    return replace(later, storages=storages)
