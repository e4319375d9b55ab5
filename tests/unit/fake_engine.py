"""A container engine in memory: images that are pulled and made as it was told, containers that are as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from docker.errors import ImageNotFound

from releasegate.adapters.containers.engine import ContainerEngine


@dataclass
class FakeContainer:
    """One container: what it is labelled with, how it ended, whether its health test passes, what it printed."""

    service: str
    runs: str = ""
    status: str = "running"
    exit_code: int = 0
    oom: bool = False
    healthy: bool = True
    said: str = ""
    ports: Mapping[str, Any] = field(default_factory=dict)
    test: Sequence[str] = ("CMD-SHELL", "true")

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        side = {"releasegate.runs": self.runs} if self.runs else {}
        return {"com.docker.compose.service": self.service, **side}

    @property
    def attrs(self) -> dict[str, Any]:
        """What the engine tells of it."""
        state = {"ExitCode": self.exit_code, "OOMKilled": self.oom}
        return {"State": state, "Config": {"Healthcheck": {"Test": list(self.test)} if self.test else None}}

    def logs(self, **_: object) -> bytes:
        """Return what it printed."""
        return self.said.encode()

    def exec_run(self, _: object) -> tuple[int, bytes]:
        """Run its health test."""
        return (0 if self.healthy else 1), b""


@dataclass
class FakeEngine:
    """The part of the SDK's client that is used; *faults* are raised by the call that they are named by."""

    containers_by_service: dict[str, FakeContainer] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)
    makes: bool = True
    answer: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def images(self) -> FakeEngine:
        """The images."""
        return self

    @property
    def api(self) -> FakeEngine:
        """The lower half of the SDK."""
        return self

    @property
    def containers(self) -> FakeEngine:
        """The containers."""
        return self

    def get(self, name: str) -> Any:
        """Return an image that is here."""
        if name not in self.here:
            raise ImageNotFound(f"No such image: {name}")
        return type("Image", (), {"id": f"sha256:{name}"})

    def pull(self, name: str, **_: object) -> Iterator[dict[str, Any]]:
        """Pull an image."""
        return self._answered("pull", name)

    def build(self, *, tag: str, **_: object) -> Iterator[dict[str, Any]]:
        """Make an image."""
        return self._answered("build", tag)

    def _answered(self, call: str, name: str) -> Iterator[dict[str, Any]]:
        self.asked.append(call)
        if call in self.faults:
            raise self.faults[call]
        yield from self.answer
        if f"{call} answer" in self.faults:
            raise self.faults[f"{call} answer"]
        if self.makes:
            self.here.add(name)

    def list(self, *, filters: Mapping[str, Sequence[str]], **_: object) -> list[FakeContainer]:
        """Return the containers that are labelled so."""
        wanted = [label.partition("=")[2] for label in filters["label"] if "compose.service" in label]
        return [c for name, c in self.containers_by_service.items() if not wanted or name in wanted]

    @property
    def engine(self) -> ContainerEngine:
        """The same for those who know engines only."""
        return ContainerEngine(cast("Any", self), {}, 4.0, 2.0)
