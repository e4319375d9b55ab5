"""The rules of an embedded forge's repository, those that GitHub and Gitea share and those in which they differ.

Sources: GitHub's REST API for releases and release assets, and its "immutable releases", of which only title and notes
can change; of Gitea ``routers/api/v1/repo/release.go`` (a draft takes the tag, too: 409) and ``release_attachment.go``
(two attachments may have one name).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Literal

from releasegate.rehearsal.forge.store import Asset, ForgeStore, Kept, RunEvent, RunState, StoredRelease, WorkflowRun


class ForgeRefusal(Exception):
    """The forge's own answer to what it does not do: an HTTP status and its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True)
class Change:
    """What is to become of a release; what is ``None`` stays."""

    tag: str | None = None
    branch: str | None = None
    title: str | None = None
    notes: str | None = None
    draft: bool | None = None
    prerelease: bool | None = None

    def of(self, old: StoredRelease) -> StoredRelease:
        """Return *old* as it is to become."""
        wanted = {name: value for name, value in vars(self).items() if value is not None}
        return replace(old, **wanted)


@dataclass(frozen=True)
class ForgeRepository:
    """The releases under *root*; *commit_of* says which commit a tag of the Git remote names.

    With *immutable* only title and notes of a published release can change. A release is not published before its tag
    is there: GitHub and Gitea would make the tag from the branch.
    """

    root: Path
    commit_of: Callable[[str], str | None]
    immutable: bool
    kind: Literal["github", "gitea"] = "github"
    lock: RLock = field(default_factory=RLock, repr=False)

    def releases(self) -> tuple[StoredRelease, ...]:
        """Return all releases, the newest first."""
        return tuple(reversed(self._kept.releases))

    def runs(self) -> tuple[WorkflowRun, ...]:
        """Return every CI run, the newest first."""
        return tuple(reversed(self._kept.runs))

    def release(self, number: int) -> StoredRelease:
        """Return a release; raises ``ForgeRefusal`` 404 where there is none."""
        found = next((r for r in self.releases() if r.number == number), None)
        if found is None:
            raise ForgeRefusal(404, "Not Found")
        return found

    def create(self, wanted: Change) -> StoredRelease:
        """Create a release; a tag that has one already is refused, at GitHub only by a published one."""
        kept = self._kept
        if not wanted.tag:
            raise ForgeRefusal(422, "Validation Failed: tag_name is missing")
        made = wanted.of(StoredRelease(kept.last + 1, wanted.tag, branch="", draft=False, prerelease=False))
        same = [r for r in kept.releases if r.tag.lower() == made.tag.lower()]
        if self.kind == "gitea" and same:
            raise ForgeRefusal(409, "Release already exists")
        if any(not r.draft for r in same):
            raise ForgeRefusal(422, "Validation Failed: tag_name already_exists")
        if not made.draft:
            self._require_tag(made.tag)
        self._store.write(replace(kept, releases=(*kept.releases, made), last=made.number))
        return made

    def change(self, number: int, wanted: Change) -> StoredRelease:
        """Publish a release, or change what may change of it."""
        old = self.release(number)
        new = wanted.of(old)
        if replace(new, title=old.title, notes=old.notes) != old:
            self._require_open(old)
        if old.draft and not new.draft:
            self._require_tag(new.tag)
        self._store.write(self._kept.put(new))
        return new

    def attach(self, number: int, *, name: str, content: bytes, whole: bool = True) -> Asset:
        """Attach a file; GitHub refuses a second one of the same name, also where only half of the first is there."""
        release, kept = self.release(number), self._kept
        self._require_open(release)
        same = [asset for asset in release.assets if asset.name == name]
        if self.kind == "github" and same:
            raise ForgeRefusal(422, "Validation Failed: ReleaseAsset name already_exists")
        if not name:
            raise ForgeRefusal(422, "Validation Failed: name is missing")
        file = self._store.keep(release.tag, name, content, taken=len(same))
        digest = hashlib.sha256(content).hexdigest()
        asset = Asset(kept.last + 1, name, len(content), digest, whole, file)
        with_it = replace(release, assets=(*release.assets, asset))
        self._store.write(replace(kept.put(with_it), last=asset.number))
        return asset

    def detach(self, number: int) -> None:
        """Delete an asset."""
        release, asset = self.asset(number)
        self._require_open(release)
        without = replace(release, assets=tuple(a for a in release.assets if a.number != number))
        self._store.write(self._kept.put(without))
        self._store.drop(asset)

    def asset(self, number: int) -> tuple[StoredRelease, Asset]:
        """Return an asset and its release; raises ``ForgeRefusal`` 404 where there is none."""
        for release in self.releases():
            for asset in release.assets:
                if asset.number == number:
                    return release, asset
        raise ForgeRefusal(404, "Not Found")

    def content(self, asset: Asset) -> bytes:
        """Return an asset's bytes."""
        return self._store.content(asset)

    def run(self, tag: str, state: RunState, *, event: RunEvent = "push") -> int:
        """Let the newest CI run that *event* of *tag* started be in *state*; start one where there is none.

        Return its number.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        with self.lock:
            kept = self._kept
            same = [run for run in kept.runs if (run.tag, run.event) == (tag, event)]
            new = WorkflowRun(len(kept.runs) + 1, tag, state, event, began=now)
            run = replace(same[-1] if same else new, state=state, ended=now)
            others = tuple(r for r in kept.runs if r.number != run.number)
            self._store.write(replace(kept, runs=tuple(sorted((*others, run), key=lambda r: r.number))))
            return run.number

    def commit_of_run(self, run: WorkflowRun) -> str:
        """Return the commit that a CI run is of: its tag's."""
        return self.commit_of(run.tag) or ""

    @property
    def _store(self) -> ForgeStore:
        return ForgeStore(self.root)

    @property
    def _kept(self) -> Kept:
        return self._store.read()

    def _require_open(self, release: StoredRelease) -> None:
        if self.immutable and not release.draft:
            raise ForgeRefusal(422, "Validation Failed: the release is immutable")

    def _require_tag(self, tag: str) -> None:
        if self.commit_of(tag) is None:
            raise ForgeRefusal(422, f"Validation Failed: there is no tag {tag}")
