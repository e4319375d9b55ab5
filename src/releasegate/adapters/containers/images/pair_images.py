"""Everything that a pair's containers are made of, ready before any of them is started."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from releasegate.adapters.containers.images.image_specs import ImageSpecs, installable
from releasegate.adapters.containers.images.images import Images
from releasegate.core.config.model import Service
from releasegate.core.config.stack import ImageNames, NetBox, Stack
from releasegate.core.e2e.snapshots import Reordering, Snapshot
from releasegate.core.errors import ConfigurationError
from releasegate.core.install.report import Expected
from releasegate.ports import Delivery, Progress

_KEPT = "/opt/releasegate"


@dataclass(frozen=True)
class Pair:
    """A plugin and a backend."""

    plugin: Delivery
    backend: Delivery

    def __str__(self) -> str:
        """Both with their versions and sources, for people."""
        shown = (f"{d.package.name} {d.version} ({d.source})" for d in (self.plugin, self.backend))
        return " with ".join(shown)


@dataclass(frozen=True)
class PreparedPair:
    """The images of a pair on one NetBox, and the databases that would save migrating.

    ``core`` is the database of NetBox alone, ``whole`` the one with the plugin; ``reordering`` as ``nearest`` takes it.
    """

    pair: Pair
    postgres: str
    redis: str
    netbox: str
    backend: str
    mock: str
    core: Snapshot
    whole: Snapshot
    reordering: Reordering


@dataclass(frozen=True)
class PairImages:
    """Makes or finds images; *names* are those that are pulled."""

    images: Images
    image_specs: ImageSpecs
    stack: Stack
    names: ImageNames
    progress: Progress

    def prepare(self, pair: Pair, *, netbox: NetBox, python: str) -> PreparedPair:
        """Return all images of *pair* on *netbox*.

        Raises:
            GateFailed: the release cannot be installed; Unavailable: an image cannot be had.
        """
        images, image_specs, progress = self.images, self.image_specs, self.progress
        server = images.pulled(self.names.postgres, progress=progress)
        images.pulled(self.names.redis, progress=progress)
        based = image_specs.host(netbox, images=self.names, python=python)
        for base in {based.base, self.names.python.format(python=python)}:
            images.pulled(base, progress=progress)
        host = images.made(based, progress=progress)
        plugin = images.made(image_specs.plugin(pair.plugin, netbox, host=host), progress=progress)
        backend = image_specs.backend(pair.backend, _service(pair.backend), images=self.names, python=python)
        mock = image_specs.mock(self.stack, images=self.names, python=python)
        alone, whole = self._migrations(host), self._migrations(plugin)
        return PreparedPair(
            pair=pair,
            postgres=self.names.postgres,
            redis=self.names.redis,
            netbox=plugin,
            backend=images.made(backend, progress=progress),
            mock=images.made(mock, progress=progress),
            core=Snapshot(server, str(netbox), alone["digests"]),
            whole=Snapshot(server, str(netbox), whole["digests"]),
            reordering=Reordering(frozenset(whole["replaces"]), frozenset(whole["run_before"])),
        )

    def _migrations(self, image: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.images.read(image, f"{_KEPT}/migrations.json"))
        return told


def own(delivery: Delivery) -> Expected:
    """Return what a container must have installed of *delivery*, and from which file."""
    name, context = installable(delivery)
    return Expected(delivery.package.name, Path(_KEPT, name).as_uri(), hashlib.sha256(context[name]).hexdigest())


def _service(backend: Delivery) -> Service:
    if backend.package.service is None:
        raise ConfigurationError(
            f"{backend.package.name} has no service.", hint="Say how it is started: service.command and service.ready"
        )
    return backend.package.service
