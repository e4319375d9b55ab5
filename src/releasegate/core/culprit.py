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


def combinations(*, backend_is_new: bool) -> tuple[Combination, ...]:
    """Return what is run after the new pair failed; without an old backend there is nothing to exchange there."""
    if not backend_is_new:
        return (Combination("old", "new"),)
    return (Combination("old", "new"), Combination("new", "old"), Combination("old", "old"))


def culprit(passed: Mapping[Combination, bool], *, plugin: str, backend: str) -> str:
    """Return one sentence on who broke it; *passed* says what became of the other combinations.

    ``plugin`` and ``backend`` are the names to be used.
    """
    old_plugin = passed.get(Combination("old", "new"))
    old_backend = passed.get(Combination("new", "old"))
    both_old = passed.get(Combination("old", "old"))
    if both_old is False:
        return "Neither can be blamed: the pair that users have fails here too, so look at the stack or at its checks."
    if old_backend is None:
        return (
            f"{plugin} broke it: the {plugin} that users have passes with the same {backend}."
            if old_plugin
            else f"Not {plugin} alone: the {plugin} that users have fails with the same {backend} too."
        )
    if old_backend and not old_plugin:
        return f"{backend} broke it: it fails with the old {plugin} too, and the new {plugin} passes with the old one."
    if old_plugin and not old_backend:
        return f"{plugin} broke it: it fails with the old {backend} too, and the new {backend} passes with the old one."
    if old_plugin and old_backend:
        return f"Only together: each passes with the other's old version, so the new {plugin} and {backend} disagree."
    return f"Both are broken: neither the new {plugin} nor the new {backend} passes with the other's old version."
