"""When a kept database may stand in for migrating."""

from __future__ import annotations

from dataclasses import replace

from releasegate.core.e2e.snapshots import Reordering, Snapshot, nearest

CORE = Snapshot("postgres-1", "pypi:4.7.3", {"dcim/migrations/0001.py": "a"})
RELEASED = replace(CORE, migrations={**CORE.migrations, "app/migrations/0001.py": "b"})
NEXT = replace(RELEASED, migrations={**RELEASED.migrations, "app/migrations/0002.py": "c"})
NOTHING = Reordering()


def test_a_database_of_the_same_content_is_taken() -> None:
    assert nearest([CORE, RELEASED, NEXT], NEXT, reordering=NOTHING) == NEXT


def test_the_one_with_the_least_left_to_migrate_is_taken() -> None:
    assert nearest([CORE, RELEASED], NEXT, reordering=NOTHING) == RELEASED


def test_a_migration_that_was_edited_leaves_only_what_came_before_it() -> None:
    edited = replace(NEXT, migrations={**NEXT.migrations, "app/migrations/0001.py": "other"})
    assert nearest([CORE, RELEASED, NEXT], edited, reordering=NOTHING) == CORE


def test_a_database_with_migrations_that_are_gone_is_not_taken() -> None:
    assert nearest([NEXT], RELEASED, reordering=NOTHING) is None


def test_another_server_or_another_ground_is_another_database() -> None:
    others = [replace(NEXT, server="postgres-2"), replace(NEXT, ground="pypi:4.7.2")]
    assert nearest(others, NEXT, reordering=NOTHING) is None


def test_what_runs_before_others_is_never_migrated_onto_a_kept_database() -> None:
    early = Reordering(run_before=frozenset({"app/migrations/0002.py"}))
    assert nearest([CORE, RELEASED], NEXT, reordering=early) is None
    assert nearest([CORE, RELEASED, NEXT], NEXT, reordering=early) == NEXT


def test_what_replaces_others_is_only_migrated_where_none_of_its_app_is() -> None:
    squashed = Reordering(replaces=frozenset({"app/migrations/0002.py"}))
    assert nearest([RELEASED], NEXT, reordering=squashed) is None
    assert nearest([CORE, RELEASED], NEXT, reordering=squashed) == CORE
    assert nearest([CORE, RELEASED, NEXT], NEXT, reordering=squashed) == NEXT


def test_the_key_is_the_content_and_not_its_order() -> None:
    turned = replace(NEXT, migrations=dict(reversed(list(NEXT.migrations.items()))))
    assert turned.key == NEXT.key
    assert len({CORE.key, RELEASED.key, NEXT.key, replace(CORE, server="x").key, replace(CORE, ground="x").key}) == 5
