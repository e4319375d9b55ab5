"""Several machines share an engine: what a run left is removed by who can know that it is dead, and by nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from filelock import FileLock

from releasegate.adapters.containers.runs import labels, ownership, sweep
from releasegate.adapters.containers.runs.labels import LOCK, RUN, Run
from releasegate.adapters.containers.runs.ownership import LONGEST, Left, is_dead, moment, owner_of

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
JUST_NOW, LONG_AGO = NOW - timedelta(minutes=1), NOW - LONGEST - timedelta(minutes=1)


def left(lock: Path, owner: str, newest: datetime = JUST_NOW) -> Left:
    return Left(lock, owner, newest)


def test_a_run_of_this_folder_is_dead_when_nobody_holds_its_lock(tmp_path: Path) -> None:
    owner, lock = owner_of(tmp_path), tmp_path / "rg-1.lock"
    with FileLock(lock):
        assert not is_dead(left(lock, owner, LONG_AGO), owner=owner, now=NOW)
    lock.touch()
    assert is_dead(left(lock, owner), owner=owner, now=NOW)
    assert not lock.exists()
    assert is_dead(left(lock, owner), owner=owner, now=NOW)


def test_a_run_of_another_folder_is_left_alone_until_none_takes_that_long(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mine, its = owner_of(tmp_path / "a"), owner_of(tmp_path / "b")
    gone = tmp_path / "b" / "rg-1.lock"
    for owner in (its, "", str(gone)):
        assert not is_dead(left(gone, owner), owner=mine, now=NOW)
        assert is_dead(left(gone, owner, LONG_AGO), owner=mine, now=NOW)


def test_a_copy_of_a_folder_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    first = owner_of(tmp_path / "a")
    assert owner_of(tmp_path / "a") == first
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert owner_of(tmp_path / "b") != first


def test_a_lock_that_is_gone_says_nothing_once_the_machine_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, lock = owner_of(tmp_path), tmp_path / "rg-1.lock"
    (tmp_path / "boot").write_text("another\n")
    monkeypatch.setattr(ownership, "_BOOT", tmp_path / "boot")
    after = owner_of(tmp_path)
    assert not is_dead(left(lock, before), owner=after, now=NOW)
    lock.touch()
    assert is_dead(left(lock, before), owner=after, now=NOW)
    monkeypatch.setattr(ownership, "_BOOT", tmp_path / "none")
    nowhere = owner_of(tmp_path)
    assert not is_dead(left(lock, nowhere), owner=nowhere, now=NOW)


def test_a_lock_that_cannot_be_asked_is_not_ours_to_judge(tmp_path: Path) -> None:
    owner, lock = owner_of(tmp_path), tmp_path / "rg-1.lock"
    lock.mkdir()
    assert not is_dead(left(lock, owner), owner=owner, now=NOW)


@pytest.mark.parametrize(
    "text", ["2026-11-27T12:00:00.000000789Z", "2026-11-27T12:00:00Z", "2026-11-27T13:00:00+01:00"]
)
def test_a_moment_is_read_in_every_form_that_the_engine_has(text: str) -> None:
    assert moment(text) == NOW


@dataclass
class Thing:
    """A container, network, image or volume."""

    labels: Mapping[str, str]
    made: datetime = JUST_NOW

    @property
    def attrs(self) -> dict[str, Any]:
        """What the engine tells of it."""
        return {"Labels": dict(self.labels), "Created": self.made.isoformat(), "CreatedAt": self.made.isoformat()}


@dataclass
class Kind:
    """One kind of things."""

    held: list[Thing] = field(default_factory=list)

    def list(self, **_: object) -> list[Thing]:
        """Return them all."""
        return self.held

    def create(self, name: str, *, labels: Mapping[str, str]) -> None:
        """Make one."""
        self.held.append(Thing({**labels, "name": name}))


@dataclass
class Engine:
    """An engine that several machines use."""

    containers: Kind = field(default_factory=Kind)
    networks: Kind = field(default_factory=Kind)
    images: Kind = field(default_factory=Kind)
    volumes: Kind = field(default_factory=Kind)

    def info(self) -> dict[str, str]:
        """Return its clock."""
        return {"SystemTime": NOW.isoformat()}


def test_the_newest_thing_of_a_run_counts_and_the_own_run_and_what_is_kept_are_never_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, removed = Engine(), list[str]()
    monkeypatch.setattr(sweep, "remove", lambda _, name: removed.append(name))
    mine = Run("rg-mine", tmp_path / "rg-mine.lock", owner_of(tmp_path))
    other = {RUN: "rg-other", LOCK: "elsewhere.1 /runs/rg-other.lock"}
    dead = {RUN: "rg-dead", LOCK: "elsewhere.1 /runs/with a space/rg-dead.lock"}
    engine.networks.held = [Thing(other, LONG_AGO), Thing(dead, LONG_AGO)]
    engine.containers.held = [Thing(other), Thing({RUN: "kept", LOCK: ""}, LONG_AGO)]
    engine.images.held = [Thing(dead, LONG_AGO - LONGEST)]
    labels.announce(cast("Any", engine), mine)
    assert sweep.living(cast("Any", engine), mine) == ("rg-other",)
    assert sweep.remove_dead(cast("Any", engine), mine) == ("rg-dead",)
    assert removed == ["rg-dead"]
    assert Thing({**mine.labels(), "name": "rg-mine-lives"}) in engine.volumes.held
