"""The real pair in containers with one fault planted: each is red, in the words of the contract that broke.

Run with ``nox -s tests -- -m pair`` where a Docker engine is; minutes each, and quicker once a cell has run.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
import tomlkit
from git_repositories import git

from releasegate.adapters.index import SimpleIndex
from releasegate.core.config import IndexConfig
from releasegate.steps.deliveries import published

pytestmark = pytest.mark.pair

ROOT = Path(__file__).parents[2]
PLUGIN, BACKEND = "netbox-proxbox", "proxbox-api"
VERSIONS = {PLUGIN: "0.0.29.post6", BACKEND: "0.0.27.post4"}
CELL = ("--netbox", "4.7.3", "--path", "fresh")


@dataclass(frozen=True)
class Project:
    """A folder with this repository's configuration, and the sources of both packages as repositories in it."""

    folder: Path

    def commit(self, package: str) -> None:
        """Commit what a test planted."""
        git(self.folder / package, "add", "--all")
        git(self.folder / package, "commit", "--quiet", "--message=Planted")

    def judge(self, *options: str) -> tuple[int, str]:
        """Run the end-to-end session as a person does; return its exit code and all that it printed."""
        words = ["nox", "-s", "e2e", "--", *options, *CELL]
        done = subprocess.run(words, cwd=self.folder, env=environment(), capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def environment() -> Mapping[str, str]:
    """Return this process' environment without what pytest and coverage put into it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with both packages' sdists, unpacked."""
    folder = tmp_path_factory.mktemp("sources")
    pypi = SimpleIndex(IndexConfig("pypi"), environ=os.environ, workdir=folder)
    for package, version in VERSIONS.items():
        (file,) = (f for f in published(pypi, package, version) if f.filename.endswith(".tar.gz"))
        with tarfile.open(fileobj=io.BytesIO(pypi.fetch(file))) as archive:
            top = archive.getnames()[0].split("/")[0]
            archive.extractall(folder, filter="data")
        (folder / top).rename(folder / package)
        (folder / package / "PKG-INFO").unlink()
    return folder


@pytest.fixture
def project(sources: Path, tmp_path: Path) -> Project:
    settings = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    chosen = settings.unwrap()["tool"]["releasegate"]
    for package in chosen["packages"]:
        package["path"] = package["name"]
        shutil.copytree(sources / package["name"], tmp_path / package["name"])
        git(tmp_path / package["name"], "init", "--quiet", "--initial-branch=develop")
        git(tmp_path / package["name"], "add", "--all")
        git(tmp_path / package["name"], "commit", "--quiet", "--message=As published")
    (tmp_path / "pyproject.toml").write_text(tomlkit.dumps({"tool": {"releasegate": chosen}}), encoding="utf-8")
    shutil.copy(ROOT / "examples" / "noxfile.py", tmp_path)
    return Project(tmp_path)


def replace(file: Path, pattern: str, new: str) -> None:
    """Replace the one place that matches."""
    text, count = re.subn(pattern, new, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count == 1, f"{pattern} is {count} times in {file.name}"
    file.write_text(text, encoding="utf-8")


def left() -> list[str]:
    """Return the containers that any run has left."""
    return [
        str(each.name) for each in docker.from_env().containers.list(all=True, filters={"label": "releasegate.run"})
    ]


def test_a_renamed_route_of_the_backend_breaks_the_synchronisation_and_the_backend_is_blamed(project: Project) -> None:
    replace(
        project.folder / BACKEND / "proxbox_api/routes/dcim/__init__.py", '"/devices/create/stream"', '"/elsewhere"'
    )
    project.commit(BACKEND)
    code, said = project.judge(
        "--source", "pypi", "--version", VERSIONS[PLUGIN], "--backend-source", "local", "--blame"
    )
    assert code == 1
    assert "contract pair.sync broke" in said
    assert f"{BACKEND} broke it" in said
    assert not left()


def test_a_migration_that_is_missing_shows_in_the_models_and_in_the_database(project: Project) -> None:
    (project.folder / PLUGIN / last_migration(project)).unlink()
    project.commit(PLUGIN)
    code, said = project.judge("--source", "local", "--backend-source", "pypi", "--backend-version", VERSIONS[BACKEND])
    assert code == 1
    assert "contract netbox.makemigrations broke: the plugin's models need a migration that it does not ship" in said
    assert "contract plugin.models broke" in said
    assert not left()


def test_a_plugin_that_refuses_this_netbox_is_quoted(project: Project) -> None:
    replace(
        project.folder / PLUGIN / "netbox_proxbox/compat.py",
        "^PLUGIN_MAX_VERSION = .*$",
        'PLUGIN_MAX_VERSION = "4.7.2"',
    )
    project.commit(PLUGIN)
    code, said = project.judge("--source", "local", "--backend-source", "pypi", "--backend-version", VERSIONS[BACKEND])
    assert code == 1
    assert "contract netbox.migrations broke" in said
    assert "requires NetBox maximum version 4.7.2 (current: 4.7.3)" in said
    assert not left()


def last_migration(project: Project) -> Path:
    """Return the plugin's newest migration."""
    names = sorted((project.folder / PLUGIN / "netbox_proxbox/migrations").glob("[0-9]*.py"))
    return names[-1].relative_to(project.folder / PLUGIN)
