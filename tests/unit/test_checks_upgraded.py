"""What was made with the last final outlives an upgrade: what is lost or another is told, and what cannot be made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import checks

ADDRESS = "/api/things/1/"
HELD = {"id": 1, "name": "sample", "enabled": True, "last_updated": "then"}


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the checks."""
    with checks(pytestconfig, "making", "records", "test_3_upgraded", "test_4_new") as modules:
        yield modules


class Things:
    """An API that shows one thing, or answers otherwise."""

    def __init__(self, status: int = 200, **held: Any) -> None:
        self.status, self.held = status, HELD | held

    def get(self, _: str) -> dict[str, Any]:
        """Return the thing."""
        return self.held

    def request(self, _: str, __: str) -> SimpleNamespace:
        """Answer for it."""
        kind = {"Content-Type": "application/json"}
        return SimpleNamespace(
            ok=self.status < 400, status_code=self.status, json=lambda: self.held, headers=kind, text=""
        )


def _phase(  # noqa: PLR0913 -- what a check is given
    suite: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    netbox: Things,
    *,
    phase: str = "candidate",
    version: str = "1.2.1",
    fills: bool = True,
) -> list[str]:
    made = suite.making.Made(1, "/api/things/")
    shown = suite.records.Shown("app.thing", "/api/things/", {}, {}, made, 0)
    records = suite.records.Records((shown,), suite.making.Maker(netbox, None, {}, [made]))
    monkeypatch.setattr(suite.test_3_upgraded, "filled", lambda *_: records)
    told: list[str] = []
    cell = SimpleNamespace(report=folder, phase=phase, plugin_version=version, undeclared=lambda found: found)
    request = SimpleNamespace(getfixturevalue={"fills": fills, "schema": {}}.__getitem__)
    suite.test_3_upgraded.test_records_of_the_last_final_outlive_the_upgrade(
        netbox, {"shown": {}}, cell, request, lambda _, words: told.extend(json.loads(words))
    )
    return told


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (Things(last_updated="now"), ""),
        (Things(404), "1 are lost: /api/things/1/ answered 404"),
        (Things(500), "1 are lost: /api/things/1/ answered 500"),
        (Things(name=""), "1 are others: /api/things/1/ name is '', not 'sample'"),
        (Things(enabled=False), "1 are others: /api/things/1/ enabled is False, not True"),
    ],
)
def test_a_record_that_an_upgrade_loses_or_changes_is_told(
    after: Things, words: str, suite: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _phase(suite, monkeypatch, tmp_path, Things(), phase="released", version="1.2.0")
    with pytest.raises(AssertionError, match=words) if words else nullcontext():
        assert _phase(suite, monkeypatch, tmp_path, after) == []


def test_what_a_new_series_makes_of_a_value_is_told_and_a_record_that_it_loses_is_red(
    suite: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _phase(suite, monkeypatch, tmp_path, Things(), phase="released", version="1.2.0")
    told = _phase(suite, monkeypatch, tmp_path, Things(name="other"), version="1.3.0")
    assert told == ["a record of 1.2.0: /api/things/1/ name is 'other', not 'sample'"]
    with pytest.raises(AssertionError, match="are lost"):
        _phase(suite, monkeypatch, tmp_path, Things(404), version="1.3.0")


@pytest.mark.parametrize(("fills", "why"), [(False, "come from somewhere else"), (True, "did not run here")])
def test_where_nothing_was_made_before_nothing_is_judged(
    *, fills: bool, why: str, suite: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pytest.skip.Exception, match=why):
        _phase(suite, monkeypatch, tmp_path, Things(), fills=fills)


@pytest.mark.parametrize(
    ("version", "models", "red"),
    [("1.2.1", ["app.thing"], 1), ("1.3.0", ["app.thing"], 0), ("1.2.1", [], 0), ("1.2.1", None, 0)],
)
def test_a_model_of_which_the_last_final_made_records_takes_them_still(
    version: str, models: list[str] | None, red: int, suite: SimpleNamespace, tmp_path: Path
) -> None:
    if models is not None:
        before = {"version": "1.2.0", "records": {}, "models": models}
        (tmp_path / suite.test_3_upgraded.FILE).write_text(json.dumps(before))
    records = suite.records.Records((), None, {"app.thing": "refused"})
    request = SimpleNamespace(getfixturevalue=lambda _: records)
    cell = SimpleNamespace(report=tmp_path, plugin_version=version, undeclared=lambda found: found)
    words = r"1.2.0 makes records of 1 models that this refuses: app.thing \(refused\)"
    with pytest.raises(AssertionError, match=words) if red else nullcontext():
        suite.test_4_new.test_the_api_makes_records(request, cell)
