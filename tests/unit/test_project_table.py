"""What PyPI would refuse of the project's own table is told before anything is built, and before the bump."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from archives import tracked
from fakes import FakeRepository
from release_fixture import APP, START, ReleaseFixture, entry

from releasegate.core.audit.invalid_fields import invalid_fields
from releasegate.core.audit.project_table import refused_by_table
from releasegate.core.audit.table_apart import apart
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Install, Wheel
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.steps.preflight.question import Inquiry
from releasegate.steps.preflight.text_questions import project_table

GOOD = """
[project]
name = "sample-app"
version = "1.0"
description = "An app"
classifiers = ["Programming Language :: Python :: 3.11"]
dependencies = ["packaging>=20"]
urls = { Home = "https://localhost/" }
"""
PRIVATE = GOOD.replace("classifiers = [", 'classifiers = ["Private :: Do Not Upload", ')


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Programming Language :: Python :: 3.11", "Programing :: X", "classifier: 'Programing :: X' is not a valid"),
        ("packaging>=20", "packaging @ file:///p", "requires-dist: Can't have direct dependency: packaging"),
        ('"An app"', f'"{"a" * 513}"', "summary: 'summary' field must be 512 characters or less"),
        ("Home", "A" * 33, "must be 32 characters or less"),
        ("urls =", 'optional-dependencies = { x = ["a @ git+https://localhost/a"] }\nurls =', "direct dependency: a"),
    ],
)
def test_what_pypi_refuses_is_read_off_the_table(old: str, new: str, said: str) -> None:
    assert refused_by_table(GOOD.encode()) == ()
    (problem,) = refused_by_table(GOOD.replace(old, new).encode())
    assert said in problem.sentence


@pytest.mark.parametrize(
    ("requirement", "marker"),
    [
        ("a @ file:///a", 'extra == "my-x"'),
        (
            "a @ file:///a ; python_version < '4' or os_name == 'nt'",
            '(python_version < "4" or os_name == "nt") and extra',
        ),
    ],
)
def test_what_is_refused_of_an_extra_is_called_as_the_audit_calls_it(requirement: str, marker: str) -> None:
    extras = f'optional-dependencies = {{ My_X = ["{requirement}"] }}\nurls ='
    (problem,) = refused_by_table(GOOD.replace("urls =", extras).encode())
    assert f"a @ file:///a ; {marker}" in problem.about


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[project",
        b"",
        b"project = 1",
        b"[project]\nclassifiers = 1\ndependencies = {}\noptional-dependencies = []\nurls = []\ndescription = 2\n",
        b"[project]\nclassifiers = [1]\ndependencies = ['no requirement at all']\nurls = { a = 1 }\n",
    ],
)
def test_what_cannot_be_read_is_left_to_the_build(content: bytes) -> None:
    assert refused_by_table(content) == ()


def test_one_field_that_is_no_metadata_hides_no_other() -> None:
    text = PRIVATE.replace("packaging>=20", "no requirement at all")
    assert [problem.about.partition(":")[0] for problem in refused_by_table(text.encode())] == ["classifier"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('license = "mit-ish"', "license: Unknown license: 'mit-ish'; write an SPDX expression, such as MIT or"),
        ('requires-python = ">=3.12.*"', "requires-python: '>=3.12.*' is no range of versions"),
        ('dynamic = ["version", "readme", 1]', "dynamic: version is named there and stated too"),
        ('authors = ["Me <me@localhost>"]', "authors: 'Me <me@localhost>' is no person"),
        ('readme = { file = "README.md", content-type = "text/md" }', "readme: 'text/md' is no content type"),
        ('optional-dependencies = { "my extra" = [] }', "optional-dependencies: 'my extra' is no name of an extra"),
        ('optional-dependencies = { x = ["six >> 2"] }', "optional-dependencies.x: 'six >> 2' is no requirement: "),
        ("optional-dependencies = { x = [{}] }", "optional-dependencies.x: {} is no requirement: "),
    ],
)
def test_what_no_build_takes_is_read_off_the_table(line: str, said: str) -> None:
    (found,) = invalid_fields(GOOD.replace("urls =", f"{line}\nurls =").encode())
    assert found.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project",
        "project = 1",
        "[project]\ndependencies = 1\noptional-dependencies = 1\nreadme = 1\nlicense = 1\ndynamic = 1\nauthors = 1\n",
        GOOD
        + 'license = "MIT OR LicenseRef-Own"\nreadme = { text = "x", content-type = "Text/Markdown; variant=GFM" }\n'
        'authors = [{ name = "Me" }]\ndynamic = ["keywords"]\nrequires-python = ">=3.11"\n',
        '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n[project]\nlicense = "Proprietary"\n',
    ],
)
def test_what_some_build_takes_is_left_to_it(text: str) -> None:
    assert invalid_fields(text.encode()) == ()


def test_a_mark_of_the_byte_order_is_read_by_no_build() -> None:
    (found,) = invalid_fields(GOOD.encode("utf-8-sig"))
    assert found.startswith("byte order mark: ")


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def asked(fixture: ReleaseFixture, text: str, *, unplanned: Refused | None = None) -> str:
    tree = {**tracked("0.9"), "pyproject.toml": text.encode()}
    fixture.repository = FakeRepository({START: tree})
    return project_table(Inquiry(fixture.release("1.0rc1"), "rc", unplanned))


def test_a_release_is_refused_before_its_bump_with_the_line_to_paste(fixture: ReleaseFixture) -> None:
    assert asked(fixture, GOOD) == "nothing that PyPI refuses"
    with pytest.raises(Refused, match="PyPI refuses what sample-app states of itself") as refusal:
        asked(fixture, PRIVATE)
    assert "'Private :: Do Not Upload'" in refusal.value.details[0]
    assert "allowed = [{ pattern = " in refusal.value.details[1]


def test_what_no_build_takes_is_refused_before_the_bump(fixture: ReleaseFixture) -> None:
    with pytest.raises(Refused, match="says what no build takes") as refusal:
        asked(fixture, GOOD.replace("packaging>=20", "packaging >> 20"))
    assert refusal.value.details[0].startswith("dependencies: 'packaging >> 20' is no requirement")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('name = "other.app"', "pyproject.toml names other-app, not sample-app."),
        ('requires-python = ">=3.12"', "Python 3.11 is configured, but Requires-Python is '>=3.12'."),
        ("optional-dependencies = { two = [] }", "The extra one is configured under install.extras"),
        ("", "The extra one is configured under install.extras"),
    ],
)
def test_what_the_table_says_otherwise_than_the_configuration_is_refused_before_the_bump(
    fixture: ReleaseFixture, line: str, said: str
) -> None:
    extras = ("one",) if "extra" in said else ()
    fixture.app = replace(APP, pythons=("3.11", "3.12"), install=Install(extras=extras))
    text = "\n".join(each for each in GOOD.splitlines() if not line or each[:4] != line[:4])
    text = text.replace("[project]", f"[project]\n{line}")
    with pytest.raises(Refused, match="and what is configured for it differ") as refusal:
        asked(fixture, text)
    (told,) = refusal.value.details
    assert told.startswith(said)
    fixture.ledger.append("1.0rc1", replace(entry("audit:metadata"), event="waived"))
    assert asked(fixture, text) == "nothing that PyPI refuses"


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD.replace("sample-app", "Sample_App").replace("urls =", "optional-dependencies = { One = [] }\nurls ="),
        GOOD.replace("urls =", 'dynamic = ["optional-dependencies"]\nrequires-python = ">=3.11,<4"\nurls ='),
        GOOD.replace('name = "sample-app"', 'dynamic = ["optional-dependencies"]\nrequires-python = "??"\nname = 3'),
    ],
)
def test_what_the_table_does_not_state_is_left_to_the_build(text: str) -> None:
    assert apart(text.encode(), replace(APP, install=Install(extras=("one",)))) == ()


def test_what_is_allowed_or_waived_is_not_in_the_way(fixture: ReleaseFixture) -> None:
    allowed = Wheel(allowed=(Exemption("index: classifier: 'Private*", "a private index"),))
    fixture.app = replace(APP, wheel=allowed)
    assert asked(fixture, PRIVATE) == "nothing that PyPI refuses"
    assert asked(fixture, GOOD) == "nothing that PyPI refuses", "whether it exempts something is the build's to say"
    fixture.app = APP
    fixture.ledger.append("1.0rc1", replace(entry("audit:index"), event="waived"))
    assert asked(fixture, PRIVATE) == "waived (audit:index)"
    with pytest.raises(Refused):
        asked(fixture, PRIVATE, unplanned=Refused("no plan", hint="none"))


def test_the_name_of_a_module_of_python_s_own_is_no_first_release_s(fixture: ReleaseFixture) -> None:
    fixture.app, named = replace(APP, name="dataclasses"), GOOD.replace("sample-app", "dataclasses")
    with pytest.raises(Refused) as refusal:
        asked(fixture, named)
    assert "conflict with Python Standard Library module name" in refusal.value.details[0]
    fixture.production.put("dataclasses-0.8.tar.gz", b"")
    assert asked(fixture, named) == "nothing that PyPI refuses"


@pytest.mark.parametrize(
    ("readme", "gone"),
    [
        ('readme = "NOT.md"', "NOT.md (readme)"),
        ('readme = { file = "NOT.rst", content-type = "text/x-rst" }', "NOT.rst (readme)"),
        ('readme = "NOT.md"\nlicense = { file = "NO" }', "NOT.md (readme) and NO (license)"),
        ('license-files = ["NO", "pyproject.toml", "a/NOT"]', "NO (license-files) and a/NOT (license-files)"),
    ],
)
def test_a_file_that_the_table_names_and_the_commit_lacks_is_refused(
    fixture: ReleaseFixture, readme: str, gone: str
) -> None:
    with pytest.raises(Refused, match=re.escape(f"names {gone}, which the commit does not have")) as refusal:
        asked(fixture, f'[project]\nname = "sample-app"\n{readme}\n')
    assert "git add --force" in str(refusal.value.hint)


@pytest.mark.parametrize(
    "readme",
    [
        'readme = "pyproject.toml"',
        'readme = { text = "An app", content-type = "text/plain" }',
        'license = "MIT"\nreadme = { file = "/etc/readme" }',
        'readme = "../README.md"\nlicense = { text = "MIT" }',
        'license-files = ["pyproject.toml", "LICEN[CS]E*", "a/**", "../LICENSE", "", 1]',
        'license-files = "NO"',
        'readme = ""',
    ],
)
def test_what_is_there_or_names_no_file_of_the_commit_is_no_reason(fixture: ReleaseFixture, readme: str) -> None:
    assert asked(fixture, f'[project]\nname = "sample-app"\n{readme}\n') == "nothing that PyPI refuses"


def test_a_readme_in_another_encoding_is_told_before_the_bump(fixture: ReleaseFixture) -> None:
    table = b'[project]\nname = "sample-app"\nreadme = "README.md"\n'
    tree = {**tracked("0.9"), "pyproject.toml": table, "README.md": b"# caf\xe9\n"}
    fixture.repository = FakeRepository({START: tree})
    with pytest.raises(ConfigurationError, match=r"README\.md:1 is not UTF-8"):
        project_table(Inquiry(fixture.release("1.0rc1"), "rc"))
