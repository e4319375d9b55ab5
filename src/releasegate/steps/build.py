"""The files: built once from the commit, and for a final proven to be the candidate's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from packaging.version import Version

from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.dists.manifest import Artifact, Manifest, manifest_from_json
from releasegate.core.dists.promotion import Built, compare
from releasegate.core.errors import GateFailed
from releasegate.core.release.record import Evidence
from releasegate.core.release.versions import is_candidate
from releasegate.steps.fetch import published
from releasegate.steps.forge_release import MANIFEST
from releasegate.steps.release import Release
from releasegate.steps.step import ReleaseStep


@dataclass(frozen=True)
class Build(ReleaseStep):
    """One wheel and one sdist of the commit lie here, and the manifest says which bytes they are."""

    key: ClassVar[str] = "build"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "forge", "indexes"})

    def describe(self) -> str:
        return f"build {self.release.package.name} {self.release.version} from a clean checkout of the commit"

    def subject(self) -> str:
        return self.release.commit()

    def already(self) -> Evidence | None:
        manifest = self.release.ports.builds.find(self.release.package, self.release.version)
        return _shown(manifest) if manifest is not None and manifest.commit == self.release.commit() else None

    def run(self) -> Evidence:
        release = self.release
        attached = _attached(release)
        if attached is not None:
            return {**_shown(attached), "bytes of": "the forge release"}
        _build(release)
        held = taken_over(release)
        return {**_shown(release.manifest()), "bytes of the index": sorted(held)}


@dataclass(frozen=True)
class Promotion(ReleaseStep):
    """The files are the proven candidate's, but for the version's own version files."""

    key: ClassVar[str] = "promotion"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "indexes"})

    def describe(self) -> str:
        return f"prove that {self.release.version} is {self.release.candidate} but for its version, file by file"

    def run(self) -> Evidence:
        release = self.release
        candidate = _built_candidate(release)
        manifest = release.manifest()
        builds, version = release.ports.builds, release.version
        files = {a.filename: builds.path(release.package, version, a).read_bytes() for a in manifest.artifacts}
        final = _built(version, files)
        proof = compare(candidate, final, package=release.package)
        if not proof.ok:
            lines = [line for d in proof.differences for line in (str(d), *(f"  {text}" for text in d.lines))]
            raise GateFailed(
                f"{release.version} is not the proven {release.candidate}: more than the version differs.",
                hint="Prove what is there now with invoke release --rc (for a post: --post), or take the change back",
                details=lines,
            )
        return {"candidate": str(release.candidate), "changed": list(proof.changed), "identical otherwise": True}


def taken_over(release: Release) -> Mapping[str, bytes]:
    """Make the index's own bytes the build, for files that differ from ours as archives only; return them by name."""
    manifest = release.manifest()
    held = _held_alike(release, manifest)
    if held:
        _adopted(release, manifest, held=held)
    return held


def _attached(release: Release) -> Manifest | None:
    """Keep the files that the version's published forge release carries as the build, and return their manifest.

    They were built where the release was made; a second build could pack the same files into other bytes. What is
    attached is untrusted input: it must be whole and of this commit, and the audit compares it with the commit.
    """
    # A candidate has no forge release, so that the forge need not even be asked.
    forge = None if release.version.is_prerelease else release.ports.forge
    found = forge.find(release.tag) if forge is not None else None
    if forge is None or found is None or found.draft or MANIFEST not in found.assets:
        return None
    text = (forge.asset(release.tag, name=MANIFEST) or b"").decode(errors="replace")
    manifest = manifest_from_json(text, where=f"{MANIFEST} of the forge release {release.tag}")
    files = {a.filename: forge.asset(release.tag, name=a.filename) or b"" for a in manifest.artifacts}
    wrong = [a.filename for a in manifest.artifacts if hashlib.sha256(files[a.filename]).hexdigest() != a.sha256]
    named = (manifest.name, manifest.version, manifest.commit)
    if named != (release.package.name, str(release.version), release.commit()):
        wrong.append(MANIFEST)
    if wrong:
        raise GateFailed(
            f"The forge release {release.tag} carries files that are not of this version and commit.",
            hint="Look at who changed the release; then release the next version",
            details=wrong,
        )
    if release.record().done("audit", subject=manifest.identity) is None:
        # Nobody has audited these bytes: that needs what a build makes beside them.
        _build(release)
    release.ports.builds.adopt(manifest, files)
    return manifest


def _build(release: Release) -> None:
    release.ports.builds.build(
        release.package,
        version=release.version,
        commit=release.commit(),
        progress=release.run.progress,
    )


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


def _shown(manifest: Manifest) -> Evidence:
    files = {a.filename: a.sha256 for a in manifest.artifacts}
    return {"commit": manifest.commit, "files": files, "tools": dict(manifest.tools)}


def _built(version: Version, files: Mapping[str, bytes]) -> Built:
    wheel = next(name for name in files if name.endswith(".whl"))
    sdist = next(name for name in files if not name.endswith(".whl"))
    return Built(str(version), wheel=read_wheel(wheel, files[wheel]), sdist=read_sdist(sdist, files[sdist]))


def _built_candidate(release: Release) -> Built:
    """Return the candidate's distributions as the staging index serves them, checked against its sealed record."""
    version = release.candidate
    seal = release.candidate_seal()
    files = published(release.index("staging"), release.package.name, version)
    contents = {f.filename: release.index("staging").fetch(f) for f in files if f.filename in seal.evidence["files"]}
    proven = set(seal.evidence["files"])
    if set(contents) != proven:
        raise GateFailed(
            f"The staging index no longer holds all proven files of {version}.",
            hint="Prove another candidate: invoke release --rc",
            details=sorted(proven - set(contents)),
        )
    release.require_proven(contents)
    return _built(version, contents)
