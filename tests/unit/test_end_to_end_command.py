"""An end-to-end command that cannot run is told before anything is changed: its files and pytest are looked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from release_fixture import APP, START, ReleaseFixture
from stacks import pair_stack

from releasegate.core.config.keys import EndToEndCommand, Install
from releasegate.core.e2e.command import beside, files_of, module_of, program_of, unstartable
from releasegate.core.errors import Refused
from releasegate.steps.preflight.end_to_end_question import end_to_end
from releasegate.steps.preflight.question import Caution, Inquiry

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


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (("./e2e/run.sh",), "e2e/run.sh"),
        (("e2e/run", "--fast"), "e2e/run"),
        (("bash", "e2e/run.sh"), None),
        (("python", "e2e/check.py"), None),
        (("/usr/bin/true",), None),
        (("../run",), None),
        (("check",), None),
    ],
)
def test_the_file_that_a_command_runs_by_itself(command: tuple[str, ...], program: str | None) -> None:
    assert program_of(command) == (None if program is None else PurePosixPath(program))


def test_what_no_system_starts_is_told_from_what_it_does() -> None:
    assert unstartable(b"#!/bin/sh\ntrue\n") == unstartable(b"\x7fELF\0\n") == ""
    assert unstartable(b"echo\n").startswith("does not begin with #!")
    assert unstartable(b"").startswith("does not begin with #!")
    assert "ends with" in unstartable(b"#!/bin/sh\r\ntrue\r\n")


def test_a_script_that_is_not_executable_in_the_commit_is_refused_with_the_line_to_paste(
    fixture: ReleaseFixture,
) -> None:
    fixture.repository.commits[START]["e2e/run it.sh"] = b"#!/bin/sh\n"
    fixture.repository.plain = frozenset({PurePosixPath("e2e/run it.sh")})
    with pytest.raises(Refused, match=r"runs e2e/run it\.sh, which is not executable in the commit") as refusal:
        asked(fixture, "./e2e/run it.sh")
    assert refusal.value.hint.endswith("commit that: git update-index --chmod=+x 'e2e/run it.sh'")
    assert asked(fixture, "sh", "e2e/run it.sh") == "what judges it is configured"
    fixture.repository.plain = frozenset()
    assert asked(fixture, "./e2e/run it.sh") == "what judges it is configured"


def test_a_script_that_names_no_interpreter_is_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START]["e2e/run.sh"] = b"pytest e2e\n"
    with pytest.raises(Refused, match=r"e2e/run\.sh, which does not begin with #!"):
        asked(fixture, "e2e/run.sh")


@pytest.mark.parametrize("module", ["sample_app.check", "unittest", "packaging", "own.check", "more"])
def test_a_module_that_is_there_is_run(fixture: ReleaseFixture, module: str) -> None:
    fixture.repository.commits[START] |= {"src/own/__init__.py": b"", "more.py": b""}
    assert asked(fixture, "python", "-m", module) == "what judges it is configured"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (("cd e2e && pytest",), '"cd e2e && pytest"'),
        (("./e2e/run.sh --all", "a b"), """"./e2e/run.sh --all 'a b'\""""),
        (("python e2e/check.py",), '"python e2e/check.py"'),
    ],
)
def test_a_line_for_a_shell_is_no_program(fixture: ReleaseFixture, command: tuple[str, ...], line: str) -> None:
    with pytest.raises(Refused, match="no shell reads it") as error:
        asked(fixture, *command)
    assert error.value.hint == f'Write each word by itself, or command = ["sh", "-c", {line}]'


def test_a_module_that_nothing_installs_and_the_commit_does_not_have_is_refused(fixture: ReleaseFixture) -> None:
    with pytest.raises(Refused, match=r"runs chekcs, which nothing installs and the commit does not have") as refusal:
        asked(fixture, "python", "-m", "chekcs.all")
    assert 'requirements = ["chekcs"]' in refusal.value.hint
    installed = Install(requirements=("chekcs",))
    assert asked(fixture, "python", "-m", "chekcs.all", install=installed) == "what judges it is configured"


def test_a_module_that_something_else_may_bring_is_told_of(fixture: ReleaseFixture) -> None:
    beside_it = Install(requirements=("beautifulsoup4",))
    assert isinstance(asked(fixture, "python", "-m", "bs4", install=beside_it), Caution)
    assert isinstance(asked(fixture, "python", "-m", "bs4", project=b""), Caution)
    named = PROJECT + b'[tool.setuptools.package-dir]\nlamp = "source/lamp"\n'
    assert isinstance(asked(fixture, "python", "-m", "lamp", project=named), Caution)
    fixture.repository.commits[START]["setup.cfg"] = b"[options]\npackages = torch\n"
    assert isinstance(asked(fixture, "python", "-m", "torch"), Caution)
    itself = PROJECT + b'[tool.releasegate]\ncommand = ["python", "-m", "gone"]\n'
    with pytest.raises(Refused, match="runs gone"):
        asked(fixture, "python", "-m", "gone", project=itself)


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


@pytest.mark.parametrize(
    ("project", "install"),
    [
        (b'[project]\nname = "sample-app"\nversion = "1.0"\nscripts = { gauge = "sample_app:main" }\n', ALONE),
        (b'[project]\nname = "sample-app"\nversion = "1.0"\ngui-scripts = { gauge = "sample_app:main" }\n', ALONE),
        (b'[project]\nname = "sample-app"\nversion = "1.0"\ndependencies = ["gauge"]\n', ALONE),
        (PROJECT, Install(requirements=("Gauge>=2",))),
    ],
)
def test_a_program_that_comes_with_the_package_need_not_be_on_the_machine(
    fixture: ReleaseFixture, project: bytes, install: Install
) -> None:
    fixture.machine.missing |= {"gauge"}
    assert asked(fixture, "gauge", "run", project=project, install=install) == "what judges it is configured"


def test_a_program_that_something_may_bring_is_told(fixture: ReleaseFixture) -> None:
    fixture.machine.missing |= {"robot"}
    for project, install in (
        (b"", ALONE),
        (PROJECT, Install(requirements=("robotframework",))),
        (PROJECT, Install(extras=("test",))),
        (PROJECT + b'[tool.poetry.scripts]\nrobot = "sample_app:main"\n', ALONE),
    ):
        assert "runs robot: see that" in str(asked(fixture, "robot", "e2e", project=project, install=install))


def test_a_program_that_is_nowhere_and_that_nothing_brings_is_refused(fixture: ReleaseFixture) -> None:
    assert asked(fixture, "gauge") == "what judges it is configured"
    fixture.machine.missing |= {"gauge"}
    with pytest.raises(Refused, match="runs gauge, which nothing installs and this machine does not have") as refusal:
        asked(fixture, "gauge")
    assert 'requirements = ["gauge"]' in refusal.value.hint
