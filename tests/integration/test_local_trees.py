"""What is installed from the tree has its version, also where Git's tag or a file above the folder states it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from git_repositories import ENVIRON, git, make_repository

from releasegate.app import gates
from releasegate.app.deliveries import Source
from releasegate.app.workspace import RunOptions, open_workspace

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PROJECT = """[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"

[project]
name = "quay-lamp"
dynamic = ["version"]
requires-python = ">=3.11"

[tool.hatch.version]
"""
TAG = 'source = "vcs"\nraw-options = { root = ".." }\n'
ABOVE = 'path = "../VERSION"\npattern = "(?P<version>.+)"\n'

pytestmark = pytest.mark.network  # the backends come from the default index


@pytest.mark.parametrize(
    ("source", "stated", "version"),
    [
        (TAG, "version-from-tag = true", "1.4.1rc1"),
        (ABOVE, 'version-files = [{ text = "../VERSION", pattern = "{version}" }]', "1.4.0"),
    ],
)
def test_a_tree_is_installed_with_its_version(tmp_path: Path, source: str, stated: str, version: str) -> None:
    table = f'\n[[tool.releasegate.packages]]\nname = "quay-lamp"\n{stated}\npythons = ["{PYTHON}"]\n'
    files = {"lamp/pyproject.toml": PROJECT + source + table, "lamp/quay_lamp/__init__.py": "", "VERSION": "1.4.0\n"}
    top = make_repository(tmp_path / "quay", files).root
    git(top, "tag", "--annotate", "--message=x", "v1.4.0")
    git(top, "commit", "--quiet", "--allow-empty", "--message=Later")
    said: list[str] = []
    environ = {**os.environ, **ENVIRON, "HOME": str(tmp_path)}
    workspace = open_workspace(top / "lamp", environ, said.append, RunOptions())
    (cell,) = gates.install_check(workspace, workspace.project.settings.package("quay-lamp"), source=Source("local"))
    assert (cell.verdict, cell.problems) == ("pass", ())
    assert any(f"quay-lamp {version}" in line for line in said)
