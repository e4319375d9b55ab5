"""What a run's containers, networks and volumes are marked with, and the lock by which others see that it lives."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.adapters.containers.runs.ownership import owner_of

if TYPE_CHECKING:
    import docker

RUN = "releasegate.run"
LOCK = "releasegate.lock"
MADE = "releasegate.made"
"""On every image that is made here."""

Filters = dict[str, str | list[str] | bool]


@dataclass(frozen=True)
class Run:
    """One run: its name, and the file that is locked for as long as its process lives, however that ends.

    *owner* says who can ask that lock.
    """

    name: str
    lock: Path
    owner: str = ""

    @property
    def process(self) -> str:
        """The label by which others ask whether the process lives: whose lock it is, and which file."""
        return f"{self.owner} {self.lock}"

    def labels(self) -> dict[str, str]:
        """Return the labels of everything that the run starts."""
        return {RUN: self.name, LOCK: self.process}


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    """Yield a run of a new name, whose lock is held below *folder* until the block ends."""
    from filelock import FileLock

    name = f"rg-{uuid.uuid4().hex[:10]}"
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder.resolve() / f"{name}.lock"
    with FileLock(lock):
        yield Run(name, lock, owner_of(folder))
    lock.unlink(missing_ok=True)


def announce(client: docker.DockerClient, run: Run) -> None:
    """Let other machines see that *run* is there, before anything else of it is: by a volume that holds nothing."""
    client.volumes.create(f"{run.name}-lives", labels=run.labels())


def labelled(*labels: str) -> Filters:
    """Return the filter for what has all of *labels*."""
    return {"label": list(labels)}
