"""The embedded forge as a server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import Unavailable
from releasegate.rehearsal.forge.app import ForgeApp
from releasegate.rehearsal.forge.branches import Protection
from releasegate.rehearsal.forge.dialects import dialect_of
from releasegate.rehearsal.forge.faults import Fault, Limit
from releasegate.rehearsal.forge.state import ForgeRepository
from releasegate.rehearsal.forge.store import RunEvent, RunState
from releasegate.rehearsal.index.listener import Listener


class EmbeddedForge:
    """A forge of one repository that is kept under *root* and serves on 127.0.0.1 while it is started.

    *commit_of* says which commit a tag of the Git remote names; *port* 0 takes a free one. ::

        with EmbeddedForge(root, "octo/harbor-api", token="secret", commit_of=remote.tagged) as forge:
            ...  # forge_of(forge.config, environ={"FORGE_TOKEN": "secret"})
    """

    def __init__(  # noqa: PLR0913 - what a repository on a forge is
        self,
        root: Path,
        repository: str,
        *,
        token: str,
        commit_of: Callable[[str], str | None],
        kind: Literal["github", "gitea"] = "github",
        immutable: bool = True,
        port: int = 0,
    ) -> None:
        self._port = port
        self.kind = kind
        self.immutable = immutable
        self.state = ForgeRepository(root, commit_of, immutable, kind)
        self.app = ForgeApp(repository, token, dialect_of(kind, immutable=immutable), self.state)
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        """Serve; the address is known from here on."""
        self._listener = Listener(self.app, port=self._port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    @property
    def address(self) -> str:
        """Where the forge is served, without a slash at the end; raises ``Unavailable`` while it is not."""
        if self._listener is None:
            raise Unavailable(f"The forge of {self.app.name} is not running.", hint="Start it first")
        return self._listener.address

    @property
    def config(self) -> ForgeConfig:
        """What a package's configuration says of this forge."""
        return ForgeConfig(self.kind, self.app.name, address=self.address, immutable=self.immutable)

    def run(self, tag: str, state: RunState, *, event: RunEvent = "push") -> int:
        """Let the CI run that *tag* (or, as the *event*, its release) started be in *state*; return its number."""
        return self.state.run(tag, state, event=event)

    def protect(self, branch: str, protection: Protection) -> None:
        """Let *branch* take pull requests alone from now on, or what *protection* says."""
        self.app.protections[branch] = protection

    def limit(self, times: int, *, seconds: int | None = None) -> None:
        """Answer the next *times* requests with the rate limit, which ends in *seconds*, or at midnight UTC."""
        self.app.faults.add(Limit(seconds), times)

    def fail(self, times: int, fault: Fault = "refuse") -> None:
        """Let *fault* become of the next *times* requests that it can come to."""
        self.app.faults.add(fault, times)
