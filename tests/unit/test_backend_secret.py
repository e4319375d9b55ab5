"""A service is told what its package says; where the stack keeps its secret from it, nothing of what holds that."""

from __future__ import annotations

from typing import Any

import pytest
from suite_modules import script

SAYS = {"KEY": "{secret}", "DATABASE": "{data}/a.db", "PLAIN": "true"}


@pytest.fixture(scope="module")
def server() -> Any:
    """Return the script that serves, which is no package: it is copied into an image."""
    return script("images/server/run")


@pytest.mark.parametrize(("secret", "told"), [("s", {"KEY", "DATABASE", "PLAIN"}), ("", {"DATABASE", "PLAIN"})])
def test_a_secret_that_is_kept_from_a_service_leaves_no_variable_behind(
    secret: str, told: set[str], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_SECRET", secret)
    assert set(server.told(SAYS)) == told
