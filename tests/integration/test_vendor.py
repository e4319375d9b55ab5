"""A repository can carry the releasegate that runs: its wheel is whole, and its setup installs it by hashes alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import cast

import pytest
from packaging.requirements import Requirement
from testpair import make_pair

from releasegate.about import version
from releasegate.adapters.build.own_wheel import own_wheel
from releasegate.adapters.build.pinned import pinned
from releasegate.adapters.index.addresses import addresses
from releasegate.adapters.process import Completed
from releasegate.app.ci import vendor
from releasegate.app.ci.vendor import FOLDER, setup_commands, vendored
from releasegate.app.project import load
from releasegate.core.config.keys import IndexConfig
from releasegate.core.dists.archive import read_wheel
from releasegate.core.errors import ConfigurationError, Refused, Unavailable
from releasegate.frontends.commands import handover
from releasegate.frontends.screen.console import Screen
from releasegate.rehearsal.index import EmbeddedIndex


def test_equal_sources_make_equal_bytes() -> None:
    wheel = own_wheel()
    assert wheel == own_wheel()
    assert wheel.filename == f"releasegate-{version()}-py3-none-any.whl"
    assert {Requirement(each).name for each in wheel.requires} >= {"packaging", "twine", "uv"}


def test_the_wheel_is_whole_and_runs_from_where_it_is_installed(tmp_path: Path) -> None:
    wheel = own_wheel()
    members = read_wheel(wheel.filename, wheel.content)
    assert not [name for name in members if "__pycache__" in name]
    (tmp_path / wheel.filename).write_bytes(wheel.content)
    there = tmp_path / "site"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--offline", "--target", str(there)]
    subprocess.run([*uv, str(tmp_path / wheel.filename)], check=True)
    code = (
        "import releasegate, sys; from releasegate.adapters.package_data import package_folder;"
        "print(releasegate.__file__, *(package_folder(n) for n in ('e2e', 'examples')));"
        "from releasegate.adapters.build.own_wheel import own_wheel; print(own_wheel().sha256)"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(there)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    places, digest = done.stdout.splitlines()
    assert [Path(each).is_relative_to(there) for each in places.split()] == [True] * 3
    # The wheel that the installed wheel makes of itself is the same.
    assert digest == wheel.sha256


def test_what_is_wanted_has_the_extra_and_no_marker_of_it() -> None:
    requires = ["a>=1", "b ; extra == 'attestations'", "c ; extra == 'other'", "d ; python_version < '3'"]
    assert vendor._wanted(requires) == ["a>=1", "b"]


def test_the_setup_asks_no_index_for_releasegate_and_imports_nothing_of_the_repository() -> None:
    commands = setup_commands(pythons=("3.12", "3.13"))
    assert [command for command in commands if "python" in command[0] and "-I" not in command] == []
    (install,) = [command for command in commands if "install" in command and "pip" in command]
    assert {"--require-hashes", "--no-deps"} <= set(install)
    assert commands[-1][-3:] == ("install", "3.12", "3.13")
    assert len(setup_commands()) == 3


@pytest.mark.network
@pytest.mark.slow
def test_a_runner_gets_releasegate_from_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "PLACE", str(tmp_path / "env"))
    index = addresses(IndexConfig("pypi")).simple
    made = vendored(index=index, environ=dict(os.environ))
    wheel = next(path for path in made.files if path.suffix == ".whl")
    assert set(made.files) == {wheel, FOLDER / "requirements.txt"}
    text = made.files[FOLDER / "requirements.txt"].decode()
    assert f"./{wheel} --hash=sha256:{hashlib.sha256(made.files[wheel]).hexdigest()}" in text
    assert "://" not in text
    assert "pypi-attestations==" in text
    for path, content in made.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    env = {**os.environ, "GITHUB_PATH": str(tmp_path / "path")}
    for command in made.setup:
        subprocess.run(command, cwd=tmp_path, env=env, check=True)
    (added,) = (tmp_path / "path").read_text().split()
    done = subprocess.run([f"{added}/releasegate", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"releasegate {version()}\n"
    assert PurePosixPath(added) == PurePosixPath(vendor.PLACE) / "bin"


def test_the_wheel_and_every_pin_are_known_by_their_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def pinned(wanted: object, **_: object) -> str:
        asked.append(wanted)
        return "invoke==1 --hash=sha256:0\n"

    monkeypatch.setattr(vendor, "pinned", pinned)
    made = vendored(index="index", environ={}, pythons=("3.12",))
    wheel = next(path for path in made.files if path.suffix == ".whl")
    digest = hashlib.sha256(made.files[wheel]).hexdigest()
    lines = made.files[FOLDER / "requirements.txt"].decode().splitlines()
    assert lines[-2:] == [f"./{wheel} --hash=sha256:{digest}", "invoke==1 --hash=sha256:0"]
    assert made.setup == setup_commands(FOLDER, ("3.12",))
    assert len(asked) == 1


_FORGE = 'forge = { kind = "github", repository = "someone/pair" }\n'
_PACKAGE = f"[[tool.releasegate.packages]]\n{_FORGE}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository that says nothing of its runners; no index is asked."""
    monkeypatch.setattr(vendor, "pinned", lambda *_, **__: "invoke==1 --hash=sha256:0\n")
    root = make_pair(tmp_path / "project", settings="production-without-forge = true\n").root
    text = (root / "pyproject.toml").read_text()
    text = text.replace("[tool.releasegate.ci]", "[tool.other]")
    (root / "pyproject.toml").write_text(text.replace("[[tool.releasegate.packages]]\n", _PACKAGE))
    return root


