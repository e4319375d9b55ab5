"""The source: a clean branch, a free number, the version files bumped and agreeing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from releasegate.core.errors import GateFailed, Refused
from releasegate.core.release.record import Evidence
from releasegate.core.release.versions import next_legal
from releasegate.core.version_files.occurrences import bump_all, compare, find_all
from releasegate.steps.step import Kind, Release


@dataclass(frozen=True)
class Clean:
    """Nothing uncommitted can slip in: the release branch is checked out and no tracked file differs."""

    release: Release
    key: ClassVar[str] = "clean"
    kind: ClassVar[Kind] = Kind.GUARD
    waivable: ClassVar[bool] = False

    def describe(self) -> str:
        return f"the work tree of {self.release.package.name} is clean and on {self.release.package.branch}"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        repository, package = self.release.ports.repository, self.release.package
        branch, event = repository.branch(), self.release.run.event
        # A runner has the commit of a tag checked out and no branch.
        at_event = event is not None and event.detached and branch is None and repository.head() == event.commit
        if branch != package.branch and not at_event:
            raise Refused(
                f"{package.name} is on {branch or 'no branch'}, and is released from {package.branch}.",
                hint=f"Run git switch {package.branch} in {package.path}",
            )
        ours = _bumped(self.release) if repository.changed() else {}
        # A bump that was interrupted is no stranger: it is what the step after this one writes again.
        strangers = [p for p in repository.changed() if p not in ours or repository.read(p) != ours[p]]
        if strangers:
            raise Refused(
                f"{package.name} has changes that are not committed.",
                hint="Commit them or take them back, then run the same command again",
                details=[str(path) for path in strangers[:20]],
            )
        return {"branch": branch, "commit": repository.head()}


@dataclass(frozen=True)
class VersionUnused:
    """The number is free, or is this very release's: the same commit, already begun."""

    release: Release
    key: ClassVar[str] = "free"
    kind: ClassVar[Kind] = Kind.GUARD
    waivable: ClassVar[bool] = False

    def describe(self) -> str:
        return f"{self.release.version} is free on every index, as a tag and in the ledger"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        release = self.release
        tagged = release.ports.repository.tags().get(release.tag)
        head = release.ports.repository.head()
        taken = release.run.consumed(release.package)
        if tagged == head:
            return {"tag": release.tag, "commit": head, "resumed": True}
        if tagged is not None:
            raise Refused(
                f"{release.tag} names {tagged[:12]}, and {head[:12]} is checked out.",
                hint=f"Check out {release.tag} to go on with it, or use {next_legal(release.version, taken=taken)}",
            )
        binding = set(taken.where(release.version)) - {"ledger"}
        if not release.version.is_prerelease:
            binding &= taken.binding
        if binding:
            raise Refused(
                f"{release.version} of {release.package.name} is consumed ({', '.join(sorted(binding))}).",
                hint=f"The next legal version is {next_legal(release.version, taken=taken)}",
            )
        return {"commit": head, "resumed": False}


@dataclass(frozen=True)
class Bump:
    """Every version file states the version, in one commit that changes nothing else."""

    release: Release
    key: ClassVar[str] = "bump"
    kind: ClassVar[Kind] = Kind.GUARD
    waivable: ClassVar[bool] = False

    def describe(self) -> str:
        return f"commit {self.release.version} to the {len(self.release.package.version_files)} version files"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def already(self) -> Evidence | None:
        repository = self.release.ports.repository
        if repository.changed():
            return None
        contents = _contents(self.release, repository.head())
        stated = {s.version for s in find_all(self.release.package, contents)}
        return {"commit": repository.head()} if stated == {str(self.release.version)} else None

    def run(self) -> Evidence:
        release = self.release
        message = f"Release {release.package.name} {release.version}"
        return {"commit": release.ports.history.commit(_bumped(release), message=message)}


@dataclass(frozen=True)
class VersionFilesAgree:
    """Every version file, the tag too, says the same."""

    release: Release
    key: ClassVar[str] = "places"
    kind: ClassVar[Kind] = Kind.GUARD
    waivable: ClassVar[bool] = False

    def describe(self) -> str:
        return f"all {len(self.release.package.version_files)} version files and the tag state {self.release.version}"

    def subject(self) -> str:
        return self.release.commit()

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        release = self.release
        seen = find_all(release.package, _contents(release, release.commit()))
        problems = compare(seen, version=str(release.version), said_by="the release")
        if problems:
            raise GateFailed(
                f"{release.package.name} does not state {release.version} everywhere.",
                hint="Make the version files agree, then see nox -s versions",
                details=problems,
            )
        return {"commit": release.commit(), "places": [f"{s.path}:{s.line} {s.where} = {s.version}" for s in seen]}


def _bumped(release: Release) -> dict[PurePosixPath, bytes]:
    """Return the new bytes of every version file: computed all before any is written, from the commit alone."""
    contents = _contents(release, release.ports.repository.head())
    return bump_all(release.package, contents, version=str(release.version))


def _contents(release: Release, commit: str) -> dict[PurePosixPath, bytes | None]:
    repository = release.ports.repository
    return {
        version_file.path: repository.read(version_file.path, commit=commit)
        for version_file in release.package.version_files
    }
