"""The sweep of an engine: what a dead run left behind is removed, what a living one has is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.adapters.containers.runs.labels import LOCK, RUN, Filters, Run, labelled
from releasegate.adapters.containers.runs.ownership import Left, is_dead, moment

if TYPE_CHECKING:
    import docker


def remove_dead(client: docker.DockerClient, run: Run) -> tuple[str, ...]:
    """Remove what other runs that are dead left behind, and return their names; what has no mark is not touched."""
    dead = sorted(name for name, is_so in _dead(client, run) if is_so)
    for name in dead:
        remove(client, name)
    return tuple(dead)


def living(client: docker.DockerClient, run: Run) -> tuple[str, ...]:
    """Return the names of the other runs in the engine that may live."""
    return tuple(sorted(name for name, is_so in _dead(client, run) if not is_so))


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


def _dead(client: docker.DockerClient, run: Run) -> Iterator[tuple[str, bool]]:
    """Yield every other run that left something in the engine, and whether it is known to be dead."""
    now = moment(client.info()["SystemTime"])
    for name, left in _marked(client).items():
        if name != run.name:
            yield name, is_dead(left, owner=run.owner, now=now)


def _marked(client: docker.DockerClient) -> dict[str, Left]:
    """Return what is known of every run that left something, by its name."""
    chosen = labelled(RUN, LOCK)
    found = [
        (c.labels, c.attrs["Created"]) for c in client.containers.list(all=True, filters=chosen, ignore_removed=True)
    ]
    found += [(n.attrs.get("Labels") or {}, n.attrs["Created"]) for n in client.networks.list(filters=chosen)]
    found += [(i.labels, i.attrs["Created"]) for i in client.images.list(filters=_unfinished(RUN, LOCK))]
    found += [(v.attrs.get("Labels") or {}, v.attrs["CreatedAt"]) for v in client.volumes.list(filters=chosen)]
    runs: dict[str, Left] = {}
    for labels, made in found:
        if labels.get(LOCK):
            owner, _, lock = labels[LOCK].partition(" ")
            left = Left(Path(lock), owner, moment(made))
            runs[labels[RUN]] = max(left, runs.get(labels[RUN], left), key=lambda each: each.newest)
    return runs
