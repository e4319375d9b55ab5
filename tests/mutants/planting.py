"""The files of both packages inside of their containers: read, changed, taken away and put back."""

from __future__ import annotations

import io
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.kept import KeptStack, docker, docker_bytes
from tests.mutants.mutant import Side

RUNS: dict[Side, tuple[str, ...]] = {"plugin": ("netbox", "worker"), "backend": ("backend",)}
"""The services that run each side's package."""


@dataclass(frozen=True)
class Planter:
    """A kept stack, and where the packages are inside of its containers."""

    project: str
    reports: Path
    packages: dict[Side, str]

    @property
    def stack(self) -> KeptStack:
        """The stack as it is now, what does not run of it, too: a port is another one after each start."""
        return KeptStack.of(self.project, self.reports, stopped=True)

    def sources(self) -> dict[tuple[Side, str], str]:
        """Return every Python file of both packages, as it is installed."""
        return {(side, name): text for side in self.packages for name, text in self._tree(side)}

    def read(self, side: Side, file: str) -> str | None:
        """Return a file of a package; nothing where there is none."""
        try:
            packed = docker_bytes("cp", f"{self._containers(side)[0]}:{self.packages[side]}/{file}", "-")
        except subprocess.CalledProcessError:
            return None
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            stream = archive.extractfile(archive.next() or tarfile.TarInfo())
            return stream.read().decode() if stream else None

    def write(self, side: Side, file: str, text: str | None) -> None:
        """Let a file hold *text*, or be no more."""
        place = Path(self.packages[side], file)
        for container in self._containers(side):
            if text is None:
                docker("exec", "--user=0", container, "rm", str(place))
            else:
                put(container, place.parent, {place.name: text})

    def _containers(self, side: Side) -> list[str]:
        held = self.stack.containers
        return [held[service]["Id"] for service in RUNS[side]]

    def _tree(self, side: Side) -> Iterator[tuple[str, str]]:
        packed = docker_bytes("cp", f"{self._containers(side)[0]}:{self.packages[side]}", "-")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                inside = member.name.partition("/")[2]
                stream = archive.extractfile(member) if inside.endswith(".py") and "migrations" not in inside else None
                if stream is not None and "tests/" not in inside and "generated/" not in inside:
                    yield inside, stream.read().decode()


def put(container: str, folder: Path, files: dict[str, str]) -> None:
    """Place files into a container, whether it runs or not."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as packed:
        for name, text in files.items():
            member, content = tarfile.TarInfo(name), text.encode()
            member.size, member.mtime, member.mode = len(content), int(time.time()), 0o644
            packed.addfile(member, io.BytesIO(content))
    docker("cp", "-", f"{container}:{folder}", told=archive.getvalue())
