"""A registry that images and kept databases travel through, so that an engine which has nothing begins with them.

What it does not have is made here, and what it does not take stays here: it is never why a run fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from releasegate.adapters.containers.engine import ContainerEngine, engine_errors
from releasegate.adapters.containers.tar import packed, unpacked
from releasegate.core.printable import printable
from releasegate.ports import Progress

_NOTHING = "nothing"
"""The command of a container that is never started: the engine wants one."""


@dataclass(frozen=True)
class Registry:
    """The repositories below *name*, a registry's host with a path, as the engine reaches them."""

    engine: ContainerEngine
    name: str
    progress: Progress
    refused: list[str] = field(default_factory=list)

    def pull(self, tag: str) -> bool:
        """Let the engine have the image *tag*, and return whether the registry had it."""
        repository, _, version = self._there(tag).rpartition(":")
        images = self.engine.client.images
        try:
            images.pull(repository, tag=version).tag(*tag.rsplit(":", 1))
        except engine_errors():
            return False
        self._untag(tag)
        self.progress(f"had {tag} from {self.name}")
        return True

    def push(self, tag: str) -> None:
        """Give the engine's image *tag* to the registry; one that refuses once is not asked again."""
        if self.refused:
            return
        there = self._there(tag)
        try:
            self.engine.client.images.get(tag).tag(*there.rsplit(":", 1))
            answer = self.engine.client.images.push(there, stream=True, decode=True)
            said = [str(event["error"]) for event in answer if event.get("error")]
        except engine_errors() as error:
            said = [str(error)]
        self._untag(tag)
        if said:
            self.refused.append(there)
            self.progress(f"{self.name} took no image: {printable(said[0])}")

    def put(self, tag: str, contents: Mapping[str, bytes]) -> None:
        """Give files to the registry, as an image *tag* that holds nothing else."""
        if self.refused:
            return
        repository, _, version = tag.rpartition(":")
        try:
            self.engine.client.api.import_image_from_data(packed(contents), repository=repository, tag=version)
            self.push(tag)
        except engine_errors() as error:
            self.progress(f"{tag} was not made: {printable(str(error))}")
        finally:
            self._remove(tag)

    def get(self, tag: str, names: tuple[str, ...]) -> Mapping[str, bytes]:
        """Return the files of an image *tag*; none where the registry does not have it."""
        if not self.pull(tag):
            return {}
        try:
            container = self.engine.client.containers.create(tag, [_NOTHING])
            try:
                return {name: unpacked(container.get_archive(f"/{name}")[0]) for name in names}
            finally:
                container.remove(force=True, v=True)
        except engine_errors():
            return {}
        finally:
            self._remove(tag)

    def _there(self, tag: str) -> str:
        """Return what an image that is called *tag* here is called there."""
        return f"{self.name}/{tag.partition('/')[2]}"

    def _untag(self, tag: str) -> None:
        self._remove(self._there(tag))

    def _remove(self, name: str) -> None:
        with suppress(*engine_errors()):
            self.engine.client.images.remove(name)
