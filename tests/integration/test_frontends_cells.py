"""The end-to-end cells on the command line: planned without an engine, refused in one sentence without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from in_process import typed_here
from packaging.version import Version

from releasegate.app import deliveries, gates
from releasegate.app.deliveries import Source
from releasegate.app.gates import EndToEndRequest
from releasegate.core.config.keys import Package
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.frontends.commands.cells import show_report
from releasegate.frontends.commands.single_gates import told
from releasegate.frontends.screen.console import Screen
from releasegate.ports import EndToEndReport

Typed = Callable[..., tuple[int, str, str]]

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
kit = "proxbox"
packages = { plugin = ["app"], backend = ["core"] }
dimensions = { netbox = ["image:4.5.8", "4.7.3"] }
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
        "NetBox image:4.5.8, Python 3.13, testpypi, fresh, pve, small, superuser, usual",
        "NetBox pypi:4.7.3, Python 3.13, testpypi, fresh, pve, large, superuser, usual",
        "NetBox image:4.5.8, Python 3.13, testpypi, upgrade, pve, small, ordinary, usual",
        "NetBox pypi:4.7.3, Python 3.13, testpypi, upgrade, pve, small, superuser, whole",
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


def test_the_dimensions_of_the_stack_are_options_of_the_session_and_of_the_command(project: Path) -> None:
    for words in (("nox", "-s", "e2e", "--", "--help"), ("releasegate", "e2e", "--help")):
        code, out, _ = typed(project, *words)
        assert code == 0
        assert "--netbox NETBOX" in out
        assert "--service SERVICE" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--path", "sideways"), "There is no path sideways."),
        (("--netbox", "oldest"), "'oldest' is no NetBox"),
        (("--service", "pmg"), "There is no service pmg; name one of: pve, pbs, pdm"),
        (("--path", "fresh", "--from", "1.0"), "no upgrade is run"),
        (("--plan", "yaml"), "--plan does not know yaml."),
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
    assert " build environments, " in out
    assert "There is no docker command here" in out + err
    assert "-> Install a Docker engine" in out + err


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return what runs ``releasegate`` in this process: its exit code, and both outputs."""
    monkeypatch.chdir(project)

    return partial(typed_here, capsys)


def test_without_docker_and_without_a_stack_what_builds_keep_is_shown_and_cleared(
    here: Typed, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # nobody's own is cleared
    assert here("cache", "--clear")[0] == Unavailable.exit_code
    table = project / "pyproject.toml"
    table.write_text(table.read_text().partition("[tool.releasegate.stack]")[0])
    code, out, err = here("cache", "--clear")
    assert code == 0, out + err
    assert "removed 0 build environments" in out
    assert "what containers keep was not looked at, and no stack here needs it: There is no docker" in out


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, EndToEndRequest]]:
    """Judge nothing: what comes from PyPI passes, all else fails; return what was asked for."""
    requests: list[tuple[str, EndToEndRequest]] = []

    def judged(_: object, package: Package, request: EndToEndRequest, *, told: object) -> SimpleNamespace:
        assert told is not None
        requests.append((package.name, request))
        if request.source.name != "pypi":
            raise GateFailed(f"It fails from {request.source.name}.", hint="Mend it")
        return SimpleNamespace(verdict="pass", seconds=3.0)

    monkeypatch.setattr(gates, "end_to_end", judged)
    return requests


@pytest.mark.parametrize("words", [("nox", "-s", "e2e", "--"), ("releasegate", "e2e")])
def test_a_dimension_of_the_stack_is_an_option_whoever_is_asked_and_however_loud(
    words: tuple[str, ...], project: Path
) -> None:
    options = ("--verbose", "--netbox", "4.7.3", "--world", "large", "--user", "ordinary", "--path", "fresh", "--plan")
    code, out, err = typed(project, *words, *options)
    assert code == 0, err
    assert out.splitlines()[0] == "NetBox pypi:4.7.3, Python 3.13, dist, fresh, pve, large, ordinary, usual"


def test_the_command_plans_the_same_cells_as_the_session(here: Typed, project: Path) -> None:
    options = ("--plan", "json", "--version", "1.1", "--package", "app", "--blame", "--service", "pbs")
    code, out, _ = here("e2e", *options)
    assert (code, out) == typed(project, "nox", "-s", "e2e", "--", *options)[:2]
    assert all(cell["options"].endswith("--package app --version 1.1 --blame") for cell in json.loads(out))
    assert here("e2e", "--plan", "--source", "testpypi")[1].splitlines()[0].startswith("NetBox image:4.5.8")


