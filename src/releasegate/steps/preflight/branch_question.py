"""What the release branch takes, as its forge tells: where that is pull requests alone, it is said before the bump."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from releasegate.core.errors import Refused, ReleasegateError
from releasegate.core.release.next_command import release_line
from releasegate.core.release.plan import bump_branch
from releasegate.steps.preflight.question import Caution, Inquiry, planned
from releasegate.steps.source import is_stated

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.ports import BranchTakes, Forge
    from releasegate.steps.release import Release


def pushes_branch(inquiry: Inquiry) -> bool:
    """Whether a commit may be pushed from here to a branch whose forge can be asked; a mirror is pushed no branch."""
    part = inquiry.release.run.part
    return planned(inquiry) and _forge(inquiry.release) is not None and (part is None or part.job == "build")


def release_branch(inquiry: Inquiry) -> str | Caution:
    """Say what the branch takes; whoever may only propose is told where the bump will wait, and how it goes on."""
    release = inquiry.release
    package, branch, version = release.package, release.branch(), _pushed(inquiry.release)
    if version is None:
        return f"{branch} of {package.remote} has all that is pushed there"
    taken = _told(release, branch)
    if taken != "pull requests":
        return f"takes pushes to {branch}" if taken else f"the forge does not tell whether it takes pushes to {branch}"
    if release.run.event is not None:
        raise proposed_elsewhere(release, version)
    waits = bump_branch(package, version)
    propose = package.git_line(f"push {package.remote} {waits}")
    return Caution(
        f"{branch} takes pull requests only, by its forge: the commit that states {version} will wait on the branch "
        f"{waits}, and nothing of it be tagged. Then propose it ({propose}); once it is merged, "
        "the same command goes on"
    )


def proposed_elsewhere(release: Release, version: Version, *, details: Sequence[str] = ()) -> Refused:
    """Return what stops a runner whose commit could only be proposed: it goes with the runner."""
    package = release.package
    return Refused(
        f"{release.branch()} of {package.name} takes pull requests only, and this run would push the commit that "
        f"states {version} to it.",
        hint=f"Bump it where a person can propose it: {release_line(version, package=package.name)}; once that is "
        "merged, start this run again",
        details=details,
    )


def _pushed(release: Release) -> Version | None:
    """Return the version whose commit is pushed first; ``None`` where the remote's branch has everything."""
    repository, branch = release.ports.repository, release.branch()
    both = (release.version, release.candidate)
    stated = next((v for v in both if is_stated(replace(release, version=v))), None)
    if stated is None:
        return release.candidate if release.version.post is not None else release.version
    if not repository.on_branch(repository.head(), lambda name: name == branch):
        return stated
    return None if stated == release.version else release.version


def _told(release: Release, branch: str) -> BranchTakes | None:
    """Return what the forge says; one that does not answer is asked about elsewhere."""
    forge = _forge(release)
    try:
        return None if forge is None else forge.takes(branch)
    except ReleasegateError:
        return None


def _forge(release: Release) -> Forge | None:
    """Return the forge that the branch is on: where tags go to a mirror, it is another one than theirs."""
    return release.ports.forge if release.package.tag_remote is None else release.ports.branch_forge
