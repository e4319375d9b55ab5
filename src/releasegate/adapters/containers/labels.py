"""What a run's containers, networks and volumes are marked with, and the sweep of what a dead run left behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import docker

RUN = "releasegate.run"
LOCK = "releasegate.lock"
MADE = "releasegate.made"
"""On every image that is made here."""


Filters = dict[str, str | list[str] | bool]


@dataclass(frozen=True)
class Run:
    """One run: its name, and the file that is locked for as long as its process lives, however that ends."""

    name: str
    lock: Path

    def labels(self) -> dict[str, str]:
        """Return the labels of everything that the run starts."""
        return {RUN: self.name, LOCK: str(self.lock)}


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    """Yield a run of a new name, whose lock is held below *folder* until the block ends."""
    from filelock import FileLock

    name = f"rg-{uuid.uuid4().hex[:10]}"
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder.resolve() / f"{name}.lock"
    with FileLock(lock):
        yield Run(name, lock)
    lock.unlink(missing_ok=True)


def sweep(client: docker.DockerClient) -> tuple[str, ...]:
    """Remove what runs that are dead left behind, and return their names; whatever has no mark is not touched."""
    dead = {name for name, lock in _marked(client).items() if not _alive(Path(lock))}
    for name in dead:
        remove(client, name)
    return tuple(sorted(dead))


def labelled(*labels: str) -> Filters:
    """Return the filter for what has all of *labels*."""
    return {"label": list(labels)}


def remove(client: docker.DockerClient, name: str) -> None:
    """Remove every container, network and volume of the run *name*, and the layers of images that were not finished."""
    from docker.errors import APIError

    chosen = labelled(f"{RUN}={name}")
    for container in client.containers.list(all=True, filters=chosen, ignore_removed=True):
        with suppress(APIError):
            container.remove(force=True, v=True)
    for network in client.networks.list(filters=chosen):
        with suppress(APIError):
            network.remove()
    for volume in client.volumes.list(filters=chosen):
        with suppress(APIError):
            volume.remove(force=True)
    with suppress(APIError):
        client.images.prune(filters=_unfinished(f"{RUN}={name}"))


def left(client: docker.DockerClient, name: str) -> tuple[str, ...]:
    """Return what there still is of the run *name*."""
    chosen = labelled(f"{RUN}={name}")
    containers = [f"container {c.name}" for c in client.containers.list(all=True, filters=chosen, ignore_removed=True)]
    networks = [f"network {n.name}" for n in client.networks.list(filters=chosen)]
    return (*containers, *networks, *(f"volume {v.name}" for v in client.volumes.list(filters=chosen)))


def _unfinished(*labels: str) -> Filters:
    """Return the filter for layers of images that were never finished."""
    return {**labelled(*labels), "dangling": True}


def _marked(client: docker.DockerClient) -> dict[str, str]:
    """Return the lock of every run that left something, by its name."""
    chosen = labelled(RUN, LOCK)
    labels = [c.labels for c in client.containers.list(all=True, filters=chosen, ignore_removed=True)]
    labels += [n.attrs.get("Labels") or {} for n in client.networks.list(filters=chosen)]
    labels += [i.labels for i in client.images.list(filters=_unfinished(RUN, LOCK))]
    labels += [v.attrs.get("Labels") or {} for v in client.volumes.list(filters=chosen)]
    return {labels[RUN]: labels[LOCK] for labels in labels if labels.get(LOCK)}


def _alive(lock: Path) -> bool:
    """Whether the process that holds *lock* lives; a lock that is gone is nobody's."""
    from filelock import FileLock, Timeout

    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            pass
    except Timeout:
        return True
    except OSError:
        return True  # another user's: not ours to judge
    lock.unlink(missing_ok=True)
    return False
