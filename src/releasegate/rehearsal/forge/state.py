"""What an embedded forge keeps of one repository: releases, their assets and CI runs, in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

State = Literal["waiting", "running", "passed", "failed"]


@dataclass(frozen=True)
class Asset:
    """An attached file; ``whole`` is false for one whose upload was cut."""

    number: int
    name: str
    size: int
    sha256: str
    whole: bool = True


@dataclass(frozen=True)
class Release:
    """A release as the forge has it."""

    number: int
    tag: str
    branch: str
    draft: bool
    prerelease: bool
    assets: tuple[Asset, ...] = ()


class Refusal(Exception):
    """The forge's own answer to what it does not do: an HTTP status and its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True)
class Repository:
    """The releases under *root*; *commit_of* says which commit a tag of the remote names.

    With *immutable* a published release never changes again. Sources: GitHub's REST API for releases, its immutable
    releases, and the API of Gitea; a release of a tag that is not there is refused, where GitHub would make the tag.
    """

    root: Path
    commit_of: Callable[[str], str | None]
    immutable: bool

    def releases(self) -> tuple[Release, ...]:
        """Return all releases, the newest first."""
        return tuple(reversed(self._read()[0]))

    def runs(self) -> tuple[tuple[str, State], ...]:
        """Return tag and state of every CI run, the newest first."""
        return tuple(reversed(self._read()[1]))

    def release(self, number: int) -> Release:
        """Return a release; raises ``Refusal`` 404 where there is none."""
        found = next((r for r in self.releases() if r.number == number), None)
        if found is None:
            raise Refusal(404, "Not Found")
        return found

    def create(self, *, tag: str, branch: str, draft: bool, prerelease: bool, conflict: int) -> Release:
        """Create a release; one that is no draft and has the tag already is refused with the status *conflict*."""
        if not tag:
            raise Refusal(422, "tag_name is missing")
        if any(r.tag == tag and not r.draft for r in self.releases()):
            raise Refusal(conflict, "Validation Failed: a release of tag_name already_exists")
        if not draft:
            self._require_tag(tag)
        releases, runs = self._read()
        made = Release(self._next(), tag, branch, draft, prerelease)
        self._write([*releases, made], runs)
        return made

    def change(self, number: int, *, draft: bool | None, prerelease: bool | None) -> Release:
        """Publish a release, or change its mark."""
        old = self.release(number)
        self._require_open(old)
        new = replace(
            old,
            draft=old.draft if draft is None else draft,
            prerelease=old.prerelease if prerelease is None else prerelease,
        )
        if old.draft and not new.draft:
            self._require_tag(new.tag)
        return self._put(new)

    def attach(self, number: int, *, name: str, content: bytes, whole: bool = True) -> Asset:
        """Attach a file; a second one of the same name is refused."""
        release = self.release(number)
        self._require_open(release)
        if any(asset.name == name for asset in release.assets):
            raise Refusal(422, "Validation Failed: an asset of that name already_exists")
        asset = Asset(self._next(), name, len(content), hashlib.sha256(content).hexdigest(), whole)
        self._file(asset.number).parent.mkdir(parents=True, exist_ok=True)
        self._file(asset.number).write_bytes(content)
        self._put(replace(release, assets=(*release.assets, asset)))
        return asset

    def detach(self, number: int) -> None:
        """Delete an asset."""
        release, _ = self.asset(number)
        self._require_open(release)
        self._put(replace(release, assets=tuple(a for a in release.assets if a.number != number)))

    def asset(self, number: int) -> tuple[Release, Asset]:
        """Return an asset and its release."""
        for release in self.releases():
            for asset in release.assets:
                if asset.number == number:
                    return release, asset
        raise Refusal(404, "Not Found")

    def content(self, asset: Asset) -> bytes:
        """Return an asset's bytes."""
        return self._file(asset.number).read_bytes()

    def run(self, tag: str, state: State) -> None:
        """Let the newest CI run of *tag* be in *state*."""
        releases, runs = self._read()
        self._write(releases, [*((t, s) for t, s in runs if t != tag), (tag, state)])

    def _require_open(self, release: Release) -> None:
        if self.immutable and not release.draft:
            raise Refusal(422, "Validation Failed: the release is immutable")

    def _require_tag(self, tag: str) -> None:
        if self.commit_of(tag) is None:
            raise Refusal(422, f"Validation Failed: there is no tag {tag}")

    def _file(self, number: int) -> Path:
        return self.root / "assets" / str(number)

    def _next(self) -> int:
        releases, _ = self._read()
        return max((n for r in releases for n in (r.number, *(a.number for a in r.assets))), default=0) + 1

    def _put(self, release: Release) -> Release:
        releases, runs = self._read()
        self._write([release if r.number == release.number else r for r in releases], runs)
        return release

    def _read(self) -> tuple[list[Release], list[tuple[str, State]]]:
        file = self.root / "forge.json"
        if not file.exists():
            return [], []
        body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        releases = [Release(**{**r, "assets": tuple(Asset(**a) for a in r["assets"])}) for r in body["releases"]]
        return releases, [(tag, state) for tag, state in body["runs"]]

    def _write(self, releases: list[Release], runs: list[tuple[str, State]]) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / "forge.json.new"
        body = {"releases": [asdict(release) for release in releases], "runs": runs}
        temporary.write_text(json.dumps(body, indent=1), encoding="utf-8")
        temporary.replace(self.root / "forge.json")
