"""Who broke a pair."""

from __future__ import annotations

import pytest

from releasegate.core.e2e.blame import Combination, blame, combinations

OLD_PLUGIN, OLD_BACKEND, BOTH_OLD = Combination("old", "new"), Combination("new", "old"), Combination("old", "old")


def test_all_other_combinations_are_run_where_both_are_new() -> None:
    assert combinations(plugin_is_new=True, backend_is_new=True) == (OLD_PLUGIN, OLD_BACKEND, BOTH_OLD)


def test_what_users_have_already_is_not_exchanged() -> None:
    assert combinations(plugin_is_new=True, backend_is_new=False) == (OLD_PLUGIN,)
    assert combinations(plugin_is_new=False, backend_is_new=True) == (OLD_BACKEND,)
    assert combinations(plugin_is_new=False, backend_is_new=False) == ()


def test_with_one_plugin_the_backend_is_blamed_where_the_old_one_passes() -> None:
    assert blame({OLD_BACKEND: True}, plugin="app", backend="core").startswith("core broke it")
    assert blame({OLD_BACKEND: False}, plugin="app", backend="core").startswith("Not core alone")


def test_nobody_is_blamed_where_users_have_that_very_pair() -> None:
    assert blame({}, plugin="app", backend="core").startswith("Neither can be blamed: users have this very pair")


@pytest.mark.parametrize(
    ("old_plugin", "old_backend", "both_old", "said"),
    [
        (False, True, True, "core broke it"),
        (True, False, True, "app broke it"),
        (True, True, True, "Only together"),
        (False, False, True, "Both are broken"),
        (False, False, False, "Neither can be blamed"),
        (True, True, False, "Neither can be blamed"),
    ],
)
def test_the_culprit_follows_from_which_combinations_pass(
    old_plugin: bool,  # noqa: FBT001 - a truth table
    old_backend: bool,  # noqa: FBT001
    both_old: bool,  # noqa: FBT001
    said: str,
) -> None:
    passed = {OLD_PLUGIN: old_plugin, OLD_BACKEND: old_backend, BOTH_OLD: both_old}
    assert blame(passed, plugin="app", backend="core").startswith(said)


@pytest.mark.parametrize(("old_plugin", "said"), [(True, "app broke it"), (False, "Not app alone")])
def test_with_one_backend_the_plugin_is_blamed_where_the_old_one_passes(
    old_plugin: bool,  # noqa: FBT001 - a truth table
    said: str,
) -> None:
    assert blame({OLD_PLUGIN: old_plugin}, plugin="app", backend="core").startswith(said)
