"""Which project a folder belongs to, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasegate.app.project import load
from releasegate.core.errors import ConfigurationError

PACKAGES = """
[[tool.releasegate.packages]]
name = "harbor-api"
path = "api"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]

[[tool.releasegate.packages]]
name = "harbor"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PACKAGES, encoding="utf-8")
    (tmp_path / "api" / "src").mkdir(parents=True)
    return tmp_path


def test_the_project_is_the_nearest_configured_one_above(root: Path) -> None:
    assert load(root / "api" / "src", environ={}).root == root
    (root / "api" / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    assert load(root / "api" / "src", environ={}).root == root, "one that configures something else is passed over"
    (root / "api" / "pyproject.toml").write_text(PACKAGES, encoding="utf-8")
    assert load(root / "api" / "src", environ={}).root == root / "api"


def test_where_no_project_is_it_is_said_where_one_was_sought(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "nowhere", environ={})
    assert str(tmp_path / "nowhere") in caught.value.problem


def test_a_nearer_file_that_is_no_toml_is_what_is_wrong(root: Path) -> None:
    (root / "api" / "pyproject.toml").write_text("[tool", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load(root / "api", environ={})


def test_a_file_that_is_no_text_is_said_to_be_none(root: Path) -> None:
    (root / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        load(root, environ={})
    assert caught.value.hint == "Make it readable UTF-8 text"


@pytest.mark.parametrize("name", ["harbor-api", "Harbor_API", "harbor.api"])
def test_a_package_is_known_by_its_name_however_it_is_spelled(root: Path, name: str) -> None:
    assert [p.name for p in load(root, environ={}).select(name)] == ["harbor-api"]


def test_all_packages_are_meant_where_none_is_named(root: Path) -> None:
    assert [p.name for p in load(root, environ={}).select(None)] == ["harbor-api", "harbor"]


def test_another_package_is_refused_with_those_there_are(root: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no package pier\.") as caught:
        load(root, environ={}).select("pier")
    assert caught.value.hint == "Name one of: harbor-api, harbor"


def test_what_is_kept_hides_itself_from_git_and_stays_as_it_was_made(root: Path) -> None:
    project = load(root, environ={})
    ignored = project.state / ".gitignore"
    assert ignored.read_text(encoding="utf-8") == "*\n"
    ignored.write_text("mine\n", encoding="utf-8")
    assert (project.state / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    # A full disk leaves an empty one.
    ignored.write_text("", encoding="utf-8")
    assert (project.state / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert project.where(project.settings.packages[0]) == root / "api"


PAIR = """
[[tool.releasegate.packages]]
name = "harbor-api"
path = "../harbor-api"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]

[[tool.releasegate.packages]]
name = "harbor"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]
"""
NAMED = '[tool.releasegate]\ntable = "../harbor"\n'


def two(folder: Path, *, here: str = NAMED, name: str = "harbor-api") -> Path:
    """Return the folder of a repository that names the table of the one beside it."""
    for each, text in (("harbor", PAIR), (name, here)):
        (folder / each).mkdir()
        (folder / each / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder / name


def test_a_table_that_lies_in_the_repository_beside_this_one_is_seen_from_here(tmp_path: Path) -> None:
    project = load(two(tmp_path), environ={})
    assert project.root == tmp_path / "harbor-api"
    assert project.table == tmp_path / "harbor"
    assert [str(package.path) for package in project.settings.packages] == [".", "../harbor"]
    assert [project.where(package).name for package in project.settings.packages] == ["harbor-api", "harbor"]
    there = load(tmp_path / "harbor", environ={})
    assert there.table == there.root


@pytest.mark.parametrize(
    ("here", "name", "said"),
    [
        (
            NAMED.replace("../harbor", "../nowhere"),
            "harbor-api",
            r"in \.\./nowhere/pyproject\.toml, which is not there",
        ),
        (NAMED, "api", "has no package that is this repository"),
        (NAMED.replace('"../harbor"', "7"), "harbor-api", "1 problem in pyproject.toml"),
        (NAMED + 'staging = "testpypi"\n', "harbor-api", "problems in pyproject.toml"),
        (NAMED + PAIR, "harbor-api", "1 problem in pyproject.toml"),
    ],
)
def test_a_table_that_cannot_be_had_or_that_is_none_is_refused_with_what_to_do(
    tmp_path: Path, here: str, name: str, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        load(two(tmp_path, here=here, name=name), environ={})
    assert caught.value.hint
