"""The manifest: which files a release consists of, byte for byte, and what they were made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass

MANIFEST = "manifest.json"
"""What a manifest's file is called, beside the files that it lists."""


@dataclass(frozen=True)
class Artifact:
    """One distribution file; ``size`` is in bytes."""

    filename: str
    size: int
    sha256: str

    @property
    def kind(self) -> Literal["wheel", "sdist"]:
        """Whether the file is a wheel or an sdist."""
        return "wheel" if self.filename.endswith(".whl") else "sdist"


@dataclass(frozen=True)
class Manifest:
    """What one build made: exactly one wheel and one sdist, the wheel first (it is also uploaded first).

    ``epoch`` is the ``SOURCE_DATE_EPOCH`` of the build, in seconds; ``tools`` are versions by tool name.
    """

    name: str
    version: str
    commit: str
    epoch: int
    artifacts: tuple[Artifact, ...]
    tools: Mapping[str, str]

    def to_json(self) -> str:
        """Return the manifest as the JSON text that ``manifest.json`` holds."""
        body = {
            "name": self.name,
            "version": self.version,
            "commit": self.commit,
            "epoch": self.epoch,
            "files": [{"filename": a.filename, "size": a.size, "sha256": a.sha256} for a in self.artifacts],
            "tools": dict(self.tools),
        }
        return json.dumps(body, indent=2, sort_keys=True) + "\n"

    @property
    def identity(self) -> str:
        """What the bytes are known by: every file's sha256, in the manifest's order."""
        return " ".join(a.sha256 for a in self.artifacts)


def manifest_from_json(text: str, *, where: str) -> Manifest:
    """Parse a manifest; *where* names it in the error.

    Raises:
        Unavailable: the text is not a manifest.
    """
    try:
        body: Any = json.loads(text)
        artifacts = tuple(Artifact(str(f["filename"]), int(f["size"]), str(f["sha256"])) for f in body["files"])
        tools = {str(k): str(v) for k, v in body["tools"].items()}
        return Manifest(
            name=str(body["name"]),
            version=str(body["version"]),
            commit=str(body["commit"]),
            epoch=int(body["epoch"]),
            artifacts=artifacts,
            tools=tools,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Unavailable(f"{where} is not a manifest.", hint="Build again: nox -s build") from error
