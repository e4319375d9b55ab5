"""A bump changes the version's characters and no other byte, in all version files or in none."""

import tomllib
from pathlib import PurePosixPath as Path

import pytest

from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile, VersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.occurrences import bump, bump_all, find, find_all

TOML = TomlVersionFile(Path("pyproject.toml"), "project.version")
PYTHON = PythonVersionFile(Path("pkg/__init__.py"), "Config.version")
LOCK = LockVersionFile(Path("uv.lock"))

TOML_LITERALS = ('"{}"', "'{}'", '"""{}"""', "'''{}'''", '"""\n{}"""', "'''\n{}'''", '"{}" # was "{}"')
PYTHON_LITERALS = ('"{}"', "'{}'", '"""{}"""', "'''{}'''", 'r"{}"', "U'{}'", "(\n  '{}'  # '{}'\n )", '"{}"; x = "{}"')
VERSIONS = ("1.0", "0.0.29.post6", "2!1.0rc1.post2.dev3")

TOML_FILES = (
    "[project]\nname = 'a'\nversion = {}\nother = '1.0'\n",
    "# 1.0 é\n[project] # version = '1.0'\n  version\t=  {}\n[tool]\nversion = '1.0'\nx = [nan, '''v\n''']\n",
    "project.version = {}",
)
PYTHON_FILES = (
    "class Config:\n    version = {}\n\nversion = '1.0'\n",
    "'é 1.0'\nclass Config: a = version = {}\n",
    "class Config:\n\tx: str = 'é'; version: str = {}\n\tother = '1.0'",
)
LOCK_FILE = """\
[[package]]
name = "a"
version = "1.0"
source = {{ registry = "1.0" }}
[[package]]
name = "Pkg"
source = {{ virtual = "." }}
version = {}
"""

CASES: list[tuple[VersionFile, str, str]] = [
    *((TOML, file, literal) for file in TOML_FILES for literal in TOML_LITERALS),
    *((PYTHON, file, literal) for file in PYTHON_FILES for literal in PYTHON_LITERALS),
    *((LOCK, LOCK_FILE, literal) for literal in TOML_LITERALS),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(("version_file", "file", "literal"), CASES)
def test_a_bump_there_and_back_is_the_same_bytes(
    version_file: VersionFile, file: str, literal: str, mark: str, line_end: str
) -> None:
    before = (mark + file.format(literal.replace("{}", "1.0"))).replace("\n", line_end).encode()
    assert find(version_file, before, package="pkg").version == "1.0"
    for version in VERSIONS:
        after = bump(version_file, before, package="pkg", version=version)
        assert find(version_file, after, package="pkg").version == version
        # The expected file has the new version in the first of the literal's gaps, the old one elsewhere.
        expected = mark + file.format(literal.replace("{}", version, 1).replace("{}", "1.0"))
        assert after == expected.replace("\n", line_end).encode()
        assert bump(version_file, after, package="pkg", version="1.0") == before


def test_only_the_one_value_of_a_toml_file_changes() -> None:
    before = b"a = '1.0'\n[project]\nversion = '1.0'\n[[b]]\nversion = '1.0'\n"
    after = tomllib.loads(bump(TOML, before, package="pkg", version="1.1").decode())
    assert after == {"a": "1.0", "project": {"version": "1.1"}, "b": [{"version": "1.0"}]}


@pytest.mark.parametrize("version", ["1.0-rc1", "v1.0", "1.0 ", "x", "", "1.0'", "1.0RC1"])
def test_a_version_that_is_not_canonical_is_never_written(version: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a version in canonical form"):
        bump(TOML, b"project.version = '1.0'", package="pkg", version=version)


def test_what_is_no_version_is_not_replaced() -> None:
    with pytest.raises(Refused, match="states 'main', which is not a version"):
        bump(TOML, b"project.version = 'main'", package="pkg", version="1.0")


PACKAGE = Package(
    name="pkg",
    path=Path(),
    version_files=(TOML, TomlVersionFile(TOML.path, "tool.version"), PYTHON),
    pythons=("3.12",),
)
CONTENTS = {
    TOML.path: b"[project]\nversion = '1.0'\n[tool]\nversion = '1.0'\n",
    PYTHON.path: b"class Config:\n    version = '1.0'\n",
    Path("other.txt"): b"1.0",
}


def test_all_version_files_are_found_in_the_order_of_the_configuration() -> None:
    assert [str(found) for found in find_all(PACKAGE, CONTENTS)] == [
        "pyproject.toml:2 states 1.0 (project.version)",
        "pyproject.toml:4 states 1.0 (tool.version)",
        "pkg/__init__.py:2 states 1.0 (Config.version)",
    ]


def test_all_version_files_are_bumped_two_in_one_file_too_and_no_other_file() -> None:
    assert bump_all(PACKAGE, CONTENTS, version="1.1rc1") == {
        TOML.path: b"[project]\nversion = '1.1rc1'\n[tool]\nversion = '1.1rc1'\n",
        PYTHON.path: b"class Config:\n    version = '1.1rc1'\n",
    }


@pytest.mark.parametrize("broken", [None, b"class Config: pass"])
def test_nothing_is_bumped_where_one_version_file_cannot_be(broken: bytes | None) -> None:
    with pytest.raises(ConfigurationError, match=r"^pkg/__init__\.py (is not there|has no assignment)"):
        bump_all(PACKAGE, {**CONTENTS, PYTHON.path: broken}, version="1.1")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"^pyproject\.toml is not there, but is configured as a version file"):
        find_all(PACKAGE, {})
