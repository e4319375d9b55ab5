"""Images of hosts and kept databases travel through a registry, which is never why a run fails."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from docker.errors import APIError, ImageNotFound

from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.elsewhere.registry import Registry
from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.tar import packed
from releasegate.core.e2e.snapshots import Reordering, Snapshot
from releasegate.core.errors import Unavailable

NAME = "registry.example/harbor"
CORE = Snapshot("sha256:postgres", "Host 1.0", {"0001_initial.py": "a"})
WHOLE = Snapshot("sha256:postgres", "Host 1.0", {"0001_initial.py": "a", "0002_more.py": "b"})


@dataclass
class Shared:
    """A registry, by whole names; one that is *closed* takes nothing, one that is *away* answers nobody."""

    held: dict[str, Any] = field(default_factory=dict)
    closed: str = ""
    away: bool = False


@dataclass
class Engine:
    """One machine's engine: the images that are here, and the registry that it reaches."""

    shared: Shared
    here: dict[str, Any] = field(default_factory=lambda: {"base": "base"})
    built: list[str] = field(default_factory=list)

    @property
    def client(self) -> Any:
        """The SDK's client."""
        images = SimpleNamespace(get=self.get, pull=self.pull, push=self.push, remove=self.remove)
        api = SimpleNamespace(build=self.build, import_image_from_data=self.load)
        return SimpleNamespace(images=images, api=api, containers=SimpleNamespace(create=self.create))

    def image(self, content: Any) -> Any:
        """Return an image that can be called otherwise."""

        def tag(repository: str, version: str) -> None:
            self.here[f"{repository}:{version}"] = content

        return SimpleNamespace(id=f"sha256:{content}", tag=tag)

    def get(self, name: str) -> Any:
        """Return an image that is here."""
        if name not in self.here:
            raise ImageNotFound(name)
        return self.image(self.here[name])

    def pull(self, repository: str, *, tag: str) -> Any:
        """Pull an image."""
        name = f"{repository}:{tag}"
        if self.shared.away:
            raise ConnectionError("no route to host")
        if name not in self.shared.held:
            raise APIError("manifest unknown")
        self.here[name] = self.shared.held[name]
        return self.image(self.here[name])

    def push(self, name: str, **_: object) -> Iterator[dict[str, str]]:
        """Push an image."""
        if self.shared.away:
            raise ConnectionError("no route to host")
        if self.shared.closed:
            yield {"error": self.shared.closed}
            return
        self.shared.held[name] = self.here[name]
        yield {"status": "pushed"}

    def remove(self, name: str) -> None:
        """Forget a name."""
        if self.here.pop(name, None) is None:
            raise ImageNotFound(name)

    def build(self, *, tag: str, **_: object) -> Iterator[dict[str, str]]:
        """Make an image."""
        self.built.append(tag)
        self.here[tag] = tag
        yield {"stream": "done"}

    def load(self, data: bytes, *, repository: str, tag: str) -> None:
        """Make an image of files."""
        self.here[f"{repository}:{tag}"] = data

    def create(self, image: str, _: object) -> Any:
        """Make a container of an image of files."""
        archive = tarfile.open(fileobj=io.BytesIO(self.here[image]))  # noqa: SIM115 - in memory

        def taken(path: str) -> tuple[list[bytes], object]:
            try:
                member = archive.extractfile(path.lstrip("/"))
            except KeyError:
                raise APIError("no such file") from None
            assert member is not None
            return [packed({"x": member.read()})], None

        return SimpleNamespace(get_archive=taken, remove=lambda **_: None)

    @property
    def engine(self) -> ContainerEngine:
        """The same for those who know engines only."""
        return ContainerEngine(cast("Any", self.client), {}, 4.0, 2.0)


def registry(engine: Engine, said: list[str] | None = None) -> Registry:
    return Registry(engine.engine, NAME, (said if said is not None else []).append)


def made(engine: Engine, *, bad: bool = False, said: list[str] | None = None) -> str:
    spec = ImageSpec("Host 1.0", "base", {"role": "core"}, {}, bad=bad)
    return Images(engine.engine, registry=registry(engine, said)).made(spec, progress=lambda _: None)


