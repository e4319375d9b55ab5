"""A service is told what its package says; where the stack keeps its secret from it, nothing of what holds that."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SAYS = {"KEY": "{secret}", "DATABASE": "{data}/a.db", "PLAIN": "true"}


@pytest.fixture(scope="module")
def server() -> Any:
    """Return the script that serves, which is no package: it is copied into an image."""
    file = Path(__file__).parents[2] / "e2e" / "images" / "server" / "run.py"
    spec = importlib.util.spec_from_file_location("serving", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("secret", "told"), [("s", {"KEY", "DATABASE", "PLAIN"}), ("", {"DATABASE", "PLAIN"})])
def test_a_secret_that_is_kept_from_a_service_leaves_no_variable_behind(
    secret: str, told: set[str], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_SECRET", secret)
    assert set(server.told(SAYS)) == told
