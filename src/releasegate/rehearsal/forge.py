"""An embedded forge: releases of one repository, kept in a file, with the rules of the real ones.

A draft can change and be published; a published release and its tag never change again. A release is cut from a tag
that is on the remote; source: GitHub's REST API for releases and its immutable releases.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from releasegate.core.errors import Refused
from releasegate.ports import ForgeRelease


@dataclass(frozen=True)
class EmbeddedForge:
    """The releases of one repository under *root*; *commit_of* says which commit a tag of the remote names."""

    root: Path
    commit_of: Callable[[str], str | None]

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``."""
        body = self._read().get(tag)
        return None if body is None else ForgeRelease(**{**body, "assets": tuple(body["assets"])})

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft.

        Raises:
            Refused: the tag has a release, or is not on the remote, or names another commit.
        """
        if self.find(release.tag) is not None:
            raise Refused(f"{release.tag} has a release already.", hint="Publish that one, or use the next version")
        self._require_tag(release)
        self._write(replace(release, draft=True))

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file to the draft, in place of one of the same name.

        Raises:
            Refused: there is no draft of *tag*.
        """
        release = self._draft(tag)
        folder = self.root / "assets" / hashlib.sha256(tag.encode()).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / Path(name).name).write_bytes(content)
        self._write(replace(release, assets=tuple(sorted({*release.assets, name}))))

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft; from then on neither it nor its tag can change.

        Raises:
            Refused: there is no draft of *tag*, or the tag has moved.
        """
        release = self._draft(tag)
        self._require_tag(release)
        published = replace(release, draft=False)
        self._write(published)
        return published

    def _draft(self, tag: str) -> ForgeRelease:
        release = self.find(tag)
        if release is None or not release.draft:
            raise Refused(
                f"{tag} has no draft to change.", hint="A published release is immutable: use the next version"
            )
        return release

    def _require_tag(self, release: ForgeRelease) -> None:
        named = self.commit_of(release.tag)
        if named != release.commit:
            raise Refused(
                f"Tag {release.tag} on the remote names {named or 'nothing'}, not {release.commit}.",
                hint="Push the tag of the released commit first",
            )

    def _read(self) -> dict[str, Any]:
        file = self.root / "releases.json"
        if not file.exists():
            return {}
        body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return body

    def _write(self, release: ForgeRelease) -> None:
        body: Mapping[str, Any] = {**self._read(), release.tag: asdict(release)}
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / "releases.json.new"
        temporary.write_text(json.dumps(body, indent=2), encoding="utf-8")
        temporary.replace(self.root / "releases.json")
