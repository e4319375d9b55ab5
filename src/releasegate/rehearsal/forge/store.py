"""How an embedded forge keeps releases, assets and CI runs: a kill loses no more than what nobody was told of.

``forge.json`` is written beside itself and then moved; an asset's bytes are there before ``forge.json`` names them.
Files are called after tags and assets, so that two rehearsals of the same leave the same files.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

RunState = Literal["held", "waiting", "running", "passed", "failed"]
"""``held`` is a run that waits for a person, ``waiting`` one that waits for a runner."""
RunEvent = Literal["push", "release", "pull_request"]


@dataclass(frozen=True)
class Asset:
    """An attached file; ``whole`` is false for one whose upload was cut, ``file`` is where its bytes lie."""

    number: int
    name: str
    size: int
    sha256: str
    whole: bool
    file: str


@dataclass(frozen=True)
class StoredRelease:
    """A release as the forge has it."""

    number: int
    tag: str
    branch: str
    draft: bool
    prerelease: bool
    title: str = ""
    notes: str = ""
    assets: tuple[Asset, ...] = ()


@dataclass(frozen=True)
class WorkflowRun:
    """A CI run that a tag started."""

    number: int
    tag: str
    state: RunState
    event: RunEvent
    began: str = "2026-01-01T00:00:00Z"
    ended: str = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Kept:
    """Everything that is kept, oldest first; ``last`` is the last number that was given to anything."""

    releases: tuple[StoredRelease, ...] = ()
    runs: tuple[WorkflowRun, ...] = ()
    last: int = 0

    def put(self, release: StoredRelease) -> Kept:
        """Return it with *release* in the place of the one with its number."""
        return replace(self, releases=tuple(release if r.number == release.number else r for r in self.releases))


@dataclass(frozen=True)
class ForgeStore:
    """The folder *root*; nothing is in it until something is kept."""

    root: Path

    def read(self) -> Kept:
        """Return what is kept."""
        file = self.root / "forge.json"
        if not file.exists():
            return Kept()
        body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        releases = (StoredRelease(**{**r, "assets": tuple(Asset(**a) for a in r["assets"])}) for r in body["releases"])
        return Kept(tuple(releases), tuple(WorkflowRun(**run) for run in body["runs"]), body["last"])

    def write(self, kept: Kept) -> None:
        """Keep *kept* instead of what was."""
        self._replace(self.root / "forge.json", json.dumps(asdict(kept), indent=1).encode())

    def keep(self, tag: str, name: str, content: bytes, *, taken: int = 0) -> str:
        """Write an asset's bytes and return the file's name; *taken* tells those of the same name apart."""
        file = f"assets/{quote(tag, safe='')}/{quote(name, safe='')}" + (f"~{taken}" if taken else "")
        self._replace(self.root / file, content)
        return file

    def content(self, asset: Asset) -> bytes:
        """Return an asset's bytes."""
        return (self.root / asset.file).read_bytes()

    def drop(self, asset: Asset) -> None:
        """Remove an asset's bytes."""
        (self.root / asset.file).unlink(missing_ok=True)

    def _replace(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.root / "incoming"
        temporary.write_bytes(content)
        temporary.replace(path)
