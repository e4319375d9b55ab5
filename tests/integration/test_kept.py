"""What a forge's cache carries from runner to runner: whole databases and images, and nothing else that lies there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from docker.errors import ImageNotFound
from test_workflows import FANNED

from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.images.bundle import FILE, ImageBundle
from releasegate.app import kept
from releasegate.app.project import Project
from releasegate.core.e2e.snapshots import Reordering, Snapshot
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.frontends.commands.rehearsals import cache
from releasegate.frontends.screen.console import Screen

KEPT = Snapshot("server", "pypi:4.7.3", {"dcim.0001": "a"})
DOCKER = """\
#!/bin/sh
echo "$*" >> "$LOG"
[ -z "$BROKEN" ] || { echo "no space left" >&2; exit 1; }
[ "$2" != save ] || echo images > "$4"
"""


def snapshot(folder: Path, of: Snapshot = KEPT) -> None:
    """Keep a database as a run does."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"server": of.server, "ground": of.ground, "migrations": dict(of.migrations)}
    (folder / f"{of.key}.json").write_text(json.dumps(told))
    (folder / f"{of.key}.sql.gz").write_bytes(b"dump")


@dataclass
class Engine:
    """An engine that has images, and a docker command that notes what it is asked."""

    folder: Path
    tags: list[str] = field(default_factory=lambda: ["releasegate/netbox:1"])
    here: tuple[str, ...] = ("docker.io/library/postgres:17-alpine",)
    broken: str = ""

    @property
    def images(self) -> Engine:
        """The images."""
        return self

    def list(self, **_: object) -> list[Any]:
        """Return what was made here."""
        return [type("Image", (), {"tags": self.tags, "attrs": {"Created": "1"}})]

    def get(self, name: str) -> None:
        """Return a public image that is here."""
        if name not in self.here:
            raise ImageNotFound(name)

    @property
    def engine(self) -> ContainerEngine:
        """The same for those who know engines only."""
        program = self.folder / "bin" / "docker"
        program.parent.mkdir(exist_ok=True)
        program.write_text(DOCKER)
        program.chmod(0o755)
        told = {"PATH": f"{program.parent}:/usr/bin:/bin", "LOG": str(self.folder / "log"), "BROKEN": self.broken}
        return ContainerEngine(self, told, 4.0, 2.0)  # type: ignore[arg-type]

    @property
    def asked(self) -> Sequence[str]:
        """What docker was asked for."""
        return (self.folder / "log").read_text().splitlines()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where databases are kept, beside an engine."""
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path / "home")

    @contextmanager
    def opened(_: object) -> Iterator[ContainerEngine]:
        yield Engine(tmp_path).engine

    monkeypatch.setattr(kept, "opened", opened)
    return tmp_path / "home" / "databases"


def project(folder: Path) -> Project:
    return Project(folder, FANNED, {})


def test_what_one_runner_gives_another_takes(home: Path, tmp_path: Path) -> None:
    snapshot(home)
    (home / "half.sql.gz").write_bytes(b"torn")
    folder = tmp_path / "kept"
    assert kept.give(project(tmp_path), folder) == (f"{folder} holds 1 migrated databases and 2 images",)
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        *(f"{KEPT.key}{end}" for end in (".json", ".sql.gz")),
        FILE,
    ]
    for path in home.iterdir():
        path.unlink()
    assert kept.take(project(tmp_path), folder) == (f"took 1 migrated databases and images from {folder}",)
    assert Databases(home, 1.0).nearest(KEPT, reordering=Reordering()) == KEPT
    assert kept.take(project(tmp_path), folder)[0].startswith("took 0 migrated databases"), "they are here"
    assert Engine(tmp_path).asked == [
        f"image save --output {folder / FILE} releasegate/netbox:1 docker.io/library/postgres:17-alpine",
        f"image load --quiet --input {folder / FILE}",
        f"image load --quiet --input {folder / FILE}",
    ]


def test_what_is_not_what_its_name_says_is_not_taken(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    snapshot(folder / "databases")
    (folder / "databases" / f"{KEPT.key}.json").write_text('{"server": "x", "netbox": "y", "migrations": {}}')
    (folder / "databases" / "other.json").write_text("[]")
    assert kept.take(project(tmp_path), folder) == (f"took 0 migrated databases and no images from {folder}",)
    assert not [path for path in home.glob("*") if path.is_file()]


def test_a_cache_that_is_empty_or_damaged_fails_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    assert kept.take(project(tmp_path), folder) == (
        f"{folder} is not there: nothing is kept yet, and all is made anew",
    )
    (folder / FILE).parent.mkdir()
    (folder / FILE).write_text("damaged")

    @contextmanager
    def opened(_: object) -> Iterator[ContainerEngine]:
        yield Engine(tmp_path, broken="yes").engine

    monkeypatch.setattr(kept, "opened", opened)
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path / "home")
    (said,) = kept.take(project(tmp_path), folder)
    assert said.endswith("what is missing is made anew: The Docker engine could not load the images.")


def test_images_that_cannot_be_written_are_no_cache(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(Unavailable, match="could not save the images") as error:
        ImageBundle(Engine(tmp_path, broken="yes").engine, tmp_path / "kept").give(())
    assert error.value.details == ("no space left",)


def test_an_engine_without_images_gives_none(tmp_path: Path) -> None:
    assert ImageBundle(Engine(tmp_path, tags=[], here=()).engine, tmp_path / "kept").give(("x",)) == 0
    assert not (tmp_path / "kept").exists()


def test_only_one_thing_is_done_with_what_is_kept() -> None:
    with pytest.raises(ConfigurationError, match="exclude each other"):
        cache(Screen(), clear=True, give="kept")
