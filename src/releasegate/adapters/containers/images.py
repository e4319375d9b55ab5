"""The images of a stack: pulled, or made once for what goes into them and found again by it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.labels import MADE, Run, labelled
from releasegate.adapters.containers.tar import packed, unpacked
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.printable import printable
from releasegate.ports import Progress

if TYPE_CHECKING:
    from docker.models.images import Image

REPOSITORY = "releasegate"
_LAST_LINES = 25
_GIB = 2**30
_NETWORK_WORDS = (
    *("Temporary failure", "Connection refused", "Could not connect", "ConnectionError", "timed out"),
    *("Network is unreachable", "SSLError", "CERTIFICATE_VERIFY_FAILED", "Could not fetch URL"),
)
"""What pip and apt-get say where the network is at fault and the release is not."""


@dataclass(frozen=True)
class ImageSpec:
    """What goes into an image: ``spec`` as ``furnish.py`` reads it, and the files beside it by name.

    ``what`` names it for people. ``bad`` says whether it is the release's fault where it cannot be made.
    """

    what: str
    base: str
    spec: Mapping[str, Any]
    files: Mapping[str, Path]
    bad: bool = False
    network: str = "default"
    context: Mapping[str, bytes] = field(default_factory=dict)

    def contents(self) -> dict[str, bytes]:
        """Return every file of the build's context by its name."""
        told = {name: path.read_bytes() for name, path in self.files.items()}
        return {**told, **self.context, "spec.json": json.dumps(self.spec, sort_keys=True).encode()}


@dataclass(frozen=True)
class Images:
    """The engine's images, made for *run*. A tag's last part is the hash of everything that goes into the image.

    ``uninstallable`` is what failed to install by its own fault, by its tag: it is not tried again for the next cell.
    """

    engine: ContainerEngine
    run: Run | None = None
    uninstallable: dict[str, GateFailed] = field(default_factory=dict)

    def pulled(self, name: str, *, progress: Progress) -> str:
        """Return the id of a public image, pulled where it is not here.

        Raises:
            Unavailable: it cannot be had.
        """
        from docker.errors import APIError, ImageNotFound

        images = self.engine.client.images
        try:
            return str(images.get(name).id)
        except ImageNotFound:
            progress(f"pulling {name}")
        try:
            for _ in self.engine.client.api.pull(name, stream=True, decode=True):
                pass
            return str(images.get(name).id)
        except APIError as error:
            raise Unavailable(
                f"The image {name} is not here and cannot be pulled.",
                hint="Check the name and the network, or name another image under stack.images",
                details=(str(error.explanation or error),),
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
            progress(f"making the image of {image_spec.what}")
            self._make(image_spec, tag, contents, progress)
        return tag

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

        said: list[str] = []
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
        for line in _lines(answer):
            said.append(line)
            if line.strip().startswith(("releasegate: ", "Collecting ", "Building ", "Installing ")):
                progress(f"{image_spec.what}: {line.removeprefix('releasegate: ')}")
        try:
            self.engine.client.images.get(tag)
        except ImageNotFound:
            error = _failure(image_spec, said)
            if isinstance(error, GateFailed):
                self.uninstallable[tag] = error
            raise error from None


def _owner(run: Run | None) -> dict[str, str]:
    return {} if run is None else {"RUN": run.name, "LOCK": str(run.lock)}


def _failure(image_spec: ImageSpec, said: list[str]) -> GateFailed | Unavailable:
    details = [printable(line) for line in said[-_LAST_LINES:]]
    if image_spec.bad and not any(word in line for line in said for word in _NETWORK_WORDS):
        return GateFailed(
            f"{image_spec.what} cannot be installed in a container.",
            hint="Mend it and commit; see below",
            details=details,
        )
    return Unavailable(
        f"The image of {image_spec.what} cannot be made.",
        hint="See the lines above; run the same command again when that is mended",
        details=details,
    )


def _lines(answer: Any) -> Iterator[str]:
    """Yield what a build prints, its last words included."""
    for event in answer:
        for key in ("stream", "error"):
            yield from (line.rstrip() for line in str(event.get(key, "")).splitlines() if line.strip())


def _digest(base: str, contents: Mapping[str, bytes]) -> str:
    known = hashlib.sha256(base.encode())
    for name, content in sorted(contents.items()):
        known.update(f"\0{name}\0{len(content)}\0".encode())
        known.update(content)
    return known.hexdigest()[:24]
