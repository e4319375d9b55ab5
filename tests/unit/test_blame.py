"""Who broke a pair."""

from __future__ import annotations

import pytest

from releasegate.core.e2e.blame import Combination, Result, blame, combinations

OLD_PLUGIN, OLD_BACKEND, BOTH_OLD = Combination("old", "new"), Combination("new", "old"), Combination("old", "old")
SYNC, PAGES = "pair.sync", "plugin.pages"
FAILED = frozenset({SYNC})
KEPT, BROKE = Result(kept=FAILED), Result(broken=FAILED)
OTHERWISE = Result(broken=frozenset({"backend.up"}))


def said(results: dict[Combination, Result], failed: frozenset[str] = FAILED) -> tuple[str, ...]:
    """Return what is said of a plugin called app and a backend called core."""
    return blame(failed, results, plugin="app", backend="core")


def test_all_other_combinations_are_run_where_both_are_new() -> None:
    assert combinations(plugin_is_new=True, backend_is_new=True) == (OLD_PLUGIN, OLD_BACKEND, BOTH_OLD)


def test_what_users_have_already_is_not_exchanged() -> None:
    assert combinations(plugin_is_new=True, backend_is_new=False) == (OLD_PLUGIN,)
    assert combinations(plugin_is_new=False, backend_is_new=True) == (OLD_BACKEND,)
    assert combinations(plugin_is_new=False, backend_is_new=False) == ()


def test_with_one_plugin_the_backend_is_blamed_where_the_old_one_passes() -> None:
    (kept,), (broke,) = said({OLD_BACKEND: KEPT}), said({OLD_BACKEND: BROKE})
    assert (kept[:13], broke[:14]) == ("core broke it", "Not core alone")


def test_with_one_backend_the_plugin_is_blamed_where_the_old_one_passes() -> None:
    (kept,), (broke,) = said({OLD_PLUGIN: KEPT}), said({OLD_PLUGIN: BROKE})
    assert (kept[:12], broke[:13]) == ("app broke it", "Not app alone")


def test_nobody_is_blamed_where_users_have_that_very_pair() -> None:
    assert said({}) == ("Neither can be blamed: users have this very pair, so look at the stack or at its checks.",)


@pytest.mark.parametrize(
    ("old_plugin", "old_backend", "both_old", "begins"),
    [
        (BROKE, KEPT, KEPT, "core broke it"),
        (KEPT, BROKE, KEPT, "app broke it"),
        (KEPT, KEPT, KEPT, "Only together"),
        (BROKE, BROKE, KEPT, "Both are broken"),
        (BROKE, BROKE, BROKE, "Neither can be blamed"),
        (KEPT, KEPT, BROKE, "Neither can be blamed"),
    ],
)
def test_the_culprit_follows_from_which_combinations_keep_the_contract(
    old_plugin: Result, old_backend: Result, both_old: Result, begins: str
) -> None:
    (sentence,) = said({OLD_PLUGIN: old_plugin, OLD_BACKEND: old_backend, BOTH_OLD: both_old})
    assert sentence.startswith(begins)


@pytest.mark.parametrize("combination", [OLD_PLUGIN, OLD_BACKEND, BOTH_OLD])
def test_a_combination_that_fails_in_another_contract_blames_nobody(combination: Combination) -> None:
    results = {OLD_PLUGIN: BROKE, OLD_BACKEND: KEPT, BOTH_OLD: KEPT, combination: OTHERWISE}
    (sentence,) = said(results)
    assert sentence.startswith("Nothing can be blamed by this cell: the ")
    assert sentence.endswith("fails too, but in something else (backend.up).")


def test_a_combination_that_could_not_be_judged_blames_nobody() -> None:
    assert said({OLD_PLUGIN: KEPT, OLD_BACKEND: Result(unjudged="no room"), BOTH_OLD: KEPT}) == (
        "Nothing can be blamed by this cell: the new app with the old core could not be judged (no room).",
    )


def test_contracts_that_different_sides_broke_are_told_apart() -> None:
    both = frozenset({SYNC, PAGES})
    only_sync, only_pages = Result(FAILED, frozenset({PAGES})), Result(frozenset({PAGES}), FAILED)
    sentences = said({OLD_PLUGIN: only_sync, OLD_BACKEND: only_pages, BOTH_OLD: KEPT}, both)
    assert [sentence.partition(" broke it")[0] for sentence in sentences] == ["pair.sync: core", "plugin.pages: app"]


def test_a_contract_that_was_not_tried_for_another_that_broke_is_not_taken_as_kept() -> None:
    both = frozenset({SYNC, PAGES})
    sentences = said({OLD_PLUGIN: Result(frozenset({PAGES}))}, both)
    assert [sentence.partition(": ")[2][:15] for sentence in sentences] == ["Nothing can be ", "Not app alone: "]
    assert "was not tried in it (plugin.pages broke before)" in sentences[0]
