"""Whose doing it is that a service of a stack gave way."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

import pytest
from fake_engine import FakeContainer, FakeEngine

from releasegate.adapters.containers import compose
from releasegate.adapters.containers.compose import ComposeProject
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable

PAIR = {"netbox": "plugin", "worker": "plugin", "backend": "backend"}
OWN = ("postgres", "redis", "mock")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing."""
    for name in ("_SETTLE_SECONDS", "_UP_SECONDS", "_PAUSE_SECONDS"):
        monkeypatch.setattr(compose, name, 0.0)
    monkeypatch.setattr(os, "getloadavg", lambda: (1.0, 1.0, 1.0))


def stack(**changed: FakeContainer | None) -> ComposeProject:
    """Return a stack of which all services run, but for those that are *changed*."""
    held = {name: FakeContainer(name) for name in OWN} | {n: FakeContainer(n, runs=side) for n, side in PAIR.items()}
    containers = {name: c for name, c in {**held, **changed}.items() if c is not None}
    made = ComposeProject(
        FakeEngine(containers).engine, (Path("compose.yaml"),), "rg-1", Path(), {"SECRET": "hush"}, ("hush",), Event()
    )
    made.running.update(held)
    return made


def dead(service: str, code: int = 1, *, oom: bool = False, said: str = "") -> FakeContainer:
    """Return a container that ended."""
    return FakeContainer(service, PAIR.get(service, ""), "exited", code, oom, said=said)


def test_ground_that_holds_is_nobody_s_matter() -> None:
    stack(netbox=dead("netbox", 1), backend=FakeContainer("backend", "backend", healthy=False)).require_ground()


@pytest.mark.parametrize("service", OWN)
@pytest.mark.parametrize("how", ["ended", "sick", "gone"])
def test_a_service_of_the_stack_s_own_that_gives_way_takes_every_failure_with_it(service: str, how: str) -> None:
    gone = {
        "ended": dead(service, 1, said="FATAL: no hush"),
        "sick": FakeContainer(service, healthy=False),
        "gone": None,
    }
    with pytest.raises(Unavailable, match=f"^{service} ") as caught:
        stack(**{service: gone[how]}).require_ground()
    assert "that is not the pair's doing" in caught.value.problem
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("service", PAIR)
@pytest.mark.parametrize(("code", "oom"), [(137, False), (143, False), (1, True)])
def test_whoever_was_killed_has_not_failed(service: str, code: int, *, oom: bool) -> None:
    killed = stack(**{service: dead(service, code, oom=oom)})
    for asks in (killed.require_ground, lambda: killed.alive(service), lambda: killed.healthy(service)):
        with pytest.raises(Unavailable, match="it was killed"):
            asks()


@pytest.mark.parametrize("service", [*PAIR, *OWN])
def test_a_full_disk_is_nobody_s_failure_whoever_says_so(service: str) -> None:
    full = FakeContainer(service, PAIR.get(service, ""), said="ERROR:  could not extend file: No space left on device")
    with pytest.raises(Unavailable, match="had no room"):
        stack(**{service: full}).require_ground()


@pytest.mark.parametrize(
    ("service", "kind"), [*((name, GateFailed) for name in PAIR), *((name, Unavailable) for name in OWN)]
)
def test_a_service_that_ends_fails_the_pair_only_where_one_of_the_pair_runs_in_it(
    service: str, kind: type[ReleasegateError]
) -> None:
    said = "Traceback (most recent call last):\nImportError: no module app.forms\n"
    with pytest.raises(kind) as caught:
        stack(**{service: dead(service, 1, said=said)}).healthy(service)
    assert f"{service} ended with exit code 1: ImportError: no module app.forms" in caught.value.problem
    with pytest.raises(kind):
        stack(**{service: dead(service)}).until(service, "READY", line=lambda _: None, timeout=0)


def test_a_service_that_does_not_become_healthy_fails_the_pair_only_where_one_of_the_pair_runs_in_it() -> None:
    sick = stack(
        backend=FakeContainer("backend", "backend", healthy=False), redis=FakeContainer("redis", healthy=False)
    )
    with pytest.raises(GateFailed, match=r"contract backend\.up broke: backend is not healthy"):
        sick.healthy("backend")
    with pytest.raises(Unavailable, match="redis is not healthy"):
        sick.healthy("redis")


def test_what_is_slow_on_a_machine_that_has_much_more_to_do_than_it_can_judges_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    sick = stack(backend=FakeContainer("backend", "backend", healthy=False))
    monkeypatch.setattr(os, "getloadavg", lambda: (30.0, 8.0, 1.0))
    with pytest.raises(GateFailed):
        sick.healthy("backend")
    monkeypatch.setattr(os, "getloadavg", lambda: (1.0, 9.0, 1.0))
    with pytest.raises(Unavailable, match="on a machine that has 9 times a processor's work for 2"):
        sick.healthy("backend")


def test_a_container_without_a_health_test_is_well_where_it_runs() -> None:
    stack(mock=FakeContainer("mock", test=())).require_ground()


def test_an_interruption_ends_the_wait_for_the_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "_SETTLE_SECONDS", 60.0)
    sick = stack(redis=FakeContainer("redis", healthy=False))
    sick.stop.set()
    with pytest.raises(KeyboardInterrupt):
        sick.require_ground()


def test_where_a_stack_is_reached_is_told_by_service() -> None:
    published = {"8081/tcp": [{"HostIp": "127.0.0.1", "HostPort": "40001"}], "9000/tcp": None}
    up = stack(netbox=FakeContainer("netbox", "plugin", ports=published))
    assert up.reached() == ("netbox: tcp://127.0.0.1:40001 (there 8081/tcp)",)
    assert up.taken_down_by == "docker compose --project-name rg-1 down --volumes --remove-orphans"


def test_no_secret_is_in_the_words_of_a_command() -> None:
    assert "hush" not in " ".join(stack()._argv("up"))
    assert stack().environment["SECRET"] == "hush"
