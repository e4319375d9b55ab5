"""Which cell the watch runs of a stack: the newest pair on the newest host, and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeClock, FakeIndex
from packaging.version import Version
from test_workflows import ALONE, API, FANNED, STACK

from releasegate.app import gates, watch
from releasegate.app.project import Project
from releasegate.app.workspace import Workspace
from releasegate.core.config.companion import Companion
from releasegate.core.e2e.matrix import Wanted, matrix, newest, on_newest, only
from releasegate.core.errors import Unavailable
from releasegate.rehearsal.index import sample_wheel

OLD_AND_NEW = replace(STACK, dimensions={"netbox": ("4.7.3", "image:4.5.8")}, pythons=("3.12", "3.13"))


def test_the_newest_cell_is_that_of_the_newest_host_and_python_with_an_empty_database() -> None:
    found = newest(matrix(OLD_AND_NEW, Wanted(), every_value=False))
    assert found is not None
    assert found.name == "NetBox pypi:4.7.3, Python 3.13, dist, fresh, pve, small, superuser, usual"
    assert newest(()) is None


def test_where_only_upgrades_are_configured_one_of_them_is_run() -> None:
    found = newest(matrix(replace(OLD_AND_NEW, paths=("upgrade",), upgrade_from=("1.0",)), Wanted()))
    assert found is not None
    assert found.path == "upgrade"
    assert matrix(OLD_AND_NEW, only(found)) == (found,)


@pytest.mark.parametrize(
    ("known", "host"),
    [
        (("4.6.0", "4.8.1", "4.9.0b1"), "pypi:4.8.1"),
        (("4.6.0",), "pypi:4.7.3"),
        ((), "pypi:4.7.3"),
        (("5.0",), "pypi:4.7.3"),  # no number of this host
    ],
)
def test_a_host_that_came_out_since_is_run_too(known: tuple[str, ...], host: str) -> None:
    (cell, *_) = matrix(replace(STACK, paths=("fresh",)), Wanted())
    assert on_newest(cell, STACK, lambda name: map(Version, known if name == "netbox" else ())).choices[0].text == host


def test_the_newest_finals_run_together_on_the_newest_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = replace(ALONE, companions=(Companion(API.name),))
    settings = replace(FANNED, packages=(API, plugin), stack=OLD_AND_NEW)
    index = FakeIndex("pypi", FakeClock())
    for name, versions in ((plugin.name, ("1.0", "2.0rc1")), (API.name, ("3.0", "3.1")), ("netbox", ("4.8.0",))):
        for version in versions:
            sample = sample_wheel(name, version)
            index.put(sample.filename, sample.content)
    asked: list[Any] = []

    def end_to_end(workspace: Workspace, package: Any, request: Any, *, told: Any) -> Any:
        asked.append((workspace.choices, package.name, request))
        told("seen")
        return type("Report", (), {"verdict": "pass"})

    monkeypatch.setattr(gates, "end_to_end", end_to_end)
    monkeypatch.setattr(Workspace, "index", lambda *_: index)
    seen: list[Any] = []
    wanted = watch.Watched(1, end_to_end=True, told=lambda *each: seen.append(each))
    workspace = Workspace(Project(tmp_path, settings, {}), lambda _: None)
    said = watch._pair(workspace, plugin, Version("1.0"), wanted)
    assert said == "1.0 with harbor-api 3.1 on NetBox pypi:4.8.0, Python 3.13: pass"
    ((choices, name, request),) = asked
    assert (name, str(request.source.version), str(request.backends["harbor-api"].version)) == ("harbor", "1.0", "3.1")
    assert not request.recorded, "it tells, and leaves no evidence"
    dimensions = {
        "netbox": ("pypi:4.8.0",),
        "service": ("pve",),
        "world": ("small",),
        "user": ("superuser",),
        "depth": ("usual",),
    }
    assert choices.containers.wanted == Wanted(dimensions, ("3.13",), ("pypi",), ("fresh",), ())
    assert seen == [("harbor", "seen")]


def test_a_record_that_cannot_be_read_is_an_answer_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> Any:
        raise Unavailable("The ledger cannot be read.", hint="Mend it")

    monkeypatch.setattr(Workspace, "ledger", unreadable)
    monkeypatch.setattr(Workspace, "index", lambda *_: FakeIndex("pypi", FakeClock()))
    workspace = Workspace(Project(tmp_path, FANNED, {}), lambda _: None)
    found = list(watch.watch(workspace, ALONE, watch.Watched(3, end_to_end=True)))
    assert [(each.key, each.error is None) for each in found] == [("served files", False), ("newest final", True)]
    assert (found[-1].found, found[-1].caution) == ("pypi has no final", True)
