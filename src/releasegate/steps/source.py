"""The source: a clean branch, a number that is unused, the version files bumped and agreeing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import ClassVar

from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.enumerated import counted
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.core.release.next_version import next_legal
from releasegate.core.version_files.occurrences import bump_all
from releasegate.core.version_files.survey import survey
from releasegate.ports import Repository
from releasegate.steps.mirror import require_source
from releasegate.steps.release import Release
from releasegate.steps.stated import before, changed_files, left_behind, require_one, version_file_contents
from releasegate.steps.step import ReleaseStep

_TOLD = 20


@dataclass(frozen=True)
class Clean(ReleaseStep):
    """Nothing uncommitted can slip in: the release branch is checked out and no tracked file differs."""

    key: ClassVar[str] = "clean"
    uses: ClassVar[frozenset[str]] = frozenset({"repository"})

    def describe(self) -> str:
        return f"the work tree of {self.release.package.name} is clean and on {self.release.branch()}"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def run(self) -> Evidence:
        repository, package = self.release.ports.repository, self.release.package
        branch, event = repository.branch(), self.release.run.event
        # A runner has the commit of a tag checked out and no branch.
        at_event = event is not None and event.detached and branch is None and event.commit in {"", repository.head()}
        changed = changed_files(repository, package)
        if not package.released_from(branch) and not at_event:
            raise _begun(repository, package) or _elsewhere(repository, package, branch, changed)
        # A bump that was interrupted is no stranger: it is what the step after this one writes again. Who asks for a
        # version is told of it before its candidate, which may be the one that was interrupted.
        versions = {self.release.version, self.release.candidate} if changed else set()
        bumps = [_bumped(self.release, version) for version in versions]
        strangers = [p for p in changed if not any(p in ours and repository.read(p) == ours[p] for ours in bumps)]
        if strangers:
            raise _begun(repository, package) or Refused(
                f"{package.name} has changes that are not committed.",
                hint=f"Take them back, or commit them: {package.git_line('commit --all')}",
                details=_shown(strangers),
            )
        return {"branch": branch, "commit": repository.head()}


def _begun(repository: Repository, package: Package) -> Refused | None:
    """Return what is wrong where Git is in the middle of something: to commit or to switch then does harm, or fails."""
    begun = repository.unfinished()
    if not begun:
        return None
    back = "bisect reset" if begun == "bisect" else f"{begun} --abort"
    return Refused(
        f"A {begun} was begun in {package.name} and is not ended.",
        hint=f"End it as Git says, or take it back: {package.git_line(back)}",
    )


def _shown(paths: Sequence[PurePosixPath]) -> list[str]:
    return [str(path) for path in paths[:_TOLD]]


def _elsewhere(
    repository: Repository, package: Package, branch: str | None, changed: Sequence[PurePosixPath]
) -> Refused:
    line = f"switch {package.branch}"
    hint = "A branch that mends an older line belongs into maintenance-branches; from any other go back: "
    if holder := repository.holder(package.branch):
        line, hint = "", f"{package.branch} is checked out in another work tree; go on there: cd {shlex.quote(holder)}"
    elif not repository.has_branch(package.branch):
        line = f"switch --create {package.branch}"
        hint = f'There is no {package.branch} here. Set branch = "NAME" to the one that is released from, or make it: '
    problem = f"{package.name} is on {branch or 'no branch'}, and is released from {package.branches}"
    more = "; and what is changed here is not committed" if changed else ""
    return Refused(f"{problem}{more}.", hint=hint + (package.git_line(line) if line else ""), details=_shown(changed))


@dataclass(frozen=True)
class VersionUnused(ReleaseStep):
    """The number is unused, or is this very release's: the same commit, already begun."""

    key: ClassVar[str] = "free"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "consumed"})

    def describe(self) -> str:
        return f"{self.release.version} is unused on every index, as a tag and in the ledger"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def run(self) -> Evidence:
        release = self.release
        tagged = release.ports.repository.tags().get(release.tag)
        head = release.ports.repository.head()
        consumed = release.run.consumed(release.package)
        if tagged == head:
            return {"tag": release.tag, "commit": head, "resumed": True}
        if tagged is not None:
            legal = next_legal(release.version, consumed=consumed)
            raise Refused(
                f"{release.tag} names {tagged[:12]}, and {head[:12]} is checked out.",
                hint=f"Check out {release.tag} to go on with it, or use {legal}",
            )
        binding = set(consumed.where(release.version)) - {"ledger"}
        if not release.version.is_prerelease:
            binding &= consumed.binding
        if binding:
            raise Refused(
                f"{release.version} of {release.package.name} is consumed ({', '.join(sorted(binding))}).",
                hint=f"The next legal version is {next_legal(release.version, consumed=consumed)}",
            )
        return {"commit": head, "resumed": False}


