"""The command ``releasegate``: what it knows, what it loads of others, and how it ends for what it does not know."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from git_repositories import git, make_repository
from in_process import typed_here

from releasegate.about import version
from releasegate.core.errors import GateFailed, NotYet, ReleasegateError, Unavailable
from releasegate.frontends.commands.single_gates import exit_code
from releasegate.frontends.invoke import ns
from releasegate.frontends.nox import _help, _parser
from releasegate.frontends.options import GATES, Gate
from releasegate.frontends.program import Releasegate

PACKAGE = """\
[project]
name = "sample"
version = "1.0.0"

[[tool.releasegate.packages]]
name = "sample"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]
"""
OTHER = """\

[[tool.releasegate.packages]]
name = "other"
version-files = [{ toml = "missing.toml", key = "project.version" }]
pythons = ["3.12"]
"""

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configured repository that has files of invoke's and Nox's which nobody may load."""
    loaded = dict.fromkeys(("tasks.py", "noxfile.py"), "raise SystemExit('this was loaded')\n")
    make_repository(tmp_path, {"pyproject.toml": PACKAGE, "invoke.yaml": "run: {dry: true}\n", **loaded})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INVOKE_RUN_DRY", "1")
    return tmp_path


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return what runs a command line in this process: its exit code, and both outputs."""
    return partial(typed_here, capsys)


@pytest.mark.parametrize("words", [("--version",), ("-V",), ("status", "--version")])
def test_it_knows_its_version(typed: Typed, words: tuple[str, ...]) -> None:
    assert typed(*words) == (0, f"releasegate {version()}\n", "")


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("--list",), ("-l",)])
def test_it_lists_the_tasks_and_the_gates_and_the_options_that_make_sense(typed: Typed, words: tuple[str, ...]) -> None:
    code, out, err = typed(*words)
    assert (code, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines() if line.startswith("  ") and line[2:3].isalpha()]
    commands = {"adopt", "release", "status", "waive", "rehearse", "versions", "build", "install-check", "e2e"}
    assert commands <= set(names)
    for option in ("--dry", "--collection", "--search-root", "--no-dedupe", "--echo", "--pty"):
        assert option not in out
    assert "releasegate release --rc --plan" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("e2e", "--help"), ("Example: releasegate e2e --source testpypi", "--plan [json]", "--blame")),
        (("--help", "install_check"), ("Example: releasegate install-check --source testpypi", "--source SOURCE")),
        (("waive", "--help"), ("Example: releasegate waive --package", "--reason=STRING")),
        (("adopt", "--help"), ("Example: releasegate adopt ../my-plugin", "--path=STRING")),
    ],
)
def test_a_command_says_what_it_takes_with_an_example(typed: Typed, words: tuple[str, ...], said: tuple[str]) -> None:
    code, out, err = typed(*words)
    assert (code, err) == (0, "")
    for each in said:
        assert each in out


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("sample", "--help"), ("sample", "1.0", "-h")])
def test_help_is_no_name_for_a_command_that_needs_one(typed: Typed, words: tuple[str, ...]) -> None:
    code, out, err = typed("verify", *words)
    assert (code, err) == (0, "")
    assert out.startswith("Usage: releasegate verify [OPTIONS]")
    assert "Example: releasegate verify" in out


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (("statsu",), "There is no command statsu.", "Did you mean status?"),
        (("zzz",), "There is no command zzz.", "Name one of: adopt, build, "),
        (
            ("status", "rubbish"),
            "status does not take the word rubbish.",
            "Write the option that it belongs to",
        ),
        (
            ("release", "--rc", "1.2.0"),
            "release does not take the word 1.2.0.",
            "Write the option that it belongs to",
        ),
        (("help", "status"), "There is no command help.", "See releasegate status --help"),
        (("verify", "sample"), "verify needs VERSION.", "See an example: releasegate verify --help"),
        (("-v", "status"), "releasegate has no option -v.", "Write it behind the command: releasegate COMMAND -v"),
        (("release", "--final"), "release has no option --final.", "Name one of: "),
        (("status", "-v", "-q"), "--verbose and --quiet exclude each other.", "Give one of them"),
        (("--help", "versoins"), "There is no command versoins.", "Did you mean versions?"),
        (("release", "--pakcage", "x"), "release has no option --pakcage.", "Did you mean --package?"),
        (("e2e", "--sauce=pypi"), "e2e has no option --sauce.", "Did you mean --source?"),
        (("--collection", "x", "status"), "releasegate has no option --collection.", "Name one of: "),
        (("--dry", "release"), "releasegate has no option --dry.", "releasegate release --plan"),
        (("release", "--dry-run"), "release has no option --dry-run.", "releasegate release --plan"),
        (("-R", "release"), "releasegate has no option -R.", "Name one of: --help, --list, --version"),
        (("status", "--package"), "--package needs a value.", "Write --package VALUE"),
        (("e2e", "--backend-source"), "--backend-source needs a value.", "Write --backend-source VALUE"),
        (("e2e", "--plan", "versions"), "--plan does not take the word versions.", "See releasegate e2e --help"),
        (("adopt", "one", "two"), "adopt does not take the word two.", "Write the option"),
    ],
)
def test_what_it_does_not_know_ends_with_2_and_two_lines(
    typed: Typed, words: tuple[str, ...], problem: str, hint: str
) -> None:
    code, out, err = typed(*words)
    assert (code, out) == (2, "")
    first, second = err.splitlines()
    assert first.startswith(problem)
    assert second.startswith(f"-> {hint}")


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (("e2e", "--path", "fresh"), "--path chooses cells of a stack, and there is none here.", "Leave it out"),
        (("rehearse", "--pair", "proxbx"), "There is no pair proxbx.", "Did you mean proxbox?"),
        (("build", "--package", "Smaple"), "There is no package Smaple.", "Did you mean sample?"),
        (("install-check", "--source", "testpipy"), "There is no source testpipy.", "Did you mean testpypi?"),
        (("release", "--rc", "--until", "isntall"), "No gate begins with 'isntall'.", "Did you mean install?"),
    ],
)
def test_a_word_of_the_project_that_is_mistyped_names_its_nearest_neighbour(
    project: Path, typed: Typed, words: tuple[str, ...], problem: str, hint: str
) -> None:
    assert project.is_dir()
    code, out, err = typed(*words)
    assert (code, out) == (2, "")
    first, second = err.splitlines()
    assert first == problem
    assert second.startswith(f"-> {hint}")


def test_a_word_that_an_option_does_not_know_is_refused(project: Path, typed: Typed) -> None:
    assert project.is_dir()
    assert typed("e2e", "--plan", "yaml") == (2, "", "--plan does not know yaml.\n-> Name one of: text, json\n")


def test_a_gate_runs_without_what_others_load(project: Path, typed: Typed) -> None:
    code, out, err = typed("versions")
    assert (code, err) == (0, "")
    assert "sample: pyproject.toml:3 states 1.0.0" in out
    assert project.is_dir()


def test_a_gate_takes_the_options_of_the_session(project: Path, typed: Typed) -> None:
    assert typed("versions", "--package", "sample", "--tag", "v1.0.0", "--path", str(project))[0] == 0
    code, _, err = typed("versions", "--package", "sample", "--tag", "v2.0.0")
    assert code == GateFailed.exit_code
    assert "tag v2.0.0" in err


@pytest.mark.parametrize("name", ["install-check", "install_check"])
def test_the_install_check_has_both_its_names(project: Path, typed: Typed, name: str) -> None:
    assert project.is_dir()
    code, _, err = typed(name, "--source", "nowhere")
    assert code == 2
    assert "There is no source nowhere." in err


def test_a_plan_without_a_word_is_text(project: Path, typed: Typed) -> None:
    assert project.is_dir()
    code, _, err = typed("e2e", "--plan")
    assert code == 2
    assert "This project configures no stack." in err


def test_every_package_is_judged_and_the_worst_decides(project: Path, typed: Typed) -> None:
    (project / "pyproject.toml").write_text(PACKAGE + OTHER, encoding="utf-8")
    code, out, err = typed("versions")
    assert code == GateFailed.exit_code
    assert "sample: pyproject.toml:3 states 1.0.0" in out
    assert "missing.toml is not there" in err


@pytest.mark.parametrize(
    ("failed", "code"), [((), 0), ((NotYet,), 75), ((NotYet, Unavailable), 6), ((NotYet, GateFailed, Unavailable), 4)]
)
def test_what_is_certain_goes_before_what_may_pass(failed: tuple[type[ReleasegateError], ...], code: int) -> None:
    assert exit_code({each.__name__: each("It did not pass.", hint="Look") for each in failed}) == code


@pytest.mark.parametrize("words", [("adopt", "."), ("adopt",), ("adopt", "--path", ".")])
def test_a_repository_that_has_nothing_is_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Typed, words: tuple[str, ...]
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "sample"\nversion = "1.0.0"\n', encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    monkeypatch.chdir(tmp_path)
    code, out, err = typed(*words)
    assert (code, err) == (0, "")
    assert "Nothing was written." in out
    assert typed(*words, "--yes")[0] == 0
    assert sorted(path.name for path in tmp_path.glob("[!.]*")) == ["noxfile.py", "pyproject.toml", "tasks.py"]
    assert typed("versions")[0] == 0


def test_a_command_line_that_was_understood_can_go_on_in_the_same_process(capsys: pytest.CaptureFixture[str]) -> None:
    Releasegate().run(["releasegate", "--version"], exit=False)
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", [*ns.task_names, *(gate.command for gate in GATES)])
def test_help_is_no_wider_than_the_terminal(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("releasegate.frontends.screen.terminal_text.width_of", lambda *_: 80)
    Releasegate().run(["releasegate", command, "--help"], exit=False)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"Usage: releasegate {command} [OPTIONS]"
    assert [line for line in told if len(line) > 80] == []
    assert any(line.startswith(f"Example: releasegate {command}") for line in told)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_help_of_a_session_is_no_wider_and_its_example_is_one_command(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("releasegate.frontends.screen.terminal_text.width_of", lambda *_: 50)
    monkeypatch.setenv("COLUMNS", "52")
    _help(_parser(gate, "release-"))
    example = capsys.readouterr().out.partition("Example: ")[2]
    assert max(map(len, example.splitlines())) <= 50
    words = f"nox -s release-{gate.name} -- {gate.example}"
    assert shlex.split(example.replace("\\\n", "")) == shlex.split(words)


def test_a_module_and_a_script_are_the_same_command(project: Path) -> None:
    script = Path(sys.executable).with_name("releasegate")
    for command in ([sys.executable, "-m", "releasegate"], [str(script)]):
        done = subprocess.run([*command, "versions"], cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "sample: pyproject.toml:3 states 1.0.0" in done.stdout


HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""Becomes the command that is given, which an interrupt reaches."""


