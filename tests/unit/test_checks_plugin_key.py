"""Where the backend has no secret of its own, the plugin is given the key that it asks for, once."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from suite_modules import imported

HELD = {"id": 3, "credential_storage_backend": "legacy_encrypted", "delete_orphans": True}


@pytest.fixture(scope="module")
def suite() -> Iterator[SimpleNamespace]:
    """Return what registers the pair."""
    with imported("pairing") as modules:
        yield modules


@pytest.mark.parametrize(
    ("user", "current", "given"),
    [
        ("ordinary", {"encryption_key": ""}, True),
        ("ordinary", {"encryption_key": "held"}, False),
        ("ordinary", {}, False),
        ("superuser", {"encryption_key": ""}, False),
    ],
)
def test_the_plugin_is_given_a_key_where_it_has_none_and_the_backend_neither(
    *, user: str, current: dict[str, str], given: bool, suite: SimpleNamespace
) -> None:
    sent: list[Any] = []
    netbox = SimpleNamespace(
        has=lambda _: True, get=lambda _: HELD | current, json=lambda *words, **more: sent.append((words, more["json"]))
    )
    cell = SimpleNamespace(pair_user=user, netbox_password="of the run")
    suite.pairing.Registrar(cell, netbox, None, None, "app")._settings()
    key = suite.pairing.plugin_key(cell)
    assert len(base64.urlsafe_b64decode(key)) == 32
    change = [(("PATCH", "/api/plugins/app/settings/3/"), {"encryption_key": key})]
    assert sent == (change if given else [])
