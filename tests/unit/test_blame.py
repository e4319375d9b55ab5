"""Who broke a pair."""

from __future__ import annotations

import pytest

from releasegate.core.e2e.blame import Old, Result, blame, combinations

OLD_PLUGIN, OLD_BACKEND, BOTH_OLD = frozenset({"app"}), frozenset({"core"}), frozenset({"app", "core"})
SYNC, PAGES = "pair.sync", "plugin.pages"
FAILED = frozenset({SYNC})
KEPT, BROKE = Result(kept=FAILED), Result(broken=FAILED)
OTHERWISE = Result(broken=frozenset({"backend.up"}))


def said(results: dict[Old, Result], failed: frozenset[str] = FAILED, names: str = "app core") -> tuple[str, ...]:
    """Return what is said of packages, of which those are new that were exchanged."""
    new = [name for name in names.split() if any(name in old for old in results)]
    return blame(failed, results, new=new, kept=[name for name in names.split() if name not in new])


def test_all_other_combinations_are_run_where_both_are_new() -> None:
    assert combinations(["app", "core"]) == (OLD_PLUGIN, OLD_BACKEND, BOTH_OLD)


def test_what_users_have_already_is_not_exchanged() -> None:
    assert combinations(["app"]) == (OLD_PLUGIN,)
    assert combinations(["core"]) == (OLD_BACKEND,)
    assert combinations([]) == ()


def test_of_three_that_are_new_each_is_exchanged_by_itself_and_then_all() -> None:
    each = [frozenset({name}) for name in ("app", "core", "other")]
    every = frozenset({"app", "core", "other"})
    assert combinations(["app", "core", "other"]) == (*each, every)
    heals = dict(zip((*each, every), (BROKE, BROKE, KEPT, KEPT), strict=True))
    assert said(heals, names="app core other") == (
        "other broke it: it fails with the old app and core too, and the new app and core pass with the old one.",
    )
    two = dict(zip((*each, every), (KEPT, BROKE, KEPT, KEPT), strict=True))
    assert said(two, names="app core other") == (
        "Only together: each passes with the other's old version, so app and other disagree.",
    )
    three = dict.fromkeys((*each, every), KEPT)
    assert said(three, names="app core other") == (
        "Only together: each passes with another's old version, so app, core and other disagree.",
    )
    nobody = dict.fromkeys((*each, every), BROKE)
    assert said(nobody, names="app core other")[0].startswith("Nobody can be blamed: what users have fails here too")
    several = {**dict.fromkeys(each, BROKE), every: KEPT}
    assert said(several, names="app core other") == (
        "Several are broken: none of app, core and other passes with the old version of one of the others.",
    )


def test_a_package_alone_is_blamed_where_the_one_that_users_have_passes() -> None:
    assert said({OLD_PLUGIN: KEPT}, names="app") == ("app broke it: the app that users have passes here.",)
    assert said({OLD_PLUGIN: BROKE}, names="app") == ("Not app alone: the app that users have fails here too.",)
    assert said({}, names="app")[0].startswith("Nobody can be blamed: users have this very version")


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
def test_a_combination_that_fails_in_another_contract_blames_nobody(combination: Old) -> None:
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
