"""A package in a folder of its own whose version lies above it: adopted, judged, bumped, and built by its backend."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, git, make_repository
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.git.repository import GitRepository
from releasegate.app.adopt.propose import propose
from releasegate.app.project import load
from releasegate.core.config.keys import Package
from releasegate.core.version_files.occurrences import bump_all
from releasegate.core.version_files.survey import survey
from releasegate.steps.stated import version_file_contents

LAMP = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "quay-lamp"
dynamic = ["version"]
requires-python = ">=3.12"

[tool.hatch.version]
path = "{path}"
pattern = "(?P<version>.+)"
"""


def adopted(top: Path) -> tuple[GitRepository, Package]:
    """Adopt the package in the folder ``lamp``, commit, and return its repository and its table."""
    folder = top / "lamp"
    propose(folder, environ=ENVIRON).write()
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "Adopt releasegate")
    return GitRepository(folder, ENVIRON), load(folder, environ=ENVIRON).settings.package("quay-lamp")


@pytest.mark.parametrize("linked", [False, True])
def test_a_version_above_the_folder_is_found_and_bumped_and_a_link_to_it_stays_one(
    tmp_path: Path, *, linked: bool
) -> None:
    path = "VERSION" if linked else "../VERSION"
    files = {"lamp/pyproject.toml": LAMP.format(path=path), "lamp/quay_lamp/__init__.py": "", "VERSION": "1.4.0\n"}
    top = make_repository(tmp_path / "quay", files).root
    if linked:
        (top / "lamp/VERSION").symlink_to("../VERSION")
        git(top, "add", "--all")
        git(top, "commit", "--quiet", "--message", "A link")
    repository, package = adopted(top)
    assert [each.path for each in package.version_files] == [PurePosixPath("../VERSION")]
    contents = version_file_contents(repository, package)
    assert survey(package, contents).problems(version="1.4.0") == ()
    repository.commit(bump_all(package, contents, version="1.4.1rc1"), message="Release quay-lamp 1.4.1rc1")
    assert (top / "VERSION").read_text() == "1.4.1rc1\n"
    assert (top / "lamp/VERSION").is_symlink() is linked
    assert survey(package, version_file_contents(repository, package)).problems(version="1.4.1rc1") == ()


def test_a_version_that_is_reached_through_a_link_to_a_folder_is_bumped_where_it_lies(tmp_path: Path) -> None:
    files = {"lamp/pyproject.toml": LAMP.format(path="shared/VERSION"), "lamp/quay_lamp/__init__.py": ""}
    top = make_repository(tmp_path / "quay", {**files, "common/VERSION": "1.4.0\n"}).root
    (top / "lamp/shared").symlink_to("../common")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "A link")
    _, package = adopted(top)
    assert [each.path for each in package.version_files] == [PurePosixPath("../common/VERSION")]


@pytest.mark.network
def test_a_build_of_the_folder_has_the_version_that_lies_above_it(tmp_path: Path) -> None:
    files = {
        "lamp/pyproject.toml": LAMP.format(path="../VERSION"),
        "lamp/quay_lamp/__init__.py": "",
        "VERSION": "1.4.0\n",
    }
    repository, package = adopted(make_repository(tmp_path / "quay", files).root)
    builds = LocalBuilds(
        tmp_path / "dist", lambda _: repository, PYPI_SIMPLE_ENDPOINT, {**os.environ, **ENVIRON, "HOME": str(tmp_path)}
    )
    bumped, said = bump_all(package, version_file_contents(repository, package), version="1.4.1rc1"), list[str]()
    head = repository.head()
    built = builds.trial(package, version=Version("1.4.1rc1"), commit=head, files=bumped, progress=said.append)
    assert sorted(built.files) == ["quay_lamp-1.4.1rc1-py3-none-any.whl", "quay_lamp-1.4.1rc1.tar.gz"]


def test_a_version_that_two_packages_share_is_told_with_the_second(tmp_path: Path) -> None:
    lamp = LAMP.format(path="../VERSION")
    files = {"lamp/pyproject.toml": lamp, "lamp/quay_lamp/__init__.py": "", "VERSION": "1.4.0\n", "uv.lock": ""}
    files |= {"post/pyproject.toml": lamp.replace("quay-lamp", "quay-post"), "post/quay_post/__init__.py": ""}
    files["uv.lock"] = "".join(
        f'[[package]]\nname = "quay-{name}"\nversion = "1.4.0"\nsource = {{ editable = "{name}" }}\n\n'
        for name in ("lamp", "post")
    )
    top = make_repository(tmp_path / "quay", files).root
    adopted(top)
    said = propose(top / "post", environ=ENVIRON).notes
    (note,) = [each for each in said if "quay-lamp" in each]
    assert note.startswith("../VERSION states the version of quay-lamp, too: a bump of one is a bump of both")
