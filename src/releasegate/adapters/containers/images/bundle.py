"""The images of a stack as one file, for a runner that begins with none: what was made here, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.process import last_lines, run
from releasegate.core.errors import Unavailable

FILE = "images.tar"
_SECONDS = 1800.0


@dataclass(frozen=True)
class ImageBundle:
    """The file of images in *folder*."""

    engine: ContainerEngine
    folder: Path

    def give(self, pulled: Iterable[str]) -> int:
        """Write what was made here, and those of the *pulled* images that are here; return how many there are.

        Raises:
            Unavailable: the engine cannot write them.
        """
        from docker.errors import ImageNotFound

        names = [tag for image in Images(self.engine).kept() for tag in image.tags]
        for name in pulled:
            try:
                self.engine.client.images.get(name)
            except ImageNotFound:
                continue
            names.append(name)
        if names:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._docker("save", "--output", str(self.folder / FILE), *dict.fromkeys(names))
        return len(dict.fromkeys(names))

    def take(self) -> bool:
        """Let the engine have what the file holds; return whether there is one.

        Raises:
            Unavailable: the engine cannot read it.
        """
        file = self.folder / FILE
        if not file.is_file():
            return False
        self._docker("load", "--quiet", "--input", str(file))
        return True

    def _docker(self, *words: str) -> None:
        argv = ["docker", "image", *words]
        done = run(argv, env=self.engine.environment, cwd=self.folder, timeout=_SECONDS)
        if done.exit_code != 0:
            raise Unavailable(
                f"The Docker engine could not {words[0]} the images.",
                hint="Run the same command again; without it, they are made anew",
                details=last_lines(done.stderr, count=3),
            )
