"""Records of every model that the plugin has can be made: what all further checks of records stand on."""

import json
from typing import Any

import pytest
from contracts import PLUGIN

from cell import CANDIDATE, Cell
from pages import summary
from records import NEEDS, Records
from series import new_series
from test_3_upgraded import FILE

pytestmark = pytest.mark.phases(CANDIDATE)
NOTHING_BEFORE = {"models": (), "version": ""}


@pytest.mark.contract("plugin.records", PLUGIN, needs=NEEDS)
def test_the_api_makes_records(request: pytest.FixtureRequest, cell: Cell) -> None:
    """A new record is taken or refused in words, by an API that does not crash over it.

    In an upgrade what could be made with the last final can be made still, but for a new series.
    """
    records: Records = request.getfixturevalue("records")
    crashed = cell.undeclared(records.crashed)
    assert not crashed, f"of {len(records.models)} models {summary(crashed)}"
    file = cell.report / FILE
    before: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else NOTHING_BEFORE
    refused = cell.undeclared(
        {label: records.not_tried[label] for label in before["models"] if label in records.not_tried}
    )
    new = new_series(before["version"], cell.plugin_version)
    first = "; ".join(f"{label} ({why})" for label, why in list(refused.items())[:3])
    assert new or not refused, f"{before['version']} makes records of {len(refused)} models that this refuses: {first}"