@pytest.mark.parametrize("tool", [("releasegate",), ("invoke", "--search-root", ".", "--collection", "ours")])
def test_an_interrupted_command_says_what_is_safe_and_how_to_go_on(project: Path, tool: tuple[str, ...]) -> None:
    (project / "ours.py").write_text("from releasegate.frontends.invoke import ns\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        indexes = "".join(
            f'\n[tool.releasegate.indexes.{name}]\nupload = "{address}/"\nsimple = "{address}/simple"\n'
            for name in ("testpypi", "pypi")
        )
        (project / "pyproject.toml").write_text(PACKAGE + indexes, encoding="utf-8")
        environ = {name: value for name, value in os.environ.items() if name != "INVOKE_RUN_DRY"}
        (project / "invoke.yaml").unlink()
        command = [sys.executable, "-m", *tool, "status"]
        # What a shell runs in the background ignores an interrupt, and so would what it starts.
        running = subprocess.Popen(
            [sys.executable, "-c", HEARING, *command],
            cwd=project,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(60)
        connection, _ = silent.accept()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        connection.close()
    assert running.returncode == 130, err
    first, second = err.splitlines()
    assert first == "Interrupted: what was recorded or published stays as it is, and nothing is uploaded twice."
    assert second == "-> Run the same command again; it begins anew"


def test_an_option_of_a_stack_in_a_wrong_configuration_is_answered_with_what_is_wrong_there(
    project: Path, typed: Typed
) -> None:
    (project / "pyproject.toml").write_text(f"{PACKAGE}pythns = []\n", encoding="utf-8")
    code, _, err = typed("e2e", "--netbox", "4.7.3")
    assert code == 2
    assert "pythns" in err
    assert "--netbox" not in err
