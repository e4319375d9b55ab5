"""What an index holds of a release whose build was lost here: bytes that are gone on with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.dists.manifest import Artifact, Manifest
from releasegate.core.errors import GateFailed
from releasegate.core.release.versions import is_candidate
from releasegate.steps.fetch import published
from releasegate.steps.release import Release


def taken_over(release: Release) -> Mapping[str, bytes]:
    """Make the index's own bytes the build, for files that differ from ours as archives only; return them by name."""
    manifest = release.manifest()
    held = _held_alike(release, manifest)
    if held:
        _adopted(release, manifest, held=held)
    return held


def _held_alike(release: Release, manifest: Manifest) -> dict[str, bytes]:
    """Return the index's own bytes of the files that were built before, and differ from ours as archives only.

    A backend may pack equal files into other bytes. Where the build that was uploaded is lost, what the index holds
    is the release, so that a run goes on with it instead of burning the number.
    """
    builds, version = release.ports.builds, release.version
    index = release.index("staging" if is_candidate(release.version) else "production")
    listed = {file.filename: file for file in published(index, release.package.name, version)}
    alike = {}
    for artifact in manifest.artifacts:
        if artifact.filename in listed and listed[artifact.filename].sha256 != artifact.sha256:
            content = index.fetch(listed[artifact.filename])
            ours = builds.path(release.package, version, artifact).read_bytes()
            if content != ours and _same_members(artifact, content, ours):
                alike[artifact.filename] = content
    return alike


def _same_members(artifact: Artifact, theirs: bytes, ours: bytes) -> bool:
    """Whether two archives hold the same files; one that cannot be read is like no other."""
    read = read_wheel if artifact.kind == "wheel" else read_sdist
    try:
        one, other = (read(artifact.filename, content) for content in (theirs, ours))
    except GateFailed:
        return False
    return (one.folder, dict(one), one.executable) == (other.folder, dict(other), other.executable)


def _adopted(release: Release, manifest: Manifest, *, held: Mapping[str, bytes]) -> None:
    """Keep the index's bytes as the build, beside what the index does not hold yet."""
    builds, version = release.ports.builds, release.version
    ours = {a.filename: builds.path(release.package, version, a).read_bytes() for a in manifest.artifacts}
    files = {**ours, **held}
    artifacts = [Artifact(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()]
    builds.adopt(replace(manifest, artifacts=tuple(artifacts)), files)
