"""NetBox and its plugins are up, at the versions that the cell must prove."""

from typing import Any

import pytest
from contracts import PLUGIN, STACK
from packaging.version import Version

from cell import CANDIDATE, Cell
from netbox import NetBox

LAST = 10
"""How many migrations say whether a plugin gives a way back."""


@pytest.mark.contract("netbox.up", PLUGIN)
def test_netbox_answers(netbox: NetBox) -> None:
    """A plugin that does not load takes NetBox down with it."""
    assert netbox.get("/api/status/"), "NetBox's status is empty"


@pytest.mark.contract("netbox.version", STACK, needs=("netbox.up",))
def test_netbox_is_the_cells_version(netbox: NetBox, cell: Cell) -> None:
    """A green cell proves the version that it names, no other."""
    said = str(netbox.get("/api/status/").get("netbox-version", ""))
    # The container image adds its own version behind the first hyphen.
    assert Version(said.split("-", maxsplit=1)[0]) == Version(cell.netbox_version), (
        f"NetBox says that it is {said}, the cell is for {cell.netbox_version}"
    )


@pytest.mark.contract("netbox.plugin-version", PLUGIN, needs=("netbox.up",))
def test_netbox_lists_the_plugin_at_its_version(netbox: NetBox, cell: Cell, facts: dict[str, Any]) -> None:
    """NetBox reads the plugin's own class attribute: this is where a forgotten bump shows."""
    listed = netbox.get("/api/status/").get("plugins", {})
    for module, plugin in facts["plugins"].items():
        expected = cell.plugins.get(plugin["package"].lower().replace("_", "-").replace(".", "-"))
        assert module in listed, f"NetBox lists no {module}, but {', '.join(listed) or 'nothing'}"
        said = str(listed[module])
        # A plugin that comes along with one under test is none of this cell's.
        assert expected is None or Version(said) == Version(expected), (
            f"NetBox lists {module} {said}, expected {expected}"
        )


@pytest.mark.contract("netbox.migrations", PLUGIN, needs=("netbox.up",))
def test_no_migration_waits(facts: dict[str, Any]) -> None:
    """The database is where the installed code expects it."""
    waiting = facts["unapplied"]
    assert not waiting, f"{len(waiting)} migrations are not applied, first {waiting[0]}"


@pytest.mark.contract("netbox.makemigrations", PLUGIN, needs=("netbox.up",))
@pytest.mark.phases(CANDIDATE)
def test_no_migration_is_missing(facts: dict[str, Any]) -> None:
    """The models say nothing that the shipped migrations do not."""
    words = [line.strip() for line in facts["ungenerated"].splitlines() if line.strip()]
    changes = [line for line in words if line[0] in "-+~"] or words
    assert not words, f"the plugin's models need a migration that it does not ship: {'; '.join(changes[:3])}"


@pytest.mark.contract("netbox.reversible", PLUGIN, needs=("netbox.up",))
@pytest.mark.phases(CANDIDATE)
def test_the_newest_migration_can_be_undone(facts: dict[str, Any]) -> None:
    """Where the last ones before can, whoever upgrades counts on a way back; a plugin that has none is not judged."""
    stuck = dead_ends(facts["undone"])
    assert not stuck, f"migration {stuck[0]} cannot be undone, and those before it can"


def dead_ends(undone: dict[str, list[tuple[str, bool]]]) -> list[str]:
    """Return each app's newest migration that cannot be undone, where it is the only one of the last ones."""
    every = {app: [can for _, can in found[-LAST:]] for app, found in undone.items() if len(found) > 1}
    return [f"{app}.{undone[app][-1][0]}" for app, can in every.items() if all(can[:-1]) and not can[-1]]


@pytest.mark.contract("plugin.models", PLUGIN, needs=("netbox.up",))
def test_every_model_can_be_queried(facts: dict[str, Any]) -> None:
    """A migration that was edited after its publication leaves databases without its tables or columns."""
    if not facts["models"]:
        pytest.skip("not applicable: the plugin has no models")
    unreadable = {name: error for name, error in facts["models"].items() if error}
    first = next(iter(unreadable.items()), ("", ""))
    assert not unreadable, (
        f"{len(unreadable)} of {len(facts['models'])} models cannot be queried, first {first[0]} ({first[1]})"
    )
