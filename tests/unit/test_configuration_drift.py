"""Two tables about one pair: what one says and the other does not is found, and refused before a release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from release_fixture import ReleaseFixture

from releasegate.core.config.drift import drift
from releasegate.core.config.parse import parse_settings
from releasegate.steps.preflight.preflight import answers
from releasegate.steps.preflight.question import Inquiry

HERE = """
[[tool.releasegate.packages]]
name = "harbor-api"
path = "../harbor-api"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]

[[tool.releasegate.packages]]
name = "harbor"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]
companion = { name = "harbor-api" }
"""
THERE = HERE.replace('path = "../harbor-api"', "").replace('name = "harbor"', 'name = "harbor"\npath = "../harbor"')
WHERE = "../harbor-api/pyproject.toml"


def found(there: str) -> tuple[str, ...]:
    return drift(parse_settings(HERE, where="pyproject.toml"), there, where=WHERE)


@pytest.mark.parametrize(
    "there",
    [
        THERE,
        '[tool.releasegate]\ntable = "../harbor"\n',
        "[project]\n",
        "not TOML",
        THERE.partition('[[tool.releasegate.packages]]\nname = "harbor"')[0].replace("3.12", "3.13"),
    ],
)
def test_equal_tables_one_table_and_a_table_of_one_package_do_not_differ(there: str) -> None:
    assert found(there) == ()


def test_every_key_in_which_two_tables_differ_is_named() -> None:
    assert found(THERE.replace('"3.12"', '"3.12", "3.13"')) == (
        f"harbor-api: pythons differs in {WHERE}",
        f"harbor: pythons differs in {WHERE}",
    )
    own = '[tool.releasegate]\nproduction = "own"\n[tool.releasegate.indexes.own]\n'
    addresses = 'upload = "https://files.example/"\nsimple = "https://files.example/simple/"\n'
    assert found(own + addresses + THERE) == (f"production differs in {WHERE}",)


def test_a_release_is_refused_while_two_tables_differ(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    fixture.core = replace(fixture.core, path=PurePosixPath("../sample-core"))
    told = {answer.key: answer for answer in answers(Inquiry(fixture.release("1.0rc1"), "rc"))}
    assert told["tables"].found == "one for the packages of all repositories"
    version_files = 'version-files = [{ toml = "pyproject.toml", key = "project.version" }]\npythons = ["3.12"]\n'
    rows = [
        f'[[tool.releasegate.packages]]\nname = "{name}"\n{version_files}' for name in ("sample-core", "sample-app")
    ]
    fixture.repository.work["pyproject.toml"] = "\n".join(rows).encode()
    told = {answer.key: answer for answer in answers(Inquiry(fixture.release("1.0rc1"), "rc"))}
    error = told["tables"].error
    assert error is not None
    assert error.problem == "Two repositories each have a table of these packages, and they differ."
    assert error.hint.endswith('table = "../sample-app"')
    assert "sample-core: version-files differs in ../sample-core/pyproject.toml" in error.details
