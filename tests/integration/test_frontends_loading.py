"""A command costs what it does: which libraries none of these may load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from git_repositories import make_repository
from real_indexes import free_port

CLIENTS = "docker github requests urllib3 twine pypi_simple bs4 pydantic pip keyring readme_renderer"
SCREEN = "rich pygments"
SHELF = "werkzeug pytest junitparser tomlkit build installer platformdirs pathspec filelock trove_classifiers"
LATE = "unittest asyncio yaml"
PROBE = """\
import atexit, runpy, sys

def show():
    own = {name for name in sys.modules if name.startswith("releasegate.")}
    print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules} | own), file=sys.stderr)
    types = {each for name in own for each in vars(sys.modules[name]).values() if isinstance(each, type)}
    frozen = [each for each in types if each.__module__ in own and "__setattr__" in vars(each)]
    compiled = [each for each in frozen if each.__init__.__module__ != "releasegate.core.frozen"]
    print("COMPILED", *sorted(each.__module__ + "." + each.__name__ for each in compiled), file=sys.stderr)

atexit.register(show)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
PYPROJECT = """\
[project]
name = "sample"
version = "1.0.0"

[[tool.releasegate.packages]]
name = "sample"
version-files = [{{ toml = "pyproject.toml", key = "project.version" }}]
pythons = ["3.12"]
end-to-end = {{ command = ["true"] }}

[tool.releasegate.indexes.testpypi]
upload = "{address}/legacy/"
simple = "{address}/simple"

[tool.releasegate.indexes.pypi]
upload = "{address}/legacy/"
simple = "{address}/simple"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose indexes do not answer."""
    folder = tmp_path_factory.mktemp("project")
    address = f"http://127.0.0.1:{free_port()}"
    tasks = "from releasegate.frontends.invoke import ns\n"
    noxfile = "from releasegate.frontends.nox import sessions\n\nsessions()\n"
    files = {"pyproject.toml": PYPROJECT.format(address=address), "tasks.py": tasks, "noxfile.py": noxfile}
    return make_repository(folder, files).root


def loaded(folder: Path, *words: str) -> set[str]:
    """Return the top-level modules, and all of this project, that a command has loaded when it ends."""
    return _told(folder, words)[0]


