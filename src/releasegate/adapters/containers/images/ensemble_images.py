"""Everything that the containers of a stack are made of, ready before any of them is started."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from releasegate.adapters.containers.images.image_specs import ImageSpecs, installable
from releasegate.adapters.containers.images.images import Images
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Cell
from releasegate.core.e2e.places import filled
from releasegate.core.e2e.snapshots import Reordering, Snapshot
from releasegate.core.errors import ConfigurationError
from releasegate.core.install.installed_from import Expected
from releasegate.core.stacks.stack_keys import KitImage
from releasegate.ports import Delivery, Progress

_KEPT = "/opt/releasegate"
_NO_REORDERING = Reordering()


@dataclass(frozen=True)
class Ensemble:
    """The packages that run together, by the stack's roles; the first are those that call the others."""

    packages: tuple[Delivery, ...]

    def __str__(self) -> str:
        """All with their versions and sources, for people."""
        return " with ".join(f"{d.package.name} {d.version} ({d.source})" for d in self.packages)

    def __getitem__(self, name: str) -> Delivery:
        """Return the package of that name."""
        return next(each for each in self.packages if each.package.name == name)

    def with_others(self, exchanged: Mapping[str, Delivery]) -> Ensemble:
        """Return the ensemble in which the packages of those names are others."""
        return Ensemble(tuple(exchanged.get(each.package.name, each) for each in self.packages))


@dataclass(frozen=True)
class Prepared:
    """The images of an ensemble in one cell, by name, and the databases that would save migrating.

    ``core`` is the database of the host alone, ``whole`` the one with the packages, where the stack has such;
    ``reordering`` as ``nearest`` takes it.
    """

    ensemble: Ensemble
    images: Mapping[str, str]
    core: Snapshot | None = None
    whole: Snapshot | None = None
    reordering: Reordering = _NO_REORDERING


@dataclass(frozen=True)
class EnsembleImages:
    """Makes or finds images, on the machine whose variables are *environ*."""

    images: Images
    image_specs: ImageSpecs
    stack: Stack
    environ: Mapping[str, str]
    progress: Progress

    def prepare(self, ensemble: Ensemble, cell: Cell) -> Prepared:
        """Return all images of *ensemble* in *cell*.

        Raises:
            GateFailed: the release cannot be installed; Unavailable: an image cannot be had.
        """
        kit = self.stack.kit
        wanted = [each.image for each in kit.services]
        if kit.database is not None and kit.database.alone_image:
            wanted.append(kit.database.alone_image)
        made = self._had(self._with_bases(dict.fromkeys(wanted), cell), ensemble, cell)
        if kit.database is None:
            return Prepared(ensemble, made)
        database = kit.database
        server = self.images.id_of(made[next(s.image for s in kit.services if s.name == database.service)])
        ground = ",".join(each.text for each in cell.choices if each.title)
        whole = self._content(made[database.image])
        alone = self._content(made[database.alone_image]) if database.alone_image else None
        return Prepared(
            ensemble,
            made,
            core=Snapshot(server, ground, alone["digests"]) if alone is not None else None,
            whole=Snapshot(server, ground, whole["digests"]),
            reordering=Reordering(frozenset(whole["replaces"]), frozenset(whole["run_before"])),
        )

    def _with_bases(self, names: Iterable[str], cell: Cell) -> Mapping[str, KitImage]:
        """Return the images of those names, each behind the one that it is made from."""
        found: dict[str, KitImage] = {}
        for name in names:
            image = self.stack.kit.image(name, cell.fits)
            if image is None:
                raise ConfigurationError(
                    f"The stack {self.stack.kit_name} has no image {name} for {cell.ground or 'this cell'}.",
                    hint="Add one whose when fits to its stack.toml, or choose other values",
                )
            found |= {**(self._with_bases([image.base], cell) if image.base else {}), name: image}
        return found

    def _had(self, images: Mapping[str, KitImage], ensemble: Ensemble, cell: Cell) -> dict[str, str]:
        """Return the tags of *images* by name; those that are not made of each other are had side by side."""
        had: dict[str, Future[str]] = {}
        for name, image in images.items():
            had[name] = _begun(partial(self._one, image, had.get(image.base), ensemble, cell))
        try:
            return {name: future.result() for name, future in had.items()}
        except Exception:
            # What is being made meanwhile is there for the next cell. Who interrupts a run does not wait for it.
            wait(had.values())
            raise

    def _one(self, image: KitImage, base: Future[str] | None, ensemble: Ensemble, cell: Cell) -> str:
        """Return the tag of an image: pulled, or made of *base*."""
        if base is None:
            name = filled(self.stack.pulled(image, self.environ), cell.places)
            self.images.pulled(name, progress=self.progress)
            return name
        spec = self.image_specs.made(image, cell, base=base.result(), packages=self._of_role(image, ensemble))
        return self.images.made(spec, progress=self.progress)

    def _of_role(self, image: KitImage, ensemble: Ensemble) -> tuple[Delivery, ...]:
        names = self.stack.packages.get(image.packages, ()) if image.packages else ()
        return tuple(ensemble[name] for name in names)

    def _content(self, image: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.images.read(image, f"{_KEPT}/content.json"))
        return told


def _begun(task: Callable[[], str]) -> Future[str]:
    """Return what *task* will come to, which runs meanwhile and keeps no process alive."""
    future = Future[str]()

    def run() -> None:
        try:
            future.set_result(task())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def own(delivery: Delivery) -> Expected:
    """Return what a container must have installed of *delivery*, and from which file."""
    name, context = installable(delivery)
    return Expected(delivery.package.name, Path(_KEPT, name).as_uri(), hashlib.sha256(context[name]).hexdigest())
