"""An end-to-end command that cannot run is told before anything is changed: its files and pytest are looked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from release_fixture import APP, START, ReleaseFixture
from stacks import pair_stack

from releasegate.core.config.model import EndToEndCommand, Install
from releasegate.core.e2e.command import beside, files_of, module_of
from releasegate.core.errors import Refused
from releasegate.steps.end_to_end_question import end_to_end
from releasegate.steps.question import Caution, Inquiry

ALONE = Install()
PROJECT = b'[project]\nname = "sample-app"\ndependencies = ["packaging"]\n'


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (("python", "e2e/check.py", "--fast", "x.py"), ["e2e/check.py"]),
        (("python3.12", "-X", "dev", "-u", "e2e/check.py"), ["e2e/check.py"]),
        (("python", "-m", "pytest", "-q", "tests/e2e/test_a.py::test_it", "tests/e2e"), ["tests/e2e/test_a.py"]),
        (("pytest", "tests/test_a.py"), ["tests/test_a.py"]),
        (("bash", "e2e/run.sh"), ["e2e/run.sh"]),
        (("sh", "-c", "true"), []),
        (("bash",), []),
        (("./e2e/run.sh",), ["e2e/run.sh"]),
        (("/usr/bin/true",), []),
        (("python", "../check.py"), []),
        (("python", "-c", "import x"), []),
        (("python", "-m", "sample.check"), []),
        (("python", "-"), []),
        (("python", "-m"), []),
        (("python",), []),
        (("my-plugin", "check"), []),
    ],
)
def test_the_files_that_a_command_names(command: tuple[str, ...], files: list[str]) -> None:
    assert [str(path) for path in files_of(command)] == files


@pytest.mark.parametrize(
    ("command", "module"),
    [
        (("pytest", "tests"), "pytest"),
        (("python", "-u", "-m", "pytest.x", "-q"), "pytest"),
        (("python", "-m"), ""),
        (("python", "check.py", "-m", "pytest"), ""),
        (("python", "-c", "pytest"), ""),
        (("check",), ""),
    ],
)
def test_the_module_that_a_command_runs(command: tuple[str, ...], module: str) -> None:
    assert module_of(command) == module


@pytest.mark.parametrize(
    ("project", "extras", "requirements", "known"),
    [
        ({"name": "a", "dependencies": ["B>1", "c[x] ; y", "=="]}, (), ("D==1",), {"b", "c", "d"}),
        ({"name": "a", "optional-dependencies": {"Test_X": ["e"], "y": 3}}, ("test-x", "y", "z"), (), {"e"}),
        (
            {"name": "a", "dependencies": ["f"], "optional-dependencies": {"all": ["A[one, all]"], "one": ["g"]}},
            ("all",),
            (),
            {"a", "f", "g"},
        ),
        ({"name": "a", "optional-dependencies": [], "dynamic": "x"}, ("z",), (), set()),
        ({"name": "a", "dynamic": ["dependencies"]}, (), (), None),
        ({}, (), (), None),
    ],
)
def test_what_is_installed_beside_a_package(
    project: dict[str, object], extras: tuple[str, ...], requirements: tuple[str, ...], known: set[str] | None
) -> None:
    assert beside(project, extras, requirements) == known


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def asked(fixture: ReleaseFixture, *command: str, project: bytes = PROJECT, install: Install = ALONE) -> str | Caution:
    fixture.app = replace(APP, end_to_end=EndToEndCommand(command), install=install)
    fixture.repository.commits[START]["pyproject.toml"] = project
    return end_to_end(Inquiry(fixture.release("1.0rc1"), "rc"))


def test_a_script_that_the_commit_does_not_have_is_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.work["e2e/check.py"] = b""
    with pytest.raises(Refused, match=r"sample-app names e2e/check\.py, which the commit does not have"):
        asked(fixture, "python", "e2e/check.py")
    fixture.repository.commits[START]["e2e/check.py"] = b""
    assert asked(fixture, "python", "e2e/check.py") == "what judges it is configured"


def test_pytest_that_nothing_installs_is_refused(fixture: ReleaseFixture) -> None:
    with pytest.raises(Refused, match=r"runs pytest, and nothing installs that beside the package") as refusal:
        asked(fixture, "python", "-m", "pytest", "tests")
    assert 'requirements = ["pytest"]' in refusal.value.hint
    assert asked(fixture, "pytest", install=Install(requirements=("pytest>=8",))) == "what judges it is configured"
    offered = PROJECT + b'[project.optional-dependencies]\ntest = ["pytest-django"]\n'
    assert (
        asked(fixture, "pytest", project=offered, install=Install(extras=("test",))) == "what judges it is configured"
    )


def test_where_the_table_does_not_say_what_is_installed_pytest_is_told_of(fixture: ReleaseFixture) -> None:
    assert isinstance(asked(fixture, "pytest", project=b"project = 3"), Caution)
    assert (
        asked(fixture, "pytest", project=b"", install=Install(requirements=("pytest",)))
        == "what judges it is configured"
    )
    assert asked(fixture, "check", project=b"") == "what judges it is configured"


def test_a_stack_has_no_command(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    run = replace(release.run, settings=replace(release.run.settings, stack=pair_stack("sample-app", "sample-core")))
    judged = replace(release, package=replace(release.package, end_to_end=None), run=run)
    assert end_to_end(Inquiry(judged, "rc")) == "what judges it is configured"