def _told(folder: Path, words: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Return what a command has loaded when it ends, and those frozen types of it that Python compiled for it."""
    command = [sys.executable, "-c", PROBE, *words]
    done = subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert "COMPILED" in done.stderr, done.stderr
    modules, _, types = done.stderr.rpartition("LOADED")[2].partition("COMPILED")
    return set(modules.split()), set(types.split())


@pytest.mark.parametrize(
    ("words", "never"),
    [
        (("invoke", "--list"), f"{CLIENTS} {SCREEN} {SHELF} packaging nox"),
        (("nox", "-l"), f"{CLIENTS} {SCREEN} {SHELF} invoke"),
        (("releasegate", "--version"), f"{CLIENTS} {SCREEN} {SHELF} {LATE} packaging nox"),
        (("releasegate", "waive", "--help"), f"{CLIENTS} {SCREEN} {SHELF} {LATE} packaging nox"),
        (("releasegate", "versions"), f"{CLIENTS} {SCREEN} {SHELF} {LATE} nox"),
        (("nox", "-s", "versions"), f"{CLIENTS} {SCREEN} {SHELF} invoke"),
        (
            ("invoke", "status"),
            f"docker github twine pypi_simple bs4 pydantic pip keyring {SCREEN} werkzeug pytest junitparser",
        ),
    ],
    ids=" ".join,
)
def test_a_command_loads_no_library_that_it_does_not_use(project: Path, words: tuple[str, ...], never: str) -> None:
    assert loaded(project, *words) & set(never.split()) == set()


A_RELEASE = """
adapters.git.checkout adapters.git.push adapters.git.writer adapters.index.resolve app.container_runner app.gates
app.release core.ci.event_payload core.ci.jobs core.ci.publish_rules core.ci.workflows core.dists.manifest
core.dists.version_text core.e2e.matrix core.release.companion engine ledger_writer pipelines steps.companion_versions
steps.companions steps.end_to_end steps.fetch steps.forge_release steps.pairs steps.prove steps.seal steps.trigger
"""
"""What a release needs, or a part of its preflight that not every package has, and no command that looks."""

OTHER_FILES = """
core.version_files.ini core.version_files.json_key core.version_files.locks.lock core.version_files.python
core.version_files.setup_call core.version_files.text
"""
"""What reads version files of other types than the project's."""

FORMS = "core.report.markdown core.report.markdown_text core.report.json_form"
"""What tells a report in another form than lines."""

OF_A_STACK = """
core.stacks.host core.stacks.kit core.stacks.stack_parse core.stacks.stack_keys core.stacks.dimensions
core.stacks.stack_fit
"""
"""What reads the folders of stacks, and of the hosts that are known."""

APART = "adapters.foreign.isolation core.install.extras core.machine_faults html"
"""What runs the code of others, and tells of what went wrong."""

NOT_OF_VERSIONS = "core.report.model adapters.forges ports steps.release configparser difflib uuid"
"""What only tells of a release, or asks for one."""

OF_STATUS = (
    "adapters.files adapters.index adapters.ledger core.ci.others.nodes steps.preflight.doctor_questions steps.source"
)
"""What looks at more than the version files."""


@pytest.mark.parametrize(
    ("words", "never", "used"),
    [
        (
            ("nox", "-s", "versions"),
            f"{A_RELEASE} {OTHER_FILES} {OF_STATUS} {OF_A_STACK} {APART} {NOT_OF_VERSIONS}",
            "app.version_gate core.version_files.toml steps.stated",
        ),
        (
            ("invoke", "status"),
            f"{A_RELEASE} {OTHER_FILES} {OF_A_STACK} {APART} {FORMS} adapters.forges.github configparser",
            f"{OF_STATUS} app.status core.version_files.toml",
        ),
    ],
    ids=["versions", "status"],
)
def test_a_command_that_looks_loads_nothing_of_a_release_nor_of_files_that_are_not_there(
    project: Path, words: tuple[str, ...], never: str, used: str
) -> None:
    found = {name.removeprefix("releasegate.") for name in loaded(project, *words)}
    assert found & set(never.split()) == set()
    assert set(used.split()) <= found


@pytest.mark.parametrize("words", [("invoke", "status"), ("nox", "-s", "versions")], ids=" ".join)
def test_a_command_that_looks_compiles_no_methods_of_frozen_types(project: Path, words: tuple[str, ...]) -> None:
    """They are made by ``core/frozen.py``: ``dataclasses`` alone took two fifths of what such a command does."""
    assert _told(project, words)[1] == set()


@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_nobody_waits_for_the_client_of_a_forge_that_cannot_be_asked_without_its_token(
    project: Path, kind: str
) -> None:
    settings = project / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    named = f'kind = "{kind}", address = "https://forge.example", repository = "harbor/sample"'
    forge = f'forge = {{ {named}, token-env = "SAMPLE_FORGE_TOKEN" }}\n'
    settings.write_text(text.replace('name = "sample"\nversion-files', f'name = "sample"\n{forge}version-files'))
    try:
        assert forge in settings.read_text(encoding="utf-8")
        assert (
            loaded(project, "invoke", "status") & {"github", "jwt", "nacl", "cryptography", "requests", "urllib3"}
            == set()
        )
    finally:
        settings.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("words", [("invoke", "--list"), ("nox", "-l")], ids=" ".join)
def test_this_repository_s_own_lists_are_as_cheap(words: tuple[str, ...]) -> None:
    never = f"{CLIENTS} {SCREEN} {SHELF}".split()
    assert loaded(Path(__file__).parents[2], *words) & set(never) == set()


@pytest.mark.parametrize(("told", "kept"), [({}, True), ({"PYTHONDONTWRITEBYTECODE": "1"}, False)])
def test_what_a_command_loads_is_compiled_once_unless_python_was_told_to_keep_nothing(
    project: Path, tmp_path: Path, told: dict[str, str], *, kept: bool
) -> None:
    """No bytecode lies beside a tasks.py: invoke keeps none. What a command loads is no file of the project."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | told
    env["PYTHONPYCACHEPREFIX"] = str(tmp_path)
    subprocess.run([sys.executable, "-m", "invoke", "status"], cwd=project, env=env, capture_output=True, check=False)
    compiled = {str(Path("/") / file.relative_to(tmp_path)).partition(".")[0] for file in tmp_path.rglob("*.pyc")}

    assert any(each.endswith("releasegate/frontends/commands/status") for each in compiled) is kept
    assert str(project / "tasks") not in compiled
