"""When a migrated database may stand in for migrating: known by content, and never trusted beyond it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Migrations = Mapping[str, str]
"""The sha256 of every migration file by its path (``dcim/migrations/0001_initial.py``)."""


@dataclass(frozen=True)
class Snapshot:
    """A kept database: the server that wrote it, the ground that it is of, and the files that made it."""

    server: str
    ground: str
    migrations: Migrations

    @property
    def key(self) -> str:
        """What it is known by: the same content has the same key, and nothing else has it."""
        told = [self.server, self.ground, sorted(self.migrations.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True)
class Reordering:
    """Migrations that come elsewhere than behind those that were there before.

    ``replaces`` are squashed ones, which stand for others of their app; ``run_before`` come before those of others.
    """

    replaces: frozenset[str] = frozenset()
    run_before: frozenset[str] = frozenset()


def nearest(snapshots: Iterable[Snapshot], wanted: Snapshot, *, reordering: Reordering) -> Snapshot | None:
    """Return the snapshot from which migrating leads to what migrating from nothing does, with the most done.

    That is so where all of its migrations are, byte for byte, among the wanted ones, and those that are left come
    after them: *reordering* names the wanted ones of which that is not certain.
    """
    fitting = [s for s in snapshots if _leads_to(s, wanted, reordering)]
    return max(fitting, key=lambda s: len(s.migrations), default=None)


def _leads_to(snapshot: Snapshot, wanted: Snapshot, reordering: Reordering) -> bool:
    if (snapshot.server, snapshot.ground) != (wanted.server, wanted.ground):
        return False
    if not snapshot.migrations.items() <= wanted.migrations.items():
        return False
    left = wanted.migrations.keys() - snapshot.migrations.keys()
    begun = {_app(name) for name in snapshot.migrations}
    return not left & reordering.run_before and not any(_app(name) in begun for name in left & reordering.replaces)


def _app(migration: str) -> str:
    return migration.rpartition("/")[0]
