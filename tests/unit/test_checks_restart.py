"""After its backend began anew the pair is as it was: what does not become well in time is told, with the reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from suite_modules import checks


@pytest.fixture
def suite(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Return the check, with a clock of its own."""
    with checks(pytestconfig, "pair_cell", "test_5_outage", "backend") as modules:
        seconds = itertools.count(0, 10)
        clock = SimpleNamespace(monotonic=seconds.__next__, sleep=lambda _: None)
        monkeypatch.setattr(modules.test_5_outage, "time", clock)
        monkeypatch.setattr(modules.backend.Backend, "answers", lambda _: True)
        yield modules


def _judged(suite: SimpleNamespace, statuses: Iterator[str], *, user: str = "ordinary") -> list[str]:
    did: list[str] = []

    def get(path: str) -> SimpleNamespace:
        did.append(path)
        told = {"status": next(statuses), "detail": "no key"}
        return SimpleNamespace(ok=True, json=lambda: told)

    stack = SimpleNamespace(
        restart=did.append, published=lambda *_: "127.0.0.1:1", await_answer=lambda _, answers, **__: answers()
    )
    endpoints = SimpleNamespace(numbers={"proxmox": 1, "netbox": 2, "fastapi": 3})
    suite.test_5_outage.test_a_backend_that_begins_anew_knows_what_it_knew(
        None, SimpleNamespace(pair_user=user), stack, SimpleNamespace(key="k"), SimpleNamespace(get=get),
        {"base": "app"}, endpoints,
    )  # fmt: skip
    return did


def test_what_is_behind_it_is_asked_for_first_and_may_take_a_moment(suite: SimpleNamespace) -> None:
    did = _judged(suite, iter(["error", "success", "success", "success"]))
    asked = [path.split("/")[4] for path in did[1:]]
    assert did[0] == "backend"
    assert asked == ["proxmox", "proxmox", "netbox", "fastapi"]


@pytest.mark.parametrize(
    ("statuses", "words"), [(itertools.repeat("error"), "proxmox: error, no key; netbox: error"), (None, "")]
)
def test_what_does_not_become_well_is_told(statuses: Iterator[str] | None, words: str, suite: SimpleNamespace) -> None:
    with pytest.raises(AssertionError, match=words) if words else nullcontext():
        _judged(suite, statuses or itertools.repeat("success"))


def test_a_backend_with_a_key_of_its_own_is_not_asked(suite: SimpleNamespace) -> None:
    with pytest.raises(pytest.skip.Exception, match="its key is its own"):
        _judged(suite, iter(()), user="superuser")
