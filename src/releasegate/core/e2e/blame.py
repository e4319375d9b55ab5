"""Which of the two broke a pair: the new ones and the ones that users have, run in the other combinations.

Contracts are compared, not cells: a combination that fails in something else says nothing of what broke.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Age = Literal["new", "old"]


@dataclass(frozen=True)
class Combination:
    """One plugin and one backend, each the one under test (``new``) or the one that users have (``old``)."""

    plugin: Age
    backend: Age


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


def combinations(*, plugin_is_new: bool, backend_is_new: bool) -> tuple[Combination, ...]:
    """Return what is run after the pair failed; what users have already is not exchanged for itself."""
    if plugin_is_new and backend_is_new:
        return (Combination("old", "new"), Combination("new", "old"), Combination("old", "old"))
    if plugin_is_new:
        return (Combination("old", "new"),)
    return (Combination("new", "old"),) if backend_is_new else ()


def blame(
    failed: frozenset[str], results: Mapping[Combination, Result], *, plugin: str, backend: str
) -> tuple[str, ...]:
    """Return a sentence on who broke the contracts *failed*, or one for each of them where they differ in that.

    *results* says what the other combinations came to; *plugin* and *backend* are the names to be used.
    """
    said: dict[str, list[str]] = {}
    for contract in sorted(failed):
        said.setdefault(_sentence(contract, failed, results, plugin=plugin, backend=backend), []).append(contract)
    if len(said) == 1:
        return tuple(said)
    return tuple(f"{', '.join(contracts)}: {sentence}" for sentence, contracts in said.items())


def _sentence(
    contract: str, failed: frozenset[str], results: Mapping[Combination, Result], *, plugin: str, backend: str
) -> str:
    """Return who broke one contract."""
    try:
        holds = {
            combination: _holds(contract, failed, result, with_what=_shown(combination, plugin, backend))
            for combination, result in results.items()
        }
    except _NothingSaidError as error:
        return f"Nothing can be blamed by this cell: {error}"
    old_plugin = holds.get(Combination("old", "new"))
    old_backend = holds.get(Combination("new", "old"))
    if old_plugin is None and old_backend is None:
        return "Neither can be blamed: users have this very pair, so look at the stack or at its checks."
    if old_backend is None:
        return _alone(plugin, backend, passes=bool(old_plugin))
    if old_plugin is None:
        return _alone(backend, plugin, passes=old_backend)
    if holds.get(Combination("old", "old")) is False:
        return "Neither can be blamed: the pair that users have fails here too, so look at the stack or at its checks."
    return _of_both(plugin, backend)[old_plugin, old_backend]


def _holds(contract: str, failed: frozenset[str], result: Result, *, with_what: str) -> bool:
    """Whether a combination kept the contract that the pair under test broke.

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


def _shown(combination: Combination, plugin: str, backend: str) -> str:
    return f"the {combination.plugin} {plugin} with the {combination.backend} {backend}"


def _of_both(plugin: str, backend: str) -> Mapping[tuple[bool, bool], str]:
    """Return the sentence by whether the old plugin, and the old backend, passes with the other's new version."""
    alike = "it fails with the old {0} too, and the new {0} passes with the old one."
    return {
        (False, True): f"{backend} broke it: {alike.format(plugin)}",
        (True, False): f"{plugin} broke it: {alike.format(backend)}",
        (True, True): f"Only together: each passes with the other's old version, so {plugin} and {backend} disagree.",
        (False, False): f"Both are broken: neither {plugin} nor {backend} passes with the other's old version.",
    }


def _alone(new: str, kept: str, *, passes: bool) -> str:
    """Return the sentence where only *new* was exchanged for its old version."""
    if passes:
        return f"{new} broke it: the {new} that users have passes with the same {kept}."
    return f"Not {new} alone: the {new} that users have fails with the same {kept} too."
