"""The files: built once from the commit, and for a final proven to be the candidate's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import ClassVar

from packaging.version import Version

from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.dists.manifest import MANIFEST, Manifest, manifest_from_json
from releasegate.core.dists.promotion import Built, PromotionProof, compare
from releasegate.core.dists.version_text import Source
from releasegate.core.errors import GateFailed
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.core.release.versions import promoted
from releasegate.core.version_files.occurrences import bump_all
from releasegate.steps.beside import beside
from releasegate.steps.fetch import published
from releasegate.steps.release import Release
from releasegate.steps.stated import version_file_contents
from releasegate.steps.step import Kind, ReleaseStep
from releasegate.steps.takeover import taken_over


@dataclass(frozen=True)
class Build(ReleaseStep):
    """One wheel and one sdist of the commit lie here, and the manifest says which bytes they are."""

    key: ClassVar[str] = "build"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "forge", "indexes"})

    def describe(self) -> str:
        release, commit = self.release, "the commit"
        if release.at is not None and release.ports.repository.tagged(release.tag) is not None:
            commit = f"{release.at[:12]}, which is not the commit of {release.tag}"
        return f"build {release.package.name} {release.version} from a clean checkout of {commit}"

    def subject(self) -> str:
        return self.release.commit()

    def already(self) -> Evidence | None:
        manifest = self.release.ports.builds.find(self.release.package, self.release.version)
        return _shown(manifest) if manifest is not None and manifest.commit == self.release.commit() else None

    def run(self) -> Evidence:
        release = self.release
        attached = _attached(release) if release.at is None else None
        if attached is not None:
            return {**_shown(attached), "bytes of": "the forge release"}
        _build(release)
        # What an index holds was made of the commit that the version's tag names.
        held = taken_over(release) if release.at is None else ()
        return {**_shown(release.manifest()), "bytes of the index": sorted(held)}


@dataclass(frozen=True)
class Promotable(ReleaseStep):
    """What the candidate leads to can be made: built from the same commit, it differs by nothing but the version."""

    key: ClassVar[str] = "promotable"
    kind: ClassVar[Kind] = Kind.WORK
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds"})

    def describe(self) -> str:
        due = promoted(self.release.version)
        return f"build {due} once, compare it with {self.release.version}, and throw it away"

    def run(self) -> Evidence:
        release, ports = self.release, self.release.ports
        version, due, commit = release.version, promoted(release.version), release.commit()
        contents = version_file_contents(ports.repository, release.package, commit=commit)
        bumped = bump_all(release.package, contents, version=str(due))
        trial = ports.builds.trial(
            release.package, version=due, commit=commit, files=bumped, progress=release.run.progress
        )
        candidate = _built(version, _contents(release), ports.repository.source(commit))
        final = _built(due, trial.files, trial.source)
        proof = compare(candidate, final, package=release.package, tracked=ports.repository.tree(commit))
        if not proof.ok:
            raise GateFailed(
                f"{due} could not be made of {version}: more than the version would differ.",
                hint="Keep what differs out of the build, or make it the same in every build; nothing is consumed yet",
                details=_lines(proof),
            )
        return {"final": str(due), "changed": list(proof.changed), "identical otherwise": True}


@dataclass(frozen=True)
class Promotion(ReleaseStep):
    """The files are the proven candidate's, but for the version."""

    key: ClassVar[str] = "promotion"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "indexes"})

    def describe(self) -> str:
        return f"prove that {self.release.version} is {self.release.candidate} but for its version, file by file"

    def run(self) -> Evidence:
        release = self.release
        candidate, commit = _built_candidate(release), release.candidate_seal().evidence["commit"]
        final = _built(release.version, _contents(release), release.ports.repository.source(release.commit()))
        tracked = release.ports.repository.tree(commit)
        proof = compare(candidate, final, package=release.package, tracked=tracked)
        if not proof.ok:
            raise GateFailed(
                f"{release.version} is not the proven {release.candidate}: more than the version differs.",
                hint=f"Take the change back, or prove what is there now: {release.line()}",
                details=_lines(proof),
            )
        return {"candidate": str(release.candidate), "changed": list(proof.changed), "identical otherwise": True}


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
    package, version, commit = release.package, release.version, release.commit()
    with beside(release):
        release.ports.builds.build(package, version=version, commit=commit, progress=release.run.progress)


def _shown(manifest: Manifest) -> Evidence:
    files = {a.filename: a.sha256 for a in manifest.artifacts}
    return {"commit": manifest.commit, "files": files, "tools": dict(manifest.tools)}


def _lines(proof: PromotionProof) -> list[str]:
    return [line for d in proof.differences for line in (str(d), *(f"  {text}" for text in d.lines))]


def _contents(release: Release) -> dict[str, bytes]:
    """Return the bytes of the release's own build, by file name."""
    builds, artifacts = release.ports.builds, release.manifest().artifacts
    return {a.filename: builds.path(release.package, release.version, a).read_bytes() for a in artifacts}


def _built(version: Version, files: Mapping[str, bytes], source: Source) -> Built:
    wheel = next(name for name in files if name.endswith(".whl"))
    sdist = next(name for name in files if not name.endswith(".whl"))
    members = read_wheel(wheel, files[wheel])
    return Built(str(version), wheel=members, sdist=read_sdist(sdist, files[sdist]), source=source)


def _built_candidate(release: Release) -> Built:
    """Return the candidate's distributions as the staging index serves them, checked against its sealed record."""
    version = release.candidate
    seal = release.candidate_seal()
    files = published(release.index("staging"), release.package.name, version)
    contents = {f.filename: release.index("staging").fetch(f) for f in files if f.filename in seal.evidence["files"]}
    proven = set(seal.evidence["files"])
    if set(contents) != proven or not proven:
        raise GateFailed(
            f"The staging index no longer holds all proven files of {version}.",
            hint=f"Prove another candidate: {release.line()}",
            details=sorted(proven - set(contents)),
        )
    release.require_proven(contents)
    return _built(version, contents, release.ports.repository.source(seal.evidence["commit"]))