def test_what_one_engine_made_another_one_has_and_no_name_of_the_registry_stays() -> None:
    shared = Shared()
    one, other = Engine(shared), Engine(shared)
    tag = made(one)
    assert list(shared.held) == [f"{NAME}/{tag.partition('/')[2]}"]
    assert made(other) == tag
    assert (one.built, other.built) == ([tag], [])
    assert set(one.here) == set(other.here) == {"base", tag}


def test_what_holds_a_package_under_test_does_not_travel() -> None:
    shared = Shared()
    tag = made(Engine(shared), bad=True)
    shared.held[f"{NAME}/{tag.partition('/')[2]}"] = "somebody's"
    other = Engine(shared)
    made(other, bad=True)
    assert other.built == [tag]


@pytest.mark.parametrize("shared", [Shared(away=True), Shared(closed="denied: requested access")])
def test_a_registry_that_does_not_answer_or_refuses_is_told_once_and_judges_nobody(shared: Shared) -> None:
    said: list[str] = []
    engine = Engine(shared)
    kept = registry(engine, said)
    for role in ("core", "mock"):
        images = Images(engine.engine, registry=kept)
        images.made(ImageSpec("Host 1.0", "base", {"role": role}, {}), progress=lambda _: None)
    kept.put("releasegate/database:a", {"a": b"b"})
    assert len(engine.built) == 2
    (line,) = said
    assert line.startswith(f"{NAME} took no image: ")
    assert set(engine.here) == {"base", *engine.built}


def files_of(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the files of a kept database, as they travel."""
    told = {"server": snapshot.server, "ground": snapshot.ground, "migrations": dict(snapshot.migrations)}
    return {f"{snapshot.key}.sql.gz": b"dump", f"{snapshot.key}.json": json.dumps(told).encode()}


def fetched(folder: Path, engine: Engine, *wanted: Snapshot | None) -> Snapshot | None:
    databases = Databases(folder, 1.0, registry=registry(engine))
    databases.fetch(*wanted)
    return databases.nearest(WHOLE, reordering=Reordering())


def test_a_kept_database_is_had_from_the_registry_the_whole_before_the_host_s(tmp_path: Path) -> None:
    shared = Shared()
    for snapshot in (CORE, WHOLE):
        registry(Engine(shared)).put(f"releasegate/database:{snapshot.key}", files_of(snapshot))
    assert fetched(tmp_path / "a", Engine(shared), WHOLE, CORE) == WHOLE
    assert [path.stem for path in (tmp_path / "a").glob("*.json")] == [WHOLE.key]
    assert fetched(tmp_path / "b", Engine(shared), None, CORE) == CORE
    (held,) = [name for name in shared.held if WHOLE.key in name]
    del shared.held[held]
    assert fetched(tmp_path / "c", Engine(shared), WHOLE, CORE) == CORE
    shared.away = True
    assert fetched(tmp_path / "c", Engine(shared), WHOLE, CORE) == CORE
    assert fetched(tmp_path / "d", Engine(shared), WHOLE, CORE) is None


@pytest.mark.parametrize("files", [{}, {f"{WHOLE.key}.sql.gz": b"dump"}, files_of(CORE)])
def test_files_that_are_not_what_their_name_says_are_no_database(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    shared, engine = Shared(), Engine(Shared())
    registry(Engine(shared)).put(f"releasegate/database:{WHOLE.key}", files)
    engine.shared = shared
    assert fetched(tmp_path, engine, WHOLE) is None


def test_what_is_kept_goes_to_the_registry(tmp_path: Path) -> None:
    shared = Shared()
    server = cast("Any", SimpleNamespace(exec_run=lambda *_, **__: (0, (b"-- a dump\n", b""))))
    Databases(tmp_path, 1.0, registry=registry(Engine(shared))).keep(WHOLE, of=server)
    assert fetched(tmp_path / "other", Engine(shared), WHOLE) == WHOLE
    refusing = cast("Any", SimpleNamespace(exec_run=lambda *_, **__: (1, (None, b"no room"))))
    with pytest.raises(Unavailable):
        Databases(tmp_path, 1.0, registry=registry(Engine(shared))).keep(CORE, of=refusing)
    assert not [name for name in shared.held if CORE.key in name]


def test_an_image_that_the_engine_cannot_make_of_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise APIError("no space left on device")

    engine, said = Engine(Shared()), list[str]()
    monkeypatch.setattr(engine, "load", full)
    registry(engine, said).put("releasegate/database:a", {"a": b"b"})
    assert said == ["releasegate/database:a was not made: no space left on device"]
