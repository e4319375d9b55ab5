"""What the preflight asks of released versions: whether what goes out was run with all of them that it must fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasegate.steps.preflight.question import final

if TYPE_CHECKING:
    from releasegate.core.pairs.matrix import PackageVersion
    from releasegate.steps.preflight.question import Inquiry
    from releasegate.steps.release import Release


def asks_for_older(inquiry: Inquiry) -> bool:
    """Whether it is a final that must fit more than today's version of what it runs with."""
    edges, mine = inquiry.release.run.settings.edges.items(), inquiry.release.package.name
    return final(inquiry) and any(each.released_versions > 1 and mine in edge for edge, each in edges)


def released_pairs(inquiry: Inquiry) -> str:
    """Return with which released versions it fits, as the gate of the final asks it.

    What that gate has found stands: what others release meanwhile stops no final that is under way. What the final's
    own gates run before it is not missed.

    Raises:
        Refused: something was not run; GateFailed: something broke.
    """
    from releasegate.steps.pairs import ReleasedPairs

    release = inquiry.release
    step, known = ReleasedPairs(release), release.record()
    if known.waiver(step.key) is not None:
        return "waived"
    if not release.doubted() and known.done(step.key, subject=step.subject()) is not None:
        return step.describe()
    return "; ".join(step.judged(coming=frozenset(_coming(release)))) or "nothing is released that it must fit"


def _coming(release: Release) -> Iterator[tuple[PackageVersion, PackageVersion]]:
    """Yield every two released versions that the gates before that one run."""
    from releasegate.steps.companions import today
    from releasegate.steps.fetch import newest
    from releasegate.steps.prove import open_candidate

    mine = (release.package.name, release.candidate)
    if release.doubted():
        yield from ((mine, each) for each in today(release).versions.items())
    if release.record().waiver("pair") is not None:
        return
    for each in release.run.settings.dependents(release.package.name):
        last = newest(release.index("production"), each.name)
        if last is not None and open_candidate(release, each) is None:
            yield (each.name, last), mine
