"""Which number comes next on a line: its finals are those that HEAD descends from, and what was used anywhere is used.

Several lines live side by side: 1.4.8 is made on a maintenance branch while 1.5.1 is out.
"""

from __future__ import annotations

from dataclasses import replace

from packaging.version import Version

from releasegate.core.errors import Refused
from releasegate.core.release.versions import Consumed, base, promoted


def line(consumed: Consumed) -> tuple[Version, ...]:
    """Return the finals and posts of the line that HEAD is on, oldest first; one without a tag is taken for its own."""
    return tuple(v for v in consumed.finals() if v not in consumed.apart)


def newest_final(consumed: Consumed, *, declared: Version) -> Version | None:
    """Return the newest final or post of the line, ``None`` where it has none.

    Raises:
        Refused: an index has a newer one that no tag places, and the version files state an older one.
    """
    ours = line(consumed)
    placed = [v for v in ours if not set(consumed.counted(v)).isdisjoint({"tag", "ledger"})]
    if placed and ours[-1] > placed[-1] and base(ours[-1]) > base(declared):
        raise Refused(
            f"{ours[-1]} is on {', '.join(consumed.counted(ours[-1]))} and has no tag, so whether HEAD descends from "
            "it is not known.",
            hint="Fetch its tag, or tag the commit that it was made from, and push it; or, where this branch has what "
            f"it published, say --to {_free_above(ours[-1], consumed)}",
        )
    return ours[-1] if ours else None


def next_base(*, declared: Version, consumed: Consumed) -> Version:
    """Return the final to aim at where nobody named one.

    What the version files state wins while it is ahead of every final of the line; else the last number of the newest
    one rises.

    Raises:
        Refused: that number is another line's, or which is the newest is not known.
    """
    newest = newest_final(consumed, declared=declared)
    aim = base(declared) if newest is None or base(declared) > base(newest) else _risen(newest)
    require_own(aim, declared=declared, consumed=consumed)
    return aim


def require_own(aim: Version, *, declared: Version, consumed: Consumed) -> None:
    """Raise where *aim* would be taken for a successor of what HEAD does not descend from.

    Raises:
        Refused: another line has made it, or HEAD would go over into the series (``1.5``) of another line.
    """
    apart = [v for v in consumed.finals() if v in consumed.apart]
    taken = [v for v in apart if base(v) == aim]
    before = [v for v in apart if _series(v) == _series(aim) != _series(declared) and v < aim]
    if taken:
        raise Refused(
            f"{taken[-1]} exists ({', '.join(consumed.where(taken[-1]))}), and HEAD does not descend from it.",
            hint=f"Merge its tag into this branch, or go beside it: --to {_free_above(aim, consumed)}",
        )
    if before:
        raise Refused(
            f"{aim} would follow {before[-1]}, and HEAD does not descend from that.",
            hint=f"Switch to the branch of {before[-1]}, merge its tag into this branch, or leave out --to",
        )


def next_candidate(aim: Version, *, consumed: Consumed) -> Version:
    """Return the next ``rcN`` of *aim*: one above every number that was ever used.

    Raises:
        Refused: a final of the line exists at or above *aim*.
    """
    above = [v for v in line(consumed) if base(v) >= aim]
    if above:
        newest = above[-1]
        raise Refused(
            f"A candidate of {aim} would come below {newest}, which exists ({', '.join(consumed.where(newest))}).",
            hint=f"Aim higher: --to {_free_above(newest, consumed)}, or repair {newest}: --post, not --rc and --to",
        )
    numbers = [v.pre[1] for v in consumed.seen if base(v) == aim and v.pre is not None and v.pre[0] == "rc"]
    return Version(f"{aim}rc{max(numbers, default=0) + 1}")


def next_post(final: Version, *, consumed: Consumed) -> Version:
    """Return the next ``X.Y.Z.postN`` of *final*: one above every post that left the staging index.

    Raises:
        Refused: the newest of them is another line's, so that the next would undo it.
    """
    posts = [v for v in consumed.finals() if base(v) == base(final) and v.post is not None]
    if posts and posts[-1] in consumed.apart:
        raise Refused(
            f"{posts[-1]} repairs {base(final)} already, and HEAD does not descend from it.",
            hint="Merge its tag into this branch, then run the same command again",
        )
    return Version(f"{base(final)}.post{max((v.post or 0 for v in posts), default=0) + 1}")


def next_staged_post(post: Version, *, consumed: Consumed) -> Version:
    """Return the next ``X.Y.Z.postN.devM`` under which *post* is proven on the staging index."""
    numbers = [v.dev for v in consumed.seen if promoted(v) == post and v.dev is not None]
    return Version(f"{post}.dev{max(numbers, default=0) + 1}")


def next_legal(version: Version, *, consumed: Consumed) -> Version:
    """Return the version to use instead of *version* once its file names hold other bytes."""
    if version.pre is not None:
        used = replace(consumed, seen={**consumed.seen, version: ("conflict",)})
        return next_candidate(base(version), consumed=used)
    used = replace(consumed, seen={**consumed.seen, version: ("tag",)})
    if version.dev is not None:
        return next_staged_post(promoted(version), consumed=used)
    return next_post(version, consumed=used)


def _series(version: Version) -> tuple[int, ...]:
    """Return all numbers but the last: a line mends the finals of one series."""
    return (version.epoch, *version.release[:-1])


def _risen(version: Version) -> Version:
    *first, last = version.release
    return Version(f"{version.epoch}!{'.'.join(str(n) for n in (*first, last + 1))}")


def _free_above(version: Version, consumed: Consumed) -> Version:
    """Return the first final above *version* that nothing has used."""
    used, aim = {base(v) for v in consumed.finals()}, _risen(version)
    while aim in used:
        aim = _risen(aim)
    return aim
