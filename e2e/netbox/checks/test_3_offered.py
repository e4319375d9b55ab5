"""What the last final offered is still there: pages, API routes, and what stands in them, as its classes say."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

import pytest
from contracts import PLUGIN
from packaging.version import InvalidVersion, Version
from stack_cell import RELEASED

from cell import Cell

Offered = Mapping[str, Mapping[str, list[str]]]
MOST = 20


@pytest.mark.contract("plugin.offered", PLUGIN, needs=("netbox.up",))
def test_what_the_last_final_offered_is_still_there(
    facts: dict[str, Any], cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    """In an upgrade the last final runs first. What a new series goes without is told; what another loses is red."""
    now = {"version": cell.plugin_version, "offered": facts.get("offered", [])}
    file = cell.report / f"offered-{cell.phase}.json"
    file.write_text(json.dumps(now), encoding="utf-8")
    if cell.phase == RELEASED:
        return
    released = cell.report / f"offered-{RELEASED}.json"
    if not released.exists():
        pytest.skip("the last final did not run here: it does in an upgrade")
    before = json.loads(released.read_text(encoding="utf-8"))
    plugins: list[Offered] = [*now["offered"], *({} for _ in before["offered"])]
    lost = [each for one, other in zip(before["offered"], plugins, strict=False) for each in gone(one, other)]
    lost = list(cell.undeclared(dict.fromkeys(lost, "")))
    if lost and new_series(before["version"], cell.plugin_version):
        record_property(
            "told", json.dumps([f"{before['version']} offers {each}, this does not" for each in lost[:MOST]])
        )
        return
    assert not lost, f"of what {before['version']} offers {len(lost)} are gone: {', '.join(lost[:3])}"


def gone(before: Offered, now: Offered) -> Iterator[str]:
    """Yield what was offered before and is not now; of a page or route that is gone nothing more is told."""
    for kind, places in before.items():
        for place, names in places.items():
            whole = place in now.get("page", {}) or place in now.get("route", {})
            if kind in {"page", "route"} and not whole:
                yield f"the {kind} /{place}"
            elif whole:
                left = now.get(kind, {}).get(place, [])
                yield from (f"the {_called(kind)} {name} of /{place}" for name in names if name not in left)


def _called(kind: str) -> str:
    return "method" if kind == "route" else kind


def new_series(before: str, now: str) -> bool:
    """Whether the first two numbers of any plugin's version are others: such a release may go without something."""
    return any(
        _series(one) != _series(other) for one, other in zip_longest(before.split(","), now.split(","), fillvalue="")
    )


def _series(version: str) -> tuple[int, ...]:
    try:
        return Version(version).release[:2]
    except InvalidVersion:
        return ()
