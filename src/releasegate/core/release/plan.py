"""What to release now: the state of one package, and the version that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from functools import cached_property
from typing import Literal

from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release import next_version, versions
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import because
from releasegate.core.release.versions import Consumed

PipelineName = Literal["rc", "final", "post"]


class VersionState(Enum):
    """How far one version of a package is."""

    FREE = "free"
    OPEN = "open"
    FAILED = "failed"
    ABANDONED = "abandoned"
    SEALED = "sealed"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class PackageState:
    """Where one package stands: what its version files state, its tags, what is consumed, and its records.

    ``published`` are the versions of which the production index has files, ``false_seals`` say of others that they are
    released.
    """

    package: Package
    declared: Version
    head: str
    tags: Mapping[str, str]
    consumed: Consumed
    published: frozenset[Version] = frozenset()
    records: Mapping[Version, Record] = field(default_factory=dict)
    false_seals: tuple[Version, ...] = ()

    def record(self, version: Version) -> Record:
        """Return the version's record, an empty one where there is none."""
        return self.records.get(version, Record(()))

    def tag_of(self, version: Version) -> str | None:
        """Return the commit that the version's tag names, however it is spelled (``v1.0`` is ``v1.0.0``)."""
        prefix = self.package.tag_prefix
        exact = self.tags.get(f"{prefix}{version}")
        return exact if exact is not None else self._spelled.get(version)

    @cached_property
    def _spelled(self) -> Mapping[Version, str]:
        prefix = self.package.tag_prefix
        mine = ((name.removeprefix(prefix), commit) for name, commit in self.tags.items() if name.startswith(prefix))
        return versions.by_version(dict(mine))

    def spelled(self, aim: Version) -> Version:
        """Return *aim* as it was spelled before: ``1.0`` and ``1.0.0`` are one version, with one tag and record."""
        known = (versions.base(v) for v in (self.declared, *self.consumed.seen))
        return next((v for v in known if v == aim), aim)

    def state(self, version: Version) -> VersionState:
        """Return how far *version* is; what was consumed on another commit than the present one is abandoned."""
        record = self.record(version)
        if record.seal is not None:
            return VersionState.SEALED
        if record.taken_back is not None:
            return VersionState.TAKEN_BACK
        tagged = self.tag_of(version)
        counted = self.consumed.counted(version)
        if not (record.attempted or counted):
            return VersionState.FREE
        if record.failure is not None:
            return VersionState.FAILED
        # Without a tag nothing says which commit the files on an index came from.
        begun = tagged == self.head if tagged is not None else set(counted) <= {"ledger"}
        return VersionState.OPEN if version == self.declared and begun else VersionState.ABANDONED

    @property
    def proposed(self) -> Version | None:
        """The version whose bump the remote takes by a pull request only, while that is not merged."""
        consumed, declared = self.consumed, self.declared
        newest = max((v for v in consumed.seen if v not in consumed.apart), default=Version("0.dev0"))
        refused = (v for v, record in self.records.items() if record.pushed_back and v != declared)
        return max((v for v in refused if v > newest and v.release >= declared.release), default=None)


def bump_branch(package: Package, version: Version) -> str:
    """Return the branch that a bump waits on where the release branch takes pull requests only."""
    return f"bump-{package.tag_prefix}{version}"


@dataclass(frozen=True)
class Plan:
    """The version to work on; ``candidate`` is what it is (or was) proven as, ``finished`` that nothing is left."""

    pipeline: PipelineName
    version: Version
    candidate: Version
    finished: bool = False


def plan_candidate(package_state: PackageState, *, to: Version | None) -> Plan:
    """Return the candidate to work on: the open one, else the next number.

    Raises:
        Refused: a final of the line at or above the aim exists, or the aim is another line's.
    """
    declared = package_state.declared
    ours = versions.is_candidate(declared) and declared.pre is not None and to in {None, versions.base(declared)}
    state, at_head = package_state.state(declared), package_state.tag_of(declared) == package_state.head
    if ours and (state is VersionState.OPEN or (state is VersionState.TAKEN_BACK and at_head)):
        return Plan("rc", declared, declared)
    if ours and state is VersionState.SEALED and at_head:
        return Plan("rc", declared, declared, finished=True)
    consumed = package_state.consumed
    aim = package_state.spelled(to) if to is not None else next_version.next_base(declared=declared, consumed=consumed)
    next_version.require_own(aim, declared=declared, consumed=consumed)
    candidate = next_version.next_candidate(aim, consumed=consumed)
    return Plan("rc", candidate, candidate)


