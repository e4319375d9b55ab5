"""A stack on an engine that is elsewhere is reached through a relay, and what is published there is not asked."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fake_engine import FakeContainer, FakeEngine

from releasegate.adapters.containers import health
from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.elsewhere import location
from releasegate.adapters.containers.elsewhere import relay as relay_module
from releasegate.adapters.containers.elsewhere.location import is_here
from releasegate.adapters.containers.elsewhere.relay import PROGRAM
from releasegate.adapters.containers.elsewhere.stack_relay import StackRelay, with_python
from releasegate.adapters.containers.runs.labels import Run
from releasegate.core.errors import Unavailable


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what relays are started by; each leads anywhere."""
    found: list[list[str]] = []

    @contextmanager
    def relaying(argv: list[str], **_: object) -> Any:
        found.append(argv)
        yield SimpleNamespace(address=lambda where: f"here for {where}")
        found.append(["closed"])

    monkeypatch.setattr(relay_module, "relaying", relaying)
    return found


def test_one_relay_leads_to_every_service_and_ends_once(commands: list[list[str]], tmp_path: Path) -> None:
    relay = StackRelay(FakeEngine().engine, "rg-1-ab", "releasegate/app:1", {"releasegate.run": "rg-1"}, tmp_path)
    stack = ComposeProject(FakeEngine().engine, (), "rg-1-ab", tmp_path, {}, (), Event(), relay=relay)
    assert stack.address("netbox", 8080) == "here for netbox:8080"
    assert stack.address("mock", 8006) == "here for mock:8006"
    stack.part()
    (argv, closed) = commands
    assert closed == ["closed"]
    assert argv[argv.index("--network") + 1] == "rg-1-ab_default"
    assert argv[argv.index("--label") + 1] == "releasegate.run=rg-1"
    assert argv[argv.index("--entrypoint") + 1 :][:2] == ["python3", "releasegate/app:1"]


def test_a_failure_behind_a_relay_that_ended_is_nobody_s(tmp_path: Path) -> None:
    relay = StackRelay(FakeEngine().engine, "rg-1-ab", "releasegate/app:1", {}, tmp_path)
    stack = ComposeProject(FakeEngine().engine, (), "rg-1-ab", tmp_path, {}, (), Event(), relay=relay)
    stack.require_ground()
    relay._relay = cast("Any", SimpleNamespace(ended=True))
    with pytest.raises(Unavailable, match="the relay into the stack's network ended; that is not the pair's doing"):
        stack.require_ground()


def test_the_program_of_the_far_end_needs_nothing_but_python() -> None:
    tops = {
        line.split()[1].partition(".")[0]
        for line in PROGRAM.read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from "))
    }
    assert tops <= sys.stdlib_module_names


def test_an_image_that_was_made_here_has_a_python() -> None:
    assert with_python({"postgres": "library/postgres:17", "app": "releasegate/app:1"}) == "releasegate/app:1"


def test_what_a_service_publishes_elsewhere_is_not_asked_for_its_health() -> None:
    service = FakeContainer("netbox", ports={"8080/tcp": [{"HostPort": "1"}]})
    service.labels[health.SPEAKS] = "http"
    assert health.trouble(cast("Any", service), here=False) is None


@pytest.mark.parametrize("address", ["tcp://engine.example:2375", "ssh://engine.example", "unix:///nowhere.sock"])
def test_where_nothing_tells_a_container_is_asked_and_taken_away(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for published, heard, here in (({"8099/tcp": [{"HostPort": "1"}]}, "word", True), ({}, "", False)):
        monkeypatch.setattr(location, "_SECONDS", 0.01)
        monkeypatch.setattr("secrets.token_hex", lambda _: "word")
        monkeypatch.setattr(location, "_heard", lambda _, heard=heard: heard)
        removed: list[bool] = []
        asked = SimpleNamespace(
            ports=published,
            reload=lambda: None,
            remove=lambda **_: removed.append(True),  # noqa: B023
        )
        client = SimpleNamespace(containers=SimpleNamespace(run=lambda *_, asked=asked, **__: asked))
        engine = cast("Any", SimpleNamespace(client=client, address=address))
        assert is_here(engine, image="releasegate/app:1", run=Run("rg-1", Path("rg-1.lock"))) is here
        assert removed == [True]


def test_another_engine_s_port_of_the_same_number_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "_SECONDS", 0.01)
    monkeypatch.setattr(location, "_heard", lambda _: "another word")
    other = SimpleNamespace(ports={"8099/tcp": [{"HostPort": "1"}]}, reload=lambda: None, remove=lambda **_: None)
    client = SimpleNamespace(containers=SimpleNamespace(run=lambda *_, **__: other))
    engine = cast("Any", SimpleNamespace(client=client, address=""))
    assert not is_here(engine, image="releasegate/app:1", run=Run("rg-1", Path("rg-1.lock")))
