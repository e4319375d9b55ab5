"""A synchronisation is waited for as long as it says something, and no longer than is told where it is silent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import imported


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Return what waits, with a clock of its own."""
    with imported("syncing", "contracts") as modules:
        seconds = itertools.count()
        monkeypatch.setattr(modules.syncing, "time", SimpleNamespace(monotonic=seconds.__next__, sleep=lambda _: None))
        yield modules


def _looked(suite: SimpleNamespace, said: Iterator[tuple[str, int]]) -> Any:
    def get(_: str) -> dict[str, Any]:
        state, lines = next(said)
        return {"status": {"value": state}, "log_entries": [{"message": str(n)} for n in range(lines)]}

    return suite.syncing.Synchroniser(SimpleNamespace(get=get), None, ())


def test_one_that_goes_on_saying_something_is_waited_for(suite: SimpleNamespace) -> None:
    said = itertools.chain((("running", n) for n in range(15)), [("completed", 15)])
    assert _looked(suite, iter(said)).wait(7, deadline=5).completed


@pytest.mark.parametrize(("lines", "after"), [(itertools.repeat(1), "after 7 s"), (itertools.count(), "after 21 s")])
def test_one_that_is_silent_or_never_ends_is_not(lines: Iterator[int], after: str, suite: SimpleNamespace) -> None:
    with pytest.raises(suite.contracts.BrokenContract, match=f"job 7 is running {after}"):
        _looked(suite, (("running", n) for n in lines)).wait(7, deadline=5)