def test_a_repository_gets_the_files_and_the_setup_once(project: Path) -> None:
    before = (project / "pyproject.toml").read_text()
    assert load(project, environ={}).settings.ci.setup == ()
    older = project / FOLDER / "releasegate-0.0.1-py3-none-any.whl"
    older.parent.mkdir(parents=True)
    older.write_bytes(b"")
    changed = vendor.vendor(load(project, environ={}))
    wheel = f"releasegate-{version()}-py3-none-any.whl"
    assert {path.name for path in (project / FOLDER).iterdir()} == {wheel, "requirements.txt"}
    assert changed.settings.ci.setup[0][:2] == ("python3", "-I")
    text = (project / "pyproject.toml").read_text()
    assert text.startswith(before.rstrip())
    vendor.vendor(changed)
    assert (project / "pyproject.toml").read_text() == text


def test_a_table_that_lacks_the_setup_is_left_and_the_lines_are_said(project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(file.read_text() + "\n[tool.releasegate.ci]\ndeadline = 60.0\n")
    before = file.read_text()
    with pytest.raises(Refused, match="names no setup") as told:
        vendor.vendor(load(project, environ={}))
    assert told.value.details[0] == "setup = ["
    assert file.read_text() == before
    assert not (project / FOLDER).exists()


def test_nothing_is_written_where_the_workflows_cannot_be(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    screen = cast(Screen, SimpleNamespace(say=said.append, tell=said.append))
    monkeypatch.chdir(project)
    before = (project / "pyproject.toml").read_text()
    with pytest.raises(ConfigurationError, match="writes nothing"):
        handover.workflows(screen, check=True, force=False, vendored=True)
    by_hand = project / ".github/workflows/release.yml"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text("on: push\n")
    with pytest.raises(Refused, match="by hand"):
        handover.workflows(screen, check=False, force=False, vendored=True)
    (project / "pyproject.toml").write_text(before.replace(_FORGE, ""))
    with pytest.raises(ConfigurationError, match="on which forge"):
        handover.workflows(screen, check=False, force=False, vendored=True)
    assert not said
    assert not (project / FOLDER).exists()


def test_the_flag_vendors_before_the_workflows_are_written_and_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    screen = cast(Screen, SimpleNamespace(say=said.append, tell=said.append))
    monkeypatch.chdir(project)
    handover.workflows(screen, check=False, force=False, vendored=True)
    assert said[0].startswith("ci/releasegate")
    assert any(line.startswith("wrote .github/workflows/") for line in said)
    assert (project / FOLDER / "requirements.txt").is_file()


def test_an_index_that_answers_and_has_nothing_that_fits_is_told_from_one_that_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        EmbeddedIndex(name="empty", root=tmp_path, token="secret") as index,
        pytest.raises(Unavailable, match="the index answers, and has nothing that fits") as none,
    ):
        pinned(["invoke==1.7"], index=index.simple_url, python="3.12", environ=os.environ)
    assert none.value.hint.startswith("Name an index that has what these lines miss")
    assert any("invoke" in line for line in none.value.details)
    refused = Completed(2, "", "error: Request failed after 3 retries\n  cause: Connection refused\n")
    monkeypatch.setattr("releasegate.adapters.build.pinned.run", lambda *_, **__: refused)
    with pytest.raises(Unavailable, match="cannot be resolved") as away:
        pinned(["invoke"], index="index", python="3.12", environ=os.environ)
    assert away.value.hint == "Run the same command again when the index answers"
