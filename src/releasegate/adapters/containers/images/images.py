"""The images of a stack: pulled, or made once for what goes into them and found again by it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from releasegate.adapters import transcript
from releasegate.adapters.containers.elsewhere.registry import Registry
from releasegate.adapters.containers.engine import ContainerEngine, engine_errors, engine_fault
from releasegate.adapters.containers.images.engine_faults import BuildOutput, not_made
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.adapters.containers.runs.labels import MADE, Run, labelled
from releasegate.adapters.containers.tar import packed, unpacked
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.ports import Progress

if TYPE_CHECKING:
    from docker.models.images import Image

REPOSITORY = "releasegate"
_GIB = 2**30


@dataclass(frozen=True)
class Images:
    """The engine's images, made for *run*. A tag's last part is the hash of everything that goes into the image.

    *registry* is asked first for an image that holds no package under test. ``uninstallable`` is what failed to install
    by its own fault, by its tag: it is not tried again for the next cell.
    """

    engine: ContainerEngine
    run: Run | None = None
    uninstallable: dict[str, GateFailed] = field(default_factory=dict)
    registry: Registry | None = None

    def pulled(self, name: str, *, progress: Progress) -> str:
        """Return the id of a public image, pulled where it is not here.

        Raises:
            Unavailable: it cannot be had.
        """
        from docker.errors import ImageNotFound

        images = self.engine.client.images
        try:
            return str(images.get(name).id)
        except ImageNotFound:
            progress(f"pulling {name}")
        said: list[str] = []
        try:
            # A registry's refusal may come as an answer's last event.
            for event in self.engine.client.api.pull(name, stream=True, decode=True):
                said += [str(event["error"])] if event.get("error") else []
            return str(images.get(name).id)
        except engine_errors() as error:
            raise Unavailable(
                f"The image {name} is not here and cannot be pulled.",
                hint="Check the name and the network, or name another image under stack.images",
                details=said or (str(getattr(error, "explanation", None) or error),),
            ) from error

    def made(self, image_spec: ImageSpec, *, progress: Progress) -> str:
        """Return the tag of the image that *image_spec* makes; it is made where none of the same content is here.

        Raises:
            GateFailed: it cannot be made and that is the release's fault; Unavailable: it is not.
        """
        from docker.errors import ImageNotFound

        contents = image_spec.contents()
        base = self.engine.client.images.get(image_spec.base).id
        tag = f"{REPOSITORY}/{image_spec.spec['role']}:{_digest(str(base), contents)}"
        if tag in self.uninstallable:
            raise self.uninstallable[tag]
        try:
            self.engine.client.images.get(tag)
        except ImageNotFound:
            # What holds a package under test is made of it, here.
            registry = None if image_spec.bad else self.registry
            if registry is None or not registry.pull(tag):
                progress(f"making the image of {image_spec.what}")
                self._make(image_spec, tag, contents, progress)
                if registry is not None:
                    registry.push(tag)
        return tag

    def id_of(self, name: str) -> str:
        """Return the id of an image that is here: what its content is known by."""
        return str(self.engine.client.images.get(name).id)

    def read(self, image: str, path: str) -> bytes:
        """Return the bytes of a file in an image, which is not run for it."""
        labels = self.run.labels() if self.run is not None else {}
        container = self.engine.client.containers.create(image, labels=labels)
        try:
            chunks, _ = container.get_archive(path)
            return unpacked(chunks)
        finally:
            container.remove(force=True, v=True)

    def kept(self) -> list[Image]:
        """Return what was made here, the oldest first."""
        found = self.engine.client.images.list(filters=labelled(f"{MADE}=image"))
        return sorted((i for i in found if i.tags), key=lambda image: str(image.attrs["Created"]))

    def trim(self, limit: float) -> int:
        """Remove the oldest until all fit into *limit* GiB; return how many were removed.

        One that a container runs, or that another one is made from, stays.
        """
        from docker.errors import APIError

        kept, removed = self.kept(), 0
        # What images share is counted with each: the sum is the most that they can take.
        total = sum(int(image.attrs["Size"]) for image in kept)
        for image in kept:
            if total <= limit * _GIB:
                break
            with suppress(APIError):
                for tag in image.tags:
                    self.engine.client.images.remove(tag)
                total -= int(image.attrs["Size"])
                removed += 1
        return removed

    def _make(self, image_spec: ImageSpec, tag: str, contents: Mapping[str, bytes], progress: Progress) -> None:
        from docker.errors import ImageNotFound

        build = BuildOutput()
        try:
            answer = self.engine.client.api.build(
                fileobj=io.BytesIO(packed(contents)),
                custom_context=True,
                tag=tag,
                buildargs={"BASE": image_spec.base, **_owner(self.run)},
                network_mode=image_spec.network,
                rm=True,
                forcerm=True,
                decode=True,
            )
            for line in build.lines(answer):
                if line.strip().startswith(("releasegate: ", "Collecting ", "Building ", "Installing ")):
                    progress(f"{image_spec.what}: {line.removeprefix('releasegate: ')}")
            self.engine.client.images.get(tag)
        except ImageNotFound:
            error = build.failure(image_spec)
            if isinstance(error, GateFailed):
                self.uninstallable[tag] = error
            raise error from None
        except engine_errors() as error:
            fault = engine_fault(error)
            raise not_made(image_spec, fault.problem, (*build.said, *fault.details)) from error
        finally:
            transcript.tell(["docker", "build", tag], "\n".join(build.said), exit_code=build.code, env={})


def _owner(run: Run | None) -> dict[str, str]:
    return {} if run is None else {"RUN": run.name, "LOCK": run.process}


def _digest(base: str, contents: Mapping[str, bytes]) -> str:
    known = hashlib.sha256(base.encode())
    for name, content in sorted(contents.items()):
        known.update(f"\0{name}\0{len(content)}\0".encode())
        known.update(content)
    return known.hexdigest()[:24]
