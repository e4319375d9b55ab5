"""What to release now: one package's standing in the world, and the version that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from packaging.version import Version

from releasegate.core.config.model import Package
from releasegate.core.errors import Refused
from releasegate.core.release import versions
from releasegate.core.release.record import Record
from releasegate.core.release.versions import Consumed

Pipeline = Literal["rc", "final", "post"]


class State(Enum):
    """How far one version of a package is."""

    FREE = "free"
    OPEN = "open"
    FAILED = "failed"
    ABANDONED = "abandoned"
    SEALED = "sealed"


@dataclass(frozen=True)
class Standing:
    """Where one package stands: what its places state, its tags, what is consumed, and its records.

    ``held`` are the versions of which the production index has files.
    """

    package: Package
    stated: Version
    head: str
    tags: Mapping[str, str]
    taken: Consumed
    held: frozenset[Version] = frozenset()
    records: Mapping[Version, Record] = field(default_factory=dict)

    def record(self, version: Version) -> Record:
        """Return the version's record, an empty one where there is none."""
        return self.records.get(version, Record(()))

    def tag_of(self, version: Version) -> str | None:
        """Return the commit that the version's tag names, however it is spelled (``v1.0`` is ``v1.0.0``)."""
        prefix = self.package.tag_prefix
        exact = self.tags.get(f"{prefix}{version}")
        if exact is not None:
            return exact
        mine = ((name.removeprefix(prefix), commit) for name, commit in self.tags.items() if name.startswith(prefix))
        return next((commit for text, commit in mine if versions.names(text, version)), None)

    def spelled(self, aim: Version) -> Version:
        """Return *aim* as it was spelled before: ``1.0`` and ``1.0.0`` are one version, with one tag and record."""
        known = (versions.base(v) for v in (self.stated, *self.taken.seen))
        return next((v for v in known if v == aim), aim)

    def state(self, version: Version) -> State:
        """Return how far *version* is; what was consumed on another commit than the present one is abandoned."""
        record = self.record(version)
        if record.seal is not None:
            return State.SEALED
        tagged = self.tag_of(version)
        counted = self.taken.counted(version)
        if not (record.attempted or counted):
            return State.FREE
        if record.failure is not None:
            return State.FAILED
        # Without a tag nothing says which commit the files on an index came from.
        begun = tagged == self.head if tagged is not None else set(counted) <= {"ledger"}
        return State.OPEN if version == self.stated and begun else State.ABANDONED


@dataclass(frozen=True)
class Plan:
    """The version to work on; ``candidate`` is what it is (or was) proven as, ``finished`` that nothing is left."""

    pipeline: Pipeline
    version: Version
    candidate: Version
    finished: bool = False


def plan_candidate(standing: Standing, *, to: Version | None) -> Plan:
    """Return the candidate to work on: the open one, else the next number.

    Raises:
        Refused: a final at or above the aim exists.
    """
    stated = standing.stated
    ours = versions.is_candidate(stated) and stated.pre is not None and to in {None, versions.base(stated)}
    if ours and standing.state(stated) is State.OPEN:
        return Plan("rc", stated, stated)
    if ours and standing.state(stated) is State.SEALED and standing.tag_of(stated) == standing.head:
        return Plan("rc", stated, stated, finished=True)
    aim = standing.spelled(to) if to is not None else versions.next_base(stated=stated, taken=standing.taken)
    candidate = versions.next_candidate(aim, taken=standing.taken)
    return Plan("rc", candidate, candidate)


def plan_final(standing: Standing, *, to: Version | None) -> Plan:
    """Return the final to work on, and the proven candidate that it is made from.

    Raises:
        Refused: it exists, it failed after it was published, or its newest candidate is not proven.
    """
    aim = standing.spelled(to if to is not None else versions.base(standing.stated))
    numbered = [v for v in standing.taken.seen if versions.base(v) == aim and v.pre is not None]
    candidates = sorted(v for v in numbered if versions.is_candidate(v))
    state = standing.state(aim)
    if state is State.SEALED:
        return Plan("final", aim, candidates[-1] if candidates else aim, finished=True)
    if state is State.FAILED:
        following = versions.next_base(stated=aim, taken=standing.taken)
        forward = "invoke release --post" if aim in standing.held else _rc(standing, following)
        raise Refused(f"{aim} failed and its number is consumed.", hint=f"Repair it forward: {forward}")
    if state is State.ABANDONED or (aim in standing.held and not standing.record(aim).attempted):
        seen = ", ".join(standing.taken.where(aim))
        raise Refused(f"{aim} exists already ({seen}).", hint="Start the next one with invoke release --rc")
    if not candidates:
        raise Refused(f"{aim} has no release candidate.", hint=f"Prove one first: {_rc(standing, aim)}")
    newest = candidates[-1]
    if standing.record(newest).seal is None:
        raise Refused(
            f"The newest candidate of {aim} is {newest}, and it is not proven.",
            hint=f"Prove it, or the one after it: {_rc(standing, aim)}",
        )
    return Plan("final", aim, newest)


def plan_post(standing: Standing) -> Plan:
    """Return the post to work on, and the ``.devM`` under which it is (or was) proven.

    Raises:
        Refused: there is no published final to repair.
    """
    published = sorted(v for v in standing.held if not v.is_prerelease)
    if not published:
        raise Refused(
            f"{standing.package.name} has no published final that a post could repair.",
            hint="Release the final first: invoke release --rc, then invoke release",
        )
    stated = standing.stated
    state = standing.state(stated)
    if stated.post is not None and stated.dev is None:
        staged = sorted(v for v in standing.taken.seen if v.dev is not None and versions.promoted(v) == stated)
        if staged and (state is State.OPEN or _just_bumped(standing, staged[-1])):
            return Plan("post", stated, staged[-1])
        if state is State.SEALED and standing.tag_of(stated) == standing.head:
            return Plan("post", stated, staged[-1] if staged else stated, finished=True)
    if stated.post is not None and stated.dev is not None:
        post = versions.promoted(stated)
        sealed_here = state is State.SEALED and standing.tag_of(stated) == standing.head
        if standing.state(post) is State.FREE and (state is State.OPEN or sealed_here):
            return Plan("post", post, stated)
    post = versions.next_post(published[-1], taken=standing.taken)
    return Plan("post", post, versions.next_staged_post(post, taken=standing.taken))


def _just_bumped(standing: Standing, staged: Version) -> bool:
    """Whether the places state a post that is not begun, and that nothing speaks against making from *staged*."""
    free = standing.state(standing.stated) is State.FREE
    return free and standing.record(staged).seal is not None and standing.record(standing.stated).failure is None


def _rc(standing: Standing, aim: Version) -> str:
    return f"invoke release --rc --package {standing.package.name} --to {aim}"
