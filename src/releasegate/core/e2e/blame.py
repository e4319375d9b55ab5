"""Which of the two broke a pair: the new ones and the ones that users have, run in the other combinations."""

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


def combinations(*, plugin_is_new: bool, backend_is_new: bool) -> tuple[Combination, ...]:
    """Return what is run after the pair failed; what users have already is not exchanged for itself."""
    if plugin_is_new and backend_is_new:
        return (Combination("old", "new"), Combination("new", "old"), Combination("old", "old"))
    if plugin_is_new:
        return (Combination("old", "new"),)
    return (Combination("new", "old"),) if backend_is_new else ()


def blame(passed: Mapping[Combination, bool], *, plugin: str, backend: str) -> str:
    """Return one sentence on who broke it; *passed* says what became of the other combinations.

    ``plugin`` and ``backend`` are the names to be used.
    """
    old_plugin = passed.get(Combination("old", "new"))
    old_backend = passed.get(Combination("new", "old"))
    if old_plugin is None and old_backend is None:
        return "Neither can be blamed: users have this very pair, so look at the stack or at its checks."
    if old_backend is None:
        return _alone(plugin, backend, passes=bool(old_plugin))
    if old_plugin is None:
        return _alone(backend, plugin, passes=old_backend)
    if passed.get(Combination("old", "old")) is False:
        return "Neither can be blamed: the pair that users have fails here too, so look at the stack or at its checks."
    return _of_both(plugin, backend)[old_plugin, old_backend]


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
