"""The Proxmox mock and the backend are up, at the version that the cell must prove; the plugin has all its parts."""

from typing import Any

import pytest
from cell import CANDIDATE
from contracts import BACKEND, PLUGIN, STACK
from packaging.version import Version

from backend import Backend
from pair_cell import PairCell
from proxmox_side import Proxmox


@pytest.mark.contract("mock.up", STACK)
def test_the_proxmox_mock_answers(proxmox: Proxmox, cell: PairCell) -> None:
    """Nothing can be said of the pair while its Proxmox side is silent."""
    assert proxmox.healthy(), f"the {cell.proxmox_service} mock does not answer its health check"


@pytest.mark.contract("plugin.parts", PLUGIN, needs=("netbox.up",))
@pytest.mark.phases(CANDIDATE)
def test_the_plugin_has_models_pages_and_an_api(facts: dict[str, Any]) -> None:
    """What a release has lost altogether, no other check misses."""
    lost = [part for part in ("models", "pages", "api") if not facts[part]]
    assert not lost, f"the plugin has no {' and no '.join(lost)}"


@pytest.mark.contract("backend.version", BACKEND)
def test_the_backend_answers_at_its_version(request: pytest.FixtureRequest, cell: PairCell) -> None:
    """The backend that runs is the one under test, and takes a key."""
    backend: Backend = request.getfixturevalue("backend")
    said = backend.version()
    assert said, "the backend states no version"
    assert Version(said) == Version(cell.backend_version), (
        f"the backend says that it is {said}, expected {cell.backend_version}"
    )
