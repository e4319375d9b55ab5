"""The relay into a stack's network, for an engine that is elsewhere: started when the first address is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.images.images import REPOSITORY

if TYPE_CHECKING:
    from releasegate.adapters.containers.elsewhere.relay import Relay


@dataclass
class StackRelay:
    """Reaches the services of the Compose project *project* by a container of *image*, which has a Python."""

    engine: ContainerEngine
    project: str
    image: str
    labels: dict[str, str]
    folder: Path
    _open: ExitStack = field(default_factory=ExitStack)
    _relay: Relay | None = None

    def address(self, where: str) -> str:
        """Return the address here of a service and its port there.

        Raises:
            Unavailable: the stack's network cannot be reached.
        """
        from releasegate.adapters.containers.elsewhere.relay import PROGRAM, relaying

        if self._relay is None:
            words = [word for name, value in self.labels.items() for word in ("--label", f"{name}={value}")]
            argv = ["docker", "run", "--rm", "--interactive", "--network", f"{self.project}_default", *words]
            program = ["--entrypoint", "python3", self.image, "-u", "-I", "-c", PROGRAM.read_text(encoding="utf-8")]
            opened = relaying([*argv, *program], env=self.engine.environment, cwd=self.folder)
            self._relay = self._open.enter_context(opened)
        return self._relay.address(where)

    @property
    def ended(self) -> bool:
        """Whether it was there, and ended by itself."""
        return self._relay is not None and self._relay.ended

    def close(self) -> None:
        """Take the relay away."""
        self._relay = None
        self._open.close()


def with_python(images: Mapping[str, str]) -> str:
    """Return an image that has a Python, of *images* by name: each that was made here has."""
    return next(each for each in images.values() if each.startswith(f"{REPOSITORY}/"))