def test_a_package_is_run_from_each_source_and_every_failure_is_shown(
    here: Typed, asked: list[tuple[str, EndToEndRequest]]
) -> None:
    backend = ("--backend-source", "pypi", "--backend-version", "1.0")
    code, out, err = here("e2e", "--source", "dist", "--source", "pypi", "--source", "testpypi", *backend)
    assert code == GateFailed.exit_code
    assert "app: pass (3 s)" in out
    assert err.count("It fails from dist.") == err.count("It fails from testpypi.") == 1
    companions = {"core": Source("pypi", Version("1.0"))}
    assert asked == [("app", EndToEndRequest(Source(name), companions)) for name in ("dist", "pypi", "testpypi")]


def unavailable_from_dist(_: object, __: Package, request: EndToEndRequest, **___: object) -> SimpleNamespace:
    """Judge nothing from dist, fail what comes from TestPyPI, pass all else."""
    if request.source.name == "dist":
        raise Unavailable("The mock ended.", hint="Run it again")
    if request.source.name == "testpypi":
        raise GateFailed("It fails.", hint="Mend it")
    return SimpleNamespace(verdict="pass", seconds=3.0)


@pytest.mark.parametrize(
    ("sources", "code"), [(("dist", "pypi"), 6), (("dist", "testpypi", "pypi"), 4), (("pypi",), 0)]
)
def test_what_could_not_be_judged_ends_with_its_own_code_and_keeps_no_other_source_from_being_judged(
    here: Typed, monkeypatch: pytest.MonkeyPatch, sources: tuple[str, ...], code: int
) -> None:
    monkeypatch.setattr(gates, "end_to_end", unavailable_from_dist)
    ended, out, err = here("e2e", *(word for name in sources for word in ("--source", name)))
    assert (ended, out.count("app: pass (3 s)")) == (code, 1)
    assert err.count("The mock ended.") == sources.count("dist")


def test_nox_says_in_one_line_which_it_was() -> None:
    failed = {
        "app": Unavailable("The mock ended.", hint="Run it again"),
        "core": GateFailed("It fails.", hint="Mend it"),
    }
    assert told(failed) == "not passed: app: unavailable (exit code 6), core: fail (exit code 4)"


def test_a_stack_that_is_left_up_is_told_last(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"cell": "c", "verdict": "pass", "seconds": 1.0, "phases": {}, "notes": [], "problems": [], "objects": {}}
    evidence = {"cells": [row], "report": "rg-1"}
    show_report(Screen(), "x", EndToEndReport("pass", (), (), 1.0, evidence, left_up=("take it down: docker",)))
    assert capsys.readouterr().out.splitlines()[-1] == "left up: take it down: docker"


def test_without_a_source_a_stack_says_where_it_comes_from(
    here: Typed, asked: list[tuple[str, EndToEndRequest]]
) -> None:
    here("e2e")
    assert [request.source.name for _, request in asked] == ["dist"]


def test_what_declares_no_end_to_end_command_is_not_run(
    here: Typed, asked: list[tuple[str, EndToEndRequest]], project: Path
) -> None:
    file = project / "pyproject.toml"
    file.write_text(PYPROJECT.partition("\n[tool.releasegate.stack]")[0], encoding="utf-8")
    code, out, _ = here("e2e", "--package", "app")
    assert code == 0
    assert "app: not run, it declares no end-to-end command" in out
    assert asked == []


def test_what_is_recorded_is_about_the_index_that_proves_the_version(
    here: Typed, asked: list[tuple[str, EndToEndRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "recorded", lambda _, package: (package or "app", "pypi"))
    assert here("e2e", "--record")[0] == 0
    assert asked == [("app", EndToEndRequest(Source("pypi"), recorded=True))]


@pytest.mark.parametrize("option", ["--version", "--backend-version"])
def test_a_version_that_is_none_is_refused(here: Typed, option: str) -> None:
    code, _, err = here("e2e", option, "newest", "--backend-source", "pypi")
    assert code == 2
    assert "'newest' is not a version." in err
