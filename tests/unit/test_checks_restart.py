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
    with checks(pytestconfig, "pair_cell", "test_5_outage", "backend", "contracts") as modules:
        seconds = itertools.count(0, 10)
        clock = SimpleNamespace(monotonic=seconds.__next__, sleep=lambda _: None)
        monkeypatch.setattr(modules.test_5_outage, "time", clock)
        monkeypatch.setattr(modules.backend.Backend, "answers", lambda _: True)
        yield modules


def _judged(  # noqa: PLR0913 - what is said by whom
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, statuses: Iterator[str], *, states: str = "completed",
    user: str = "ordinary", first: int = 200,
) -> list[str]:  # fmt: skip
    did: list[str] = []
    monkeypatch.setattr(suite.backend.Backend, "forget_key", lambda _: did.append("forgotten"))

    def request(_: object, __: str, path: str, **___: object) -> SimpleNamespace:
        did.append(path)
        return SimpleNamespace(ok=first < 400, status_code=first, text="no key")

    monkeypatch.setattr(suite.backend.Backend, "request", request)

    def get(path: str) -> SimpleNamespace:
        did.append(path.split("/")[4])
        told = {"status": next(statuses), "detail": "no key"}
        return SimpleNamespace(ok=True, json=lambda: told)

    def run(_: object) -> SimpleNamespace:
        did.append("synchronised")
        state = states if did.count("synchronised") == 2 else "completed"
        return SimpleNamespace(number=9, state=state, completed=state == "completed", words="no key")

    stack = SimpleNamespace(
        restart=did.append,
        published=lambda *_: "127.0.0.1:1",
        await_answer=lambda _, answers, **__: answers(),
        masked=str,
    )
    endpoints = SimpleNamespace(numbers={"proxmox": 1, "netbox": 2, "fastapi": 3})
    given = {"browser": SimpleNamespace(get=get), "facts": {"base": "app"}, "endpoints": endpoints}
    suite.test_5_outage.test_a_backend_that_begins_anew_knows_what_it_knew(
        SimpleNamespace(pair_user=user), stack, SimpleNamespace(key="k"), SimpleNamespace(run=run),
        SimpleNamespace(getfixturevalue=given.__getitem__),
    )  # fmt: skip
    return did


def test_what_is_behind_it_is_asked_for_first_and_may_take_a_moment(
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    did = _judged(suite, monkeypatch, iter(["error", "success", "success", "success"]))
    assert did == [
        "forgotten", "backend", "/proxmox/version", "proxmox", "proxmox", "netbox", "fastapi", "synchronised",
        "synchronised",
    ]  # fmt: skip


def test_who_asks_the_backend_first_for_what_is_behind_it_gets_an_answer(
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError, match="asked first for Proxmox after it began anew, the backend answers 400"):
        _judged(suite, monkeypatch, itertools.repeat("success"), first=400)
    assert _judged(suite, monkeypatch, itertools.repeat("success"), first=404)  # an older release has no such route


def test_what_does_not_become_well_is_told(suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match="proxmox: error, no key; netbox: error"):
        _judged(suite, monkeypatch, itertools.repeat("error"))


def test_a_second_synchronisation_that_the_first_spoils_is_told(
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError, match="job 9 ended errored: no key"):
        _judged(suite, monkeypatch, itertools.repeat("success"), states="errored")


def test_a_backend_with_a_key_of_its_own_is_not_asked(suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="its key is its own"):
        _judged(suite, monkeypatch, iter(()), user="superuser")


@pytest.mark.parametrize(
    ("status", "configured", "holds"), [(200, True, True), (200, False, False), (404, False, True)]
)
def test_a_backend_says_itself_whether_it_needs_a_key(
    suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, *, status: int, configured: bool, holds: bool
) -> None:
    asked: list[str] = []

    def request(_: object, method: str, path: str, **__: object) -> SimpleNamespace:
        asked.append(f"{method} {path}")
        return SimpleNamespace(ok=status < 400, status_code=status, json=lambda: {"configured": configured})

    monkeypatch.setattr(suite.backend.Backend, "request", request)
    backend = suite.backend.Backend("http://b", "k")
    assert backend.holds_a_key() is holds
    with (
        pytest.raises(suite.contracts.BrokenContract, match="refused a key of its own with 404")
        if status == 404
        else (nullcontext())
    ):
        backend.keep_key("secret")
    backend.forget_key()
    assert asked == [
        "GET /admin/encryption/status", "POST /admin/encryption/key", "DELETE /admin/encryption/key",
    ]  # fmt: skip
