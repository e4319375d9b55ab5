"""The version that the program says of itself."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from releasegate.about import version


def test_the_version_is_the_one_that_the_package_states() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version() == project["version"]


def test_a_source_tree_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert version() == "unknown"
