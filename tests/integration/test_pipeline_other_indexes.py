"""Candidates and finals of a pair on indexes that are not ours: a real devpi-server and a real pypiserver."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from git_repositories import git
from packaging.version import Version
from real_indexes import RunningIndex, devpi, pypiserver
from stored import store_files
from test_family import judge
from testpair import AUTHOR, Quiet, make_pair, on_indexes

from releasegate.app.orders import Order
from releasegate.app.project import load
from releasegate.app.release import Planned, plan, release
from releasegate.app.workspace import Workspace
from releasegate.core.errors import Conflict
from releasegate.core.release.plan import PipelineName
from releasegate.core.release.record import record
from releasegate.engine import Outcome
from releasegate.rehearsal.index import sample_wheel

__all__ = ["judge"]

SERVERS = ("devpi", "pypiserver")


@pytest.fixture(scope="module")
def one_devpi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIndex]:
    """One devpi-server for all tests, since it takes long to start."""
    with devpi(tmp_path_factory.mktemp("server")) as running:
        yield running


def indexes_of(running: RunningIndex, *names: str) -> list[RunningIndex]:
    """Make two more indexes of a devpi-server's user, which never let a file be replaced."""
    root, user = running.upload.removesuffix("/stable/"), running.username
    login = f"{root.removesuffix(user)}+login"
    answer = requests.post(login, json={"user": user, "password": running.token}, timeout=30)
    secret = answer.json()["result"]["password"]
    for name in names:
        wanted = {"type": "stage", "volatile": False, "bases": []}
        requests.put(f"{root}/{name}", json=wanted, auth=(user, secret), timeout=30).raise_for_status()
    return [replace(running, name=n, upload=f"{root}/{n}/", simple=f"{root}/{n}/+simple") for n in names]


@pytest.fixture(params=SERVERS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[RunningIndex]]:
    """Give an empty staging and an empty production index."""
    if request.param == "devpi":
        number = len(request.node.name)
        yield indexes_of(request.getfixturevalue("one_devpi"), f"staging{number}", f"production{number}")
        return
    with ExitStack() as stack:
        yield [stack.enter_context(pypiserver(tmp_path / name)) for name in ("staging", "production")]


@pytest.fixture
def workspace(two: list[RunningIndex], tmp_path: Path) -> Workspace:
    return opened(two, tmp_path)


@pytest.fixture
def alone(two: list[RunningIndex], tmp_path: Path) -> Workspace:
    """Give a project whose first package is released without the other, which does not run with it."""
    return opened(two, tmp_path, ('companion = { name = "tiny-api" }\n', ""))


def opened(two: list[RunningIndex], folder: Path, changed: tuple[str, str] = ("", "")) -> Workspace:
    staging, production = two
    pair = make_pair(folder / "project", settings=on_indexes(staging, production))
    file = pair.root / "pyproject.toml"
    file.write_text(file.read_text().replace(*changed))
    tokens = {"STAGING_TOKEN": staging.token, "PRODUCTION_TOKEN": production.token}
    return Workspace(load(pair.root, environ={**os.environ, **AUTHOR, **tokens}), Quiet())


def ordered(workspace: Workspace, pipeline: PipelineName, package: str | None = None) -> tuple[Outcome, ...]:
    def planned(_: Planned) -> None: ...

    return release(workspace, Order(pipeline, package), watch=Quiet(), confirm=lambda _: True, planned=planned)


def sealed(workspace: Workspace) -> dict[str, list[str]]:
    found = {}
    for package in workspace.project.settings.packages:
        ledger = workspace.ledger(package)
        found[package.name] = [str(v) for v in ledger.versions() if record(ledger.read(v)).seal is not None]
    return found


def test_a_pair_is_proven_and_released_and_each_index_holds_its_own_files(workspace: Workspace) -> None:
    ordered(workspace, "rc")
    assert sealed(workspace) == {"tiny-api": ["1.0.0rc1"], "tiny-plugin": ["1.0.0rc1"]}
    ordered(workspace, "final")
    for package in workspace.project.settings.packages:
        assert sealed(workspace)[package.name] == ["1.0.0rc1", "1.0.0"]
        ledger, stem = workspace.ledger(package), package.name.replace("-", "_")
        for role, version in (("staging", "1.0.0rc1"), ("production", "1.0.0")):
            seal = record(ledger.read(Version(version))).seal
            held = {f.filename: f.sha256 for f in workspace.index(role).files(package.name)}
            assert set(held) == {f"{stem}-{version}-py3-none-any.whl", f"{stem}-{version}.tar.gz"}
            assert seal is not None
            assert seal.evidence["files"] == held
            assert git(workspace.project.where(package), "ls-remote", "--tags", "origin", f"v{version}")
    plugin = workspace.project.settings.packages[1]
    again = plan(workspace, Order("final", "tiny-plugin"), plugin)
    assert again.plan is not None
    assert again.plan.finished
    partner = record(workspace.ledger(plugin).read(Version("1.0.0"))).seal
    assert partner is not None
    assert partner.evidence["companions"][0]["version"] == "1.0.0"
    assert partner.evidence["companions"][0]["source"] == "production"


@pytest.mark.usefixtures("judge")  # whether it installs from there is the test's above
def test_a_name_that_holds_other_bytes_is_a_conflict_and_stays_as_it_is(alone: Workspace, tmp_path: Path) -> None:
    api = alone.project.settings.packages[0]
    ordered(alone, "rc", api.name)
    stranger = sample_wheel("tiny-api", "1.0.0")
    (tmp_path / stranger.filename).write_bytes(stranger.content)

    def confirm(what: str) -> bool:
        if what.startswith("upload "):
            store_files(alone.index("production"), tmp_path / stranger.filename)
        return True

    def planned(_: Planned) -> None: ...

    with pytest.raises(Conflict, match="holds other bytes") as caught:
        release(alone, Order("final", api.name), watch=Quiet(), confirm=confirm, planned=planned)
    assert "1.0.0.post1" in caught.value.hint
    (held,) = alone.index("production").files(api.name)
    assert held.filename == stranger.filename
    assert sealed(alone)[api.name] == ["1.0.0rc1"]
