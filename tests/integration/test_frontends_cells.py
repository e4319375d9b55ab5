"""The end-to-end cells on the command line: planned without an engine, refused in one sentence without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOXFILE = "from releasegate.frontends.nox import sessions\n\nsessions()\n"
TASKS = "from releasegate.frontends.invoke import ns\n\n__all__ = ['ns']\n"
PYPROJECT = """\
[[tool.releasegate.packages]]
name = "core"
path = "core"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
service = { command = ["core", "{port}"] }

[[tool.releasegate.packages]]
name = "app"
path = "app"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
companion = { name = "core", default = "1.0" }

[tool.releasegate.stack]
plugin = "app"
module = "app"
backend = "core"
mock = "mock==1"
netbox = ["image:4.5.8", "4.7.3"]
pythons = ["3.13"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("noxfile.py", NOXFILE), ("tasks.py", TASKS), ("pyproject.toml", PYPROJECT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def typed(folder: Path, *words: str, **environ: str) -> tuple[int, str, str]:
    """Return the exit code and both outputs of a command of the environment's own."""
    env = {**os.environ, "COLUMNS": "200", **environ}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


def test_the_cells_are_planned_without_a_repository_or_an_engine(project: Path) -> None:
    code, out, _ = typed(project, "nox", "-s", "e2e", "--", "--plan", "--source", "testpypi")
    assert code == 0
    assert out.splitlines() == [
        "NetBox image:4.5.8, Python 3.13, testpypi, fresh, pve",
        "NetBox pypi:4.7.3, Python 3.13, testpypi, fresh, pve",
        "NetBox image:4.5.8, Python 3.13, testpypi, upgrade, pve",
        "NetBox pypi:4.7.3, Python 3.13, testpypi, upgrade, pve",
    ]


def test_each_cell_of_the_json_plan_is_run_by_its_own_options(project: Path) -> None:
    shared = ("--version", "1.1", "--backend-version", "1.0", "--blame")
    code, out, _ = typed(project, "nox", "-s", "e2e", "--", "--plan", "json", *shared)
    cells = json.loads(out)
    assert (code, len(cells)) == (0, 4)
    for cell in cells:
        assert cell["options"].endswith(" ".join(shared))
        _, again, _ = typed(project, "nox", "-s", "e2e", "--", "--plan", *cell["options"].split())
        assert again.splitlines() == [cell["cell"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--path", "sideways"), "There is no path sideways."),
        (("--netbox", "newest"), "'newest' is no NetBox"),
        (("--service", "pmg"), "There is no service pmg."),
        (("--path", "fresh", "--from", "1.0"), "no upgrade is run"),
        (("--plan", "yaml"), "invalid choice"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_sentence(project: Path, words: tuple[str, ...], said: str) -> None:
    code, out, err = typed(project, "nox", "-s", "e2e", "--", *words, *(() if "--plan" in words else ("--plan",)))
    assert code != 0
    assert said in out + err


def test_without_docker_the_cache_cannot_be_shown(project: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    code, out, err = typed(project, "invoke", "cache", PATH=str(tmp_path / "bin"))
    assert code == 6
    assert "There is no docker command here" in out + err
    assert "-> Install a Docker engine" in out + err
