"""What an upgrade may not lose: the records that were made with the last final, and that such records can be made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contracts import PLUGIN
from stack_cell import RELEASED
from words import words

from cell import UPGRADE, Cell
from keeping import departures, settled
from netbox import NetBox
from records import filled
from series import new_series

FILE = "made-released.json"
FEW = 3


@pytest.mark.contract("plugin.upgraded", PLUGIN, needs=("netbox.up",))
@pytest.mark.paths(UPGRADE)
def test_records_of_the_last_final_outlive_the_upgrade(
    netbox: NetBox,
    facts: dict[str, Any],
    cell: Cell,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    """Each is shown, and holds what it held; what a new series makes of a value is told."""
    file = cell.report / FILE
    if not request.getfixturevalue("fills"):
        pytest.skip("the records here come from somewhere else")
    if cell.phase == RELEASED:
        made = filled(netbox, request.getfixturevalue("schema"), facts["shown"])
        held = {record.address: settled(netbox.get(record.address)) for record in made.made}
        labels = [shown.label for shown in made.models if shown.own]
        file.write_text(json.dumps({"version": cell.plugin_version, "records": held, "models": labels}))
        return
    before = kept(file)
    lost, other = judged(netbox, before["records"])
    lost = cell.undeclared(lost)
    assert not lost, f"of {len(before['records'])} records of {before['version']} {len(lost)} are lost: {_first(lost)}"
    other = cell.undeclared(other)
    if other and new_series(before["version"], cell.plugin_version):
        record_property("told", json.dumps([f"a record of {before['version']}: {_first(other)}"]))
        return
    assert not other, (
        f"of {len(before['records'])} records of {before['version']} {len(other)} are others: {_first(other)}"
    )


def kept(file: Path) -> dict[str, Any]:
    """Return what was made with the last final; skip where it did not run here."""
    if not file.exists():
        pytest.skip("the last final did not run here, or made nothing")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def judged(netbox: NetBox, records: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return which records are not shown any more, and which show something else than they held."""
    lost, other = {}, {}
    for address, held in records.items():
        answer = netbox.request("GET", address)
        if not answer.ok:
            lost[address] = f"answered {answer.status_code}{words(answer)}"
        elif said := departures(held, answer.json()):
            other[address] = said
    return lost, other


def _first(found: dict[str, str]) -> str:
    return "; ".join(f"{address} {said}" for address, said in list(found.items())[:FEW])
