"""On a terminal something moves while a command works, it fits, and Ctrl-C leaves it as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from git_repositories import make_repository
from terminals import Shown, on_terminal

if sys.platform == "win32":
    pytest.skip("there are no such terminals", allow_module_level=True)

PROJECT = """\
[build-system]
requires = []
build-backend = "slow"
backend-path = ["."]

[project]
name = "sample"
version = "1.0.0"

[[tool.releasegate.packages]]
name = "sample"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]
"""


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A repository whose build takes its time (seconds, where they are given), and fails."""
    seconds = getattr(request, "param", 3)
    slow = f"import time\n\ntime.sleep({seconds})\nraise SystemExit('no build')\n"
    noxfile = "from releasegate.frontends.nox import sessions\n\nsessions()\n"
    files = {"pyproject.toml": PROJECT, "slow.py": slow, "noxfile.py": noxfile}
    return make_repository(tmp_path, files).root


def environ(**more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    return {**plain, "TERM": "xterm-256color", **more}


def module(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


BUILD = module("releasegate", "build")
SESSION = module("nox", "-s", "build", "--no-venv")


def frames(shown: Shown) -> set[str]:
    """Return the different ways in which the line that moves was drawn."""
    return {piece for said in shown.pieces for piece in said.split("\r") if piece.startswith("\x1b[K") and piece[3:]}


@pytest.mark.parametrize("argv", [BUILD, SESSION], ids=["releasegate", "nox"])
def test_something_moves_as_long_as_a_build_takes_and_nothing_of_it_is_left(project: Path, argv: list[str]) -> None:
    shown = on_terminal(argv, cwd=project, env=environ(), width=60)
    assert len(frames(shown)) > 5, shown.raw
    assert any("building sample 1.0.0" in frame for frame in frames(shown))
    assert not [line for line in shown.lines if line.startswith(("|", "/", "-  ", "\\"))]
    ours = [line for line in shown.lines if not line.startswith("nox > ")]
    # A word (a path) that is longer than the terminal is wide is whole, to be copied.
    assert [line for line in ours if len(line) > 60 and max(map(len, line.split())) < 50] == []
    assert shown.exit_code == {"releasegate": 4, "nox": 1}[argv[2]]
    assert any(line.startswith("-> Log: .releasegate/log/") for line in shown.lines)


@pytest.mark.parametrize("project", [30], ids=["longer than anybody waits"], indirect=True)
def test_who_ends_the_trial_of_an_adoption_is_told_that_nothing_was_written(project: Path) -> None:
    before = sorted(project.iterdir())
    shown = on_terminal(module("releasegate", "adopt", "."), cwd=project, env=environ(), interrupt_after="building")
    assert shown.exit_code == 130
    assert "Interrupted: nothing was written, and the repository is as it was." in shown.lines
    assert "-> Run the same command again; it begins anew" in shown.lines
    assert shown.lines[-1] == ""
    assert sorted(project.iterdir()) == before


@pytest.mark.parametrize("project", [30], ids=["longer than anybody waits"], indirect=True)
@pytest.mark.parametrize("argv", [BUILD, SESSION], ids=["releasegate", "nox"])
def test_who_types_ctrl_c_is_told_what_is_safe_and_how_to_go_on(project: Path, argv: list[str]) -> None:
    shown = on_terminal(argv, cwd=project, env=environ(), interrupt_after="building sample")
    assert shown.exit_code == 130
    text = " ".join(" ".join(shown.lines).split())
    assert "Interrupted: what was recorded or published stays as it is, and nothing is uploaded twice." in text
    assert "-> Run the same command again; it begins anew" in text
    assert "\x1b[?25l" not in shown.raw
    assert "Traceback" not in text


@pytest.mark.parametrize("project", [1], ids=["a second"], indirect=True)
@pytest.mark.parametrize(
    ("more", "colours"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)]
)
def test_in_a_pipe_nothing_moves_whatever_its_colours(
    project: Path,
    more: dict[str, str],
    colours: bool,  # noqa: FBT001
) -> None:
    done = subprocess.run(BUILD, cwd=project, env=environ(**more), capture_output=True, text=True, check=False)
    assert "\r" not in done.stdout
    assert "\x1b[K" not in done.stdout
    assert ("\x1b[31m" in done.stdout) is colours
    assert "sample 1.0.0\n" in done.stdout
    assert "-> Log: .releasegate/log/" in done.stderr


@pytest.mark.parametrize("project", [1], ids=["a second"], indirect=True)
def test_a_dumb_terminal_is_a_log(project: Path) -> None:
    shown = on_terminal(BUILD, cwd=project, env=environ(TERM="dumb"))
    assert "\x1b" not in shown.raw
    assert "\r" not in shown.raw.replace("\r\n", "")
    assert shown.lines[0] == "sample 1.0.0"


@pytest.mark.parametrize("project", [0], ids=["at once"], indirect=True)
@pytest.mark.parametrize("argv", [[*BUILD, "-v"], [*SESSION, "--", "-v"]], ids=["releasegate", "nox"])
def test_what_the_build_said_is_shown_where_that_is_asked_for(project: Path, argv: list[str]) -> None:
    done = subprocess.run(argv, cwd=project, env=environ(), capture_output=True, text=True, check=False)
    assert "       | no build" in done.stdout


@pytest.mark.parametrize("project", [0], ids=["at once"], indirect=True)
@pytest.mark.parametrize("argv", [[*BUILD, "-q"], [*SESSION, "--", "-q"]], ids=["releasegate", "nox"])
def test_quiet_says_verdicts_alone(project: Path, argv: list[str]) -> None:
    done = subprocess.run(argv, cwd=project, env=environ(), capture_output=True, text=True, check=False)
    said = [line for line in done.stdout.splitlines() if not line.startswith("nox > ")]
    assert [line.split()[0] for line in said] == ["sample", "fail"]