@dataclass(frozen=True)
class Bump(ReleaseStep):
    """Every version file states the version, in one commit that changes nothing else."""

    key: ClassVar[str] = "bump"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "history"})

    def describe(self) -> str:
        if not self.release.package.version_files:
            return f"commit nothing: the tag states {self.release.version}"
        return f"commit {self.release.version} to {_counted(self.release.package)}"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def already(self) -> Evidence | None:
        return {"commit": self.release.ports.repository.head()} if is_stated(self.release) else None

    def run(self) -> Evidence:
        release = self.release
        require_source(release)
        content = _bumped(release, release.version)
        return {"commit": release.ports.history.commit(content, message=bump_message(release))}


@dataclass(frozen=True)
class VersionFilesAgree(ReleaseStep):
    """Every version file of the commit states the release's version."""

    key: ClassVar[str] = "places"
    uses: ClassVar[frozenset[str]] = frozenset({"repository"})

    def describe(self) -> str:
        if not self.release.package.version_files:
            return f"the tag states {self.release.version}"
        return f"{_counted(self.release.package, 'the tag')} state {self.release.version}"

    def subject(self) -> str:
        return self.release.commit()

    def run(self) -> Evidence:
        release, package = self.release, self.release.package
        commit = release.commit()
        found = survey(package, version_file_contents(release.ports.repository, package, commit=commit))
        problems = found.problems(version=str(release.version))
        require_one(package, problems, release.version, unreadable=found.unreadable)
        shown = [f"{each.path}:{each.line} {each.where} = {each.version}" for each in found.occurrences]
        if package.version_from_tag:
            shown.append(f"the tag {release.tag} = {release.version}")
        return {"commit": commit, "places": shown, **self._left_behind(commit)}

    def _left_behind(self, commit: str) -> Evidence:
        """Return the lines that still hold the version before this one: told, and nobody's fault."""
        release = self.release
        old = before(release.ports.repository, release.package, release.version, commit=commit)
        lines = left_behind(release.ports.repository, release.package, old, commit=commit) if old else ()
        if lines:
            count = counted(len(lines), "line still holds", "lines still hold")
            release.run.progress(f"{count} {old}, the first is {lines[0].path}:{lines[0].line}")
        return {"left behind": [str(each) for each in lines[:_TOLD]]} if lines else {}


def is_stated(release: Release) -> bool:
    """Whether what is committed states the release's version in every version file, and nothing there differs."""
    repository, package = release.ports.repository, release.package
    if not package.version_files:
        return True
    if changed_files(repository, package):
        return False
    found = survey(package, version_file_contents(repository, package))
    return not found.problems(version=str(release.version))


def bump_message(release: Release) -> str:
    """Return the message of the commit that states the version."""
    return f"Release {release.package.name} {release.version}"


def _bumped(release: Release, version: Version) -> dict[PurePosixPath, bytes]:
    """Return every version file with *version*: computed all before any is written, from the commit alone."""
    contents = version_file_contents(release.ports.repository, release.package)
    return bump_all(release.package, contents, version=str(version))


def _counted(package: Package, *beside: str) -> str:
    count = len(package.version_files)
    files = [f"the {count} version files" if count > 1 else "the version file"] if count else []
    return " and ".join([*files, *beside])
