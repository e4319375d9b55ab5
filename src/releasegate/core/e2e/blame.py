"""Which of the packages broke a cell: the new ones exchanged for those that users have, one by one and all at once.

Contracts are compared, not cells: a combination that fails in something else says nothing of what broke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from releasegate.core.enumerated import joined

_PAIR = 2

Old = frozenset[str]
"""The packages of a combination that are the ones that users have; all others are the ones under test."""


@dataclass(frozen=True)
class Result:
    """What a combination came to: the contracts that it broke, and those that it kept.

    ``unjudged`` is why there is no verdict.
    """

    broken: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    unjudged: str = ""


class _NothingSaidError(Exception):
    """A combination says nothing of a contract; the words say why."""


def combinations(new: Sequence[str]) -> tuple[Old, ...]:
    """Return what is run after the packages *new* failed: each of them exchanged, then all of them."""
    each = [frozenset({name}) for name in new]
    return (*each, frozenset(new)) if len(new) > 1 else tuple(each)


def blame(
    failed: frozenset[str], results: Mapping[Old, Result], *, new: Sequence[str], kept: Sequence[str]
) -> tuple[str, ...]:
    """Return a sentence on who broke the contracts *failed*, or one for each of them where they differ in that.

    *results* says what the other combinations came to; *new* are the packages under test that users do not have, and
    *kept* the others.
    """
    said: dict[str, list[str]] = {}
    for contract in sorted(failed):
        said.setdefault(_sentence(contract, failed, results, new, kept), []).append(contract)
    if len(said) == 1:
        return tuple(said)
    return tuple(f"{', '.join(contracts)}: {sentence}" for sentence, contracts in said.items())


def _sentence(
    contract: str, failed: frozenset[str], results: Mapping[Old, Result], new: Sequence[str], kept: Sequence[str]
) -> str:
    """Return who broke one contract."""
    try:
        holds = {
            old: _holds(contract, failed, result, with_what=_shown(old, new, kept)) for old, result in results.items()
        }
    except _NothingSaidError as error:
        return f"Nothing can be blamed by this cell: {error}"
    nobody = "Neither" if len((*new, *kept)) == _PAIR else "Nobody"
    if not new:
        which = "this very pair" if len(kept) == _PAIR else "this very version"
        return f"{nobody} can be blamed: users have {which}, so look at the stack or at its checks."
    if len(new) == 1:
        return _alone(new[0], kept, passes=holds[frozenset(new)])
    if holds.get(frozenset(new)) is False:
        return f"{nobody} can be blamed: what users have fails here too, so look at the stack or at its checks."
    return _of_several(new, holds)


def _of_several(new: Sequence[str], holds: Mapping[Old, bool]) -> str:
    """Return the sentence where several were exchanged for their old versions, each by itself."""
    guilty = [name for name in new if holds[frozenset({name})]]
    if len(guilty) == 1:
        others = [name for name in new if name != guilty[0]]
        listed, passes = joined(others), "passes" if len(others) == 1 else "pass"
        return (
            f"{guilty[0]} broke it: it fails with the old {listed} too, and the new {listed} {passes} with the old one."
        )
    if guilty:
        whose = "the other's" if len(guilty) == _PAIR else "another's"
        return f"Only together: each passes with {whose} old version, so {joined(guilty)} disagree."
    if len(new) > _PAIR:
        return f"Several are broken: none of {joined(new)} passes with the old version of one of the others."
    return f"Both are broken: neither {' nor '.join(new)} passes with the other's old version."


def _holds(contract: str, failed: frozenset[str], result: Result, *, with_what: str) -> bool:
    """Whether a combination kept the contract that the packages under test broke.

    Raises:
        _NothingSaidError: it was not judged, or failed in something else, which may hide what this would have shown.
    """
    if result.unjudged:
        raise _NothingSaidError(f"{with_what} could not be judged ({result.unjudged}).")
    if contract in result.broken:
        return False
    others = result.broken - failed
    if others:
        raise _NothingSaidError(f"{with_what} fails too, but in something else ({', '.join(sorted(others))}).")
    if result.broken and contract not in result.kept:
        raise _NothingSaidError(f"{with_what} was not tried in it ({', '.join(sorted(result.broken))} broke before).")
    return True


def _shown(old: Old, new: Sequence[str], kept: Sequence[str]) -> str:
    """Return a combination in words; what users have already is the old one of both."""
    shown = [f"the {'old' if name in old or name in kept else 'new'} {name}" for name in (*new, *kept)]
    return " with ".join(shown)


def _alone(new: str, kept: Sequence[str], *, passes: bool) -> str:
    """Return the sentence where only *new* was exchanged for its old version."""
    beside = f" with the same {joined(kept)}" if kept else " here"
    if passes:
        return f"{new} broke it: the {new} that users have passes{beside}."
    return f"Not {new} alone: the {new} that users have fails{beside} too."
