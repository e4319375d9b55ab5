"""A post runs wherever its forerunner ran."""

from __future__ import annotations

from itertools import product

from packaging.specifiers import SpecifierSet

from releasegate.core.audit.code.host_range import HostRange, host_range
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import identity, sources, wheel_metadata
from releasegate.core.release.versions import parse_version

_PYTHONS = tuple(f"3.{minor}.{patch}" for minor, patch in product(range(31), range(31)))


def support(subject: Subject) -> tuple[str, ...]:
    """A post runs on every Python and every host version that its forerunner ran on.

    A new ``X.Y.Z`` may drop some, and says so by its number.
    """
    if subject.previous is None or not subject.version.is_postrelease:
        return ()
    before = identity(wheel_metadata(subject.previous), where=subject.previous.filename)
    now = identity(wheel_metadata(subject.wheel), where=subject.wheel.filename)
    kept = set(SpecifierSet(now.requires_python).filter(_PYTHONS))
    dropped = [python for python in SpecifierSet(before.requires_python).filter(_PYTHONS) if python not in kept]
    problems = []
    if dropped:
        change = f"from {before.requires_python!r} to {now.requires_python!r}"
        problems.append(f"A post may not drop Python {dropped[0]}: Requires-Python went {change}.")
    problems += _narrowed(*(host_range(sources(each), subject.hosts) for each in (subject.previous, subject.wheel)))
    return tuple(problems)


def _narrowed(before: HostRange, now: HostRange) -> list[str]:
    complaints = []
    if _rises(before.oldest, now.oldest):
        complaints.append(f"A post may not raise the oldest host version: {before.oldest} became {now.oldest}.")
    if _rises(now.newest, before.newest):
        complaints.append(f"A post may not lower the newest host version: {before.newest} became {now.newest}.")
    return complaints


def _rises(low: str | None, high: str | None) -> bool:
    """Whether both bounds are versions and the second is above the first."""
    lower, upper = parse_version(low), parse_version(high)
    return lower is not None and upper is not None and upper > lower
