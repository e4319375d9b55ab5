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
from packaging.version import Version

from releasegate.adapters.containers.runs import sweep
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.config.keys import IndexConfig
from releasegate.steps.fetch import published

pytestmark = pytest.mark.pair

ROOT = Path(__file__).parents[2]
PLUGIN, BACKEND = "netbox-proxbox", "proxbox-api"
VERSIONS = {PLUGIN: "0.0.29.post6", BACKEND: "0.0.27.post4"}
CELL = ("--netbox", "4.7.3", "--path", "fresh")
LOCAL_PLUGIN = ("--source", "local", "--backend-source", "pypi", "--backend-version", VERSIONS[BACKEND])


@dataclass(frozen=True)
class Project:
    """A folder with this repository's configuration, and the sources of both packages as repositories in it."""

    folder: Path

    def commit(self, package: str) -> None:
        """Commit what a test planted."""
        git(self.folder / package, "add", "--all")
        git(self.folder / package, "commit", "--quiet", "--message=Planted")

    def refused(self, *options: str) -> str:
        """Run the end-to-end session as a person does, which must be red and leave nothing; return what it printed."""
        words = ["nox", "-s", "e2e", "--", *options, *CELL]
        done = subprocess.run(words, cwd=self.folder, env=environment(), capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        (run,) = set(re.findall(r"\.releasegate/e2e/(rg-[0-9a-f]+)", said))
        assert sweep.left(docker.from_env(), run) == ()
        return said


def environment() -> Mapping[str, str]:
    """Return this process' environment without what pytest and coverage put into it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with both packages' sdists, unpacked."""
    folder = tmp_path_factory.mktemp("sources")
    pypi = SimpleIndex(IndexConfig("pypi"), environ=os.environ, workdir=folder)
    for package, version in VERSIONS.items():
        (file,) = (f for f in published(pypi, package, Version(version)) if f.filename.endswith(".tar.gz"))
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


def test_a_renamed_route_of_the_backend_breaks_the_synchronisation_and_the_backend_is_blamed(project: Project) -> None:
    route = '"/devices/create/stream"'
    replace(project.folder / BACKEND / "proxbox_api/routes/dcim/__init__.py", route, '"/elsewhere"')
    project.commit(BACKEND)
    said = project.refused("--source", "pypi", "--version", VERSIONS[PLUGIN], "--backend-source", "local", "--blame")
    assert "contract pair.sync broke" in said
    assert f"{BACKEND} broke it" in said


def test_a_migration_that_is_missing_shows_in_the_models_and_in_the_database(project: Project) -> None:
    max((project.folder / PLUGIN / "netbox_proxbox/migrations").glob("[0-9]*.py")).unlink()
    project.commit(PLUGIN)
    said = project.refused(*LOCAL_PLUGIN)
    assert "contract netbox.makemigrations broke: the plugin's models need a migration that it does not ship" in said
    assert "contract plugin.models broke" in said


def test_a_plugin_that_refuses_this_netbox_is_quoted(project: Project) -> None:
    stated = project.folder / PLUGIN / "netbox_proxbox/compat.py"
    replace(stated, "^PLUGIN_MAX_VERSION = .*$", 'PLUGIN_MAX_VERSION = "4.7.2"')
    project.commit(PLUGIN)
    said = project.refused(*LOCAL_PLUGIN)
    assert "contract netbox.migrations broke" in said
    assert "requires NetBox maximum version 4.7.2 (current: 4.7.3)" in said