def plan_final(package_state: PackageState, *, to: Version | None) -> Plan:
    """Return the final to work on, and the proven candidate that it is made from.

    Raises:
        Refused: it exists, it failed after it was published, or its newest candidate is not proven.
    """
    aim = package_state.spelled(to if to is not None else versions.base(package_state.declared))
    numbered = [v for v in package_state.consumed.seen if versions.base(v) == aim and v.pre is not None]
    candidates = sorted(v for v in numbered if versions.is_candidate(v))
    state = package_state.state(aim)
    if state is VersionState.SEALED:
        return Plan("final", aim, candidates[-1] if candidates else aim, finished=True)
    _require_unrepaired(package_state, aim)
    taken_back = package_state.record(aim).taken_back
    if taken_back is not None:
        raise Refused(
            f"{aim} is not proven any more: {because(taken_back)}.", hint=f"Repair it forward: {_post(package_state)}"
        )
    if state is VersionState.FAILED:
        following = next_version.next_base(declared=aim, consumed=package_state.consumed)
        forward = _post(package_state) if aim in package_state.published else _rc(package_state, following)
        raise Refused(f"{aim} failed and its number is consumed.", hint=f"Repair it forward: {forward}")
    if state is VersionState.ABANDONED or (aim in package_state.published and not package_state.record(aim).attempted):
        seen = ", ".join(package_state.consumed.where(aim))
        raise Refused(f"{aim} exists already ({seen}).", hint=f"Start the next one: {_rc(package_state)}")
    if not candidates:
        raise Refused(f"{aim} has no release candidate.", hint=f"Prove one first: {_rc(package_state, aim)}")
    newest = candidates[-1]
    taken_back = package_state.record(newest).taken_back
    if taken_back is not None:
        raise Refused(
            f"The newest candidate of {aim} is {newest}, and it is not proven any more: {because(taken_back)}.",
            hint=f"Run it again, or prove the one after it: {_rc(package_state, aim)}",
        )
    if package_state.record(newest).seal is None:
        raise Refused(
            f"The newest candidate of {aim} is {newest}, and it is not proven.",
            hint=f"Prove it, or the one after it: {_rc(package_state, aim)}",
        )
    return Plan("final", aim, newest)


def plan_post(package_state: PackageState) -> Plan:
    """Return the post to work on, and the ``.devM`` under which it is (or was) proven.

    It repairs the newest final of the line that HEAD is on.

    Raises:
        Refused: there is no published final to repair, or another line has repaired it.
    """
    declared, consumed = package_state.declared, package_state.consumed
    published = sorted(v for v in package_state.published if not v.is_prerelease and v not in consumed.apart)
    if not published or next_version.newest_final(consumed, declared=declared) is None:
        raise Refused(
            f"{package_state.package.name} has no published final that HEAD descends from and a post could repair.",
            hint=f"Release the final first, from a candidate that is proven: {_rc(package_state)}",
        )
    state = package_state.state(declared)
    if declared.post is not None and declared.dev is None:
        staged = sorted(
            v for v in package_state.consumed.seen if v.dev is not None and versions.promoted(v) == declared
        )
        if staged and (state is VersionState.OPEN or _just_bumped(package_state, staged[-1])):
            _require_standing(package_state, staged[-1])
            return Plan("post", declared, staged[-1])
        if state is VersionState.SEALED and package_state.tag_of(declared) == package_state.head:
            return Plan("post", declared, staged[-1] if staged else declared, finished=True)
    if declared.post is not None and declared.dev is not None:
        post = versions.promoted(declared)
        here = package_state.tag_of(declared) == package_state.head
        sealed_here = here and state in {VersionState.SEALED, VersionState.TAKEN_BACK}
        if package_state.state(post) is VersionState.FREE and (state is VersionState.OPEN or sealed_here):
            return Plan("post", post, declared)
    post = next_version.next_post(published[-1], consumed=consumed)
    return Plan("post", post, next_version.next_staged_post(post, consumed=consumed))


def _require_standing(package_state: PackageState, staged: Version) -> None:
    """Raise where the proof is taken back of what the post under way was staged as.

    Raises:
        Refused: it is.
    """
    taken_back = package_state.record(staged).taken_back
    if taken_back is not None:
        name = package_state.package.name
        raise Refused(
            f"{versions.promoted(staged)} was proven as {staged}, and that is not so any more: {because(taken_back)}.",
            hint=f"Take it on: invoke waive --package {name} --version {staged} --gate {taken_back.step} --reason WHY",
        )


def _just_bumped(package_state: PackageState, staged: Version) -> bool:
    """Whether the version files state a post that is not begun, which nothing keeps from being made from *staged*."""
    free = package_state.state(package_state.declared) is VersionState.FREE
    return (
        free
        and package_state.record(staged).closed is not None
        and package_state.record(package_state.declared).failure is None
    )


def _require_unrepaired(package_state: PackageState, aim: Version) -> None:
    """Raise where a post has taken the place of the final *aim*.

    Raises:
        Refused: one has.
    """
    sealed = [version for version, record in package_state.records.items() if record.seal is not None]
    posts = [v for v in sealed if v.post is not None and v.dev is None and versions.base(v) == aim]
    if posts:
        raise Refused(f"{max(posts)} has repaired {aim}.", hint=f"Start the next one: {_rc(package_state)}")


def _post(package_state: PackageState) -> str:
    return f"invoke release --post --package {package_state.package.name}"


def _rc(package_state: PackageState, aim: Version | None = None) -> str:
    return f"invoke release --rc --package {package_state.package.name}{f' --to {aim}' if aim is not None else ''}"
