"""What the containers of a project are given: which version users have, and what is kept between runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeClock, FakeIndex
from packaging.version import Version
from release_fixture import APP, CORE, ReleaseFixture
from stacks import pair_stack

from releasegate.adapters.containers import engine
from releasegate.adapters.containers.runner import ContainerRunner
from releasegate.adapters.containers.runs import sweep
from releasegate.adapters.kit_folders import kit_folders
from releasegate.app import container_runner as options
from releasegate.app.container_runner import ContainerOptions, cached, cells, container_runner
from releasegate.app.project import Project
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Wanted
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.ports import Delivery
from releasegate.rehearsal.index import sample_sdist, sample_wheel

STACK = pair_stack(APP.name, CORE.name, paths=("fresh",))


def project(fixture: ReleaseFixture, *, stack: Stack | None = STACK) -> Project:
    return Project(fixture.root, replace(fixture.run().settings, stack=stack), {})


def held() -> FakeIndex:
    """Return an index of hosts that has three, the newest of which was taken back."""
    index = FakeIndex("pypi", FakeClock())
    for version in ("4.7.1", "4.7.3"):
        index.put(f"netbox-{version}-py3-none-any.whl", b"")
    index.put("netbox-4.7.4-py3-none-any.whl", b"", yanked=True)
    return index


def users(fixture: ReleaseFixture, name: str, version: str | None = None) -> Delivery | None:
    """Return what the stage is given as that which users have."""
    stage = container_runner(
        project(fixture), ContainerOptions(), run=fixture.run, dependencies=held(), staging_hosts=frozenset()
    )
    return stage.released(name, version)


def publish(fixture: ReleaseFixture, name: str, *versions: str) -> None:
    for version in versions:
        for sample in (sample_wheel(name, version), sample_sdist(name, version)):
            fixture.production.put(sample.filename, sample.content)


def test_a_project_without_a_stack_has_no_cells(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="configures no stack"):
        cells(project(ReleaseFixture(tmp_path), stack=None), ContainerOptions(), sources=("pypi",))


def test_the_cells_come_from_the_sources_and_are_narrowed_by_what_is_asked(tmp_path: Path) -> None:
    asked = ContainerOptions(Wanted(pythons=("3.12",)))
    found = cells(project(ReleaseFixture(tmp_path)), asked, sources=("dist", "pypi"))
    assert [cell.name for cell in found] == [
        f"NetBox pypi:4.7.3, Python 3.12, {source}, fresh, pve, small, superuser, usual" for source in ("dist", "pypi")
    ]


def test_users_have_the_newest_plugin_and_the_companion_that_it_is_paired_with(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    publish(fixture, APP.name, "1.0", "1.1")
    publish(fixture, CORE.name, "2.0", "2.1")
    plugin, backend = users(fixture, APP.name), users(fixture, CORE.name)
    assert plugin is not None
    assert backend is not None
    assert (str(plugin.version), str(backend.version), backend.source) == ("1.1", "2.0", "pypi")


def test_a_companion_whose_paired_version_is_not_published_is_the_newest(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    publish(fixture, CORE.name, "1.8", "1.9")
    backend = users(fixture, CORE.name)
    assert backend is not None
    assert str(backend.version) == "1.9"


def test_a_version_that_is_named_is_the_one(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    publish(fixture, APP.name, "1.0", "1.1")
    plugin = users(fixture, APP.name, "1.0")
    assert plugin is not None
    assert str(plugin.version) == "1.0"


@pytest.mark.parametrize("version", [None, "9.9"])
def test_users_have_nothing_of_what_is_not_published(tmp_path: Path, version: str | None) -> None:
    assert users(ReleaseFixture(tmp_path), APP.name, version) is None


def runner(fixture: ReleaseFixture, stack: Stack) -> ContainerRunner:
    """Return the runner of a stack."""
    told = project(fixture, stack=stack)
    return container_runner(told, ContainerOptions(), run=fixture.run, dependencies=held(), staging_hosts=frozenset())


def test_the_hosts_that_can_be_had_are_those_of_the_index_that_were_not_taken_back(tmp_path: Path) -> None:
    assert runner(ReleaseFixture(tmp_path), STACK).hosts("netbox") == (Version("4.7.1"), Version("4.7.3"))


def test_a_suite_of_one_s_own_that_is_not_there_is_refused(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    own = replace(STACK, suite=PurePosixPath("tests/stack"))
    with pytest.raises(ConfigurationError, match="There is no folder tests/stack of checks"):
        runner(fixture, own)
    (fixture.root / "tests" / "stack").mkdir(parents=True)
    assert runner(fixture, own)


def test_a_stack_without_a_check_is_refused(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    (fixture.root / "mine").mkdir()
    (fixture.root / "mine" / "stack.toml").touch()
    bare = replace(STACK, kit_name="./mine", kit=kit_folders("./mine", beside=fixture.root).kit)
    with pytest.raises(ConfigurationError, match=r"The stack \./mine has no checks"):
        runner(fixture, bare)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep one database and two images; return what is removed of the images."""
    removed: list[str] = []
    images = [SimpleNamespace(id=name, tags=[name], attrs={"Created": name, "Size": 2**29}) for name in ("one", "two")]

    @contextmanager
    def opened(_: object) -> Iterator[Any]:
        held = SimpleNamespace(
            list=lambda **_: images, remove=lambda name, **_: removed.append(str(name)), get=lambda name: name
        )
        yield SimpleNamespace(client=SimpleNamespace(images=held))

    monkeypatch.setattr(sweep, "living", lambda *_: ())

    monkeypatch.setattr(engine, "opened", opened)
    monkeypatch.setattr(options, "cache_folder", lambda: tmp_path)
    return removed


def test_what_is_kept_is_told_by_kind_with_its_size(kept: list[str], tmp_path: Path) -> None:
    assert cached(project(ReleaseFixture(tmp_path)), clear=False) == (
        f"0 migrated databases, 0.0 MiB, in {tmp_path / 'databases'}",
        "2 images, 1.0 GiB at the most, in the engine",
    )
    assert kept == []


def test_what_is_kept_can_be_removed(kept: list[str], tmp_path: Path) -> None:
    assert cached(project(ReleaseFixture(tmp_path)), clear=True) == ("removed 0 databases and 2 images",)
    assert len(kept) == 2


def test_what_another_run_may_be_about_to_start_is_not_removed(
    kept: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "living", lambda *_: ("rg-other",))
    with pytest.raises(Unavailable, match="rg-other may be running in this Docker engine"):
        cached(project(ReleaseFixture(tmp_path)), clear=True)
    assert kept == []


def test_what_is_kept_is_this_user_s() -> None:
    assert options.cache_folder().name == "releasegate"
