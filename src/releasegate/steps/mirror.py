"""A package whose forge only follows: the release branch goes to one remote, and tags to a mirror of it."""

from __future__ import annotations

from releasegate.core.config.keys import Package
from releasegate.core.errors import NotYet, Refused
from releasegate.core.release.next_command import release_line
from releasegate.ports import MirrorStanding
from releasegate.steps.release import Release

_PAUSE, _LONGEST_PAUSE = 1.0, 20.0


def mirrored(release: Release) -> bool:
    """Whether branch and tag go to two remotes from here; a runner has a clone of one."""
    return release.package.tag_remote is not None and release.run.event is None


def require_following(release: Release, branch: str) -> None:
    """Raise where what is committed here and pushed to the one remote could not follow on the mirror.

    Raises:
        Refused: the mirror has no such branch, or commits on it that the release would diverge from.
    """
    package, repository = release.package, release.ports.repository
    standing = repository.mirrored(branch, repository.head())
    if standing not in {"behind", "level"}:
        raise _unfit(package, branch, standing)


def require_source(release: Release) -> None:
    """Raise where a commit that is made here would be one of the mirror's own.

    Raises:
        Refused: this is a runner, whose clone is of the mirror.
    """
    package, version = release.package, release.version
    if package.tag_remote is None or release.run.event is None:
        return
    raise Refused(
        f"{package.name} states another version than {version}, and this run has a mirror checked out, which takes no "
        "commits of its own.",
        hint=f"Bump it where both remotes are: {release_line(version, package=package.name)}",
    )


def await_mirror(release: Release) -> None:
    """Wait until the mirror has the released commit on its branch: nothing is pushed there but the tag.

    Raises:
        Refused: it has commits instead that do not come from the release branch.
        NotYet: it has not followed within ``ci.deadline``.
    """
    run, package, branch = release.run, release.package, release.branch()
    where, remote = package.forge_remote, package.remote
    started, pause = run.clock.elapsed(), _PAUSE
    while (standing := release.ports.repository.mirrored(branch, release.commit())) not in {"level", "ahead"}:
        if standing != "behind":
            raise _unfit(package, branch, standing)
        waited = run.clock.elapsed() - started
        if waited >= run.settings.ci.deadline:
            raise NotYet(
                f"{where} has not got {release.commit()[:12]} on {branch} from {remote} in {waited:.0f} s.",
                hint=f"Have the mirror synchronized, then run the same command again: {release.tag} follows",
            )
        run.progress(f"waiting until {where} has {branch} of {remote} ({waited:.0f} s)")
        run.clock.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _unfit(package: Package, branch: str, standing: MirrorStanding) -> Refused:
    remote, mirror = package.remote, package.forge_remote
    if standing == "absent":
        return Refused(
            f"{mirror} has no branch {branch}, and tags there are of commits that it has.",
            hint=f"Let the mirror carry {branch} as well, or release from a branch that it has (branch in the table)",
        )
    return Refused(
        f"{mirror} has commits on {branch} that are not here: what is pushed to {remote} would not follow on them.",
        hint=f"Take them from {mirror} if they are nobody's, or bring them in: "
        + package.git_line(f"pull --rebase {mirror} {branch}"),
    )
