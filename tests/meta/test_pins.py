"""Every set-up installs what is pinned: the places of the pins agree, and this environment is what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pins
from pins import CONSTRAINTS, PROJECT, REQUIREMENTS, ROOT, Pins

FILES = (PROJECT, REQUIREMENTS, CONSTRAINTS)
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / ".ci/run", ROOT / "noxfile.py")
BOTH = ("a==1", "b==2 ; os_name == 'nt'")
AGREEING = Pins(requirements=BOTH, constraints=BOTH, uv=BOTH, build=BOTH[:1])


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / PROJECT).read_text(encoding="utf-8"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with the files of the pins."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def names(requirements: Iterable[str]) -> set[str]:
    """Return the normalised names of requirements that count here."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(each.name) for each in parsed if each.marker is None or each.marker.evaluate()}


def closure(wanted: set[str]) -> set[str]:
    """Return what these installed distributions need, and what that needs."""
    found: set[str] = set()
    while new := wanted - found:
        found |= new
        wanted = {need for name in new for need in names(requires(name) or ())}
    return found


def unpinned(text: str) -> list[str]:
    """Return the lines by which pip or uvx, which read no project file, install what they like."""
    # An array of words is a command line, too.
    commands = {line: re.sub(r"""["', ]+""", " ", line) for line in text.splitlines()}
    installing, pinned = (
        re.compile(r"\bpip install\b|\buvx "),
        re.compile(r"-c (\S+/)?constraints\.txt|--require-hashes"),
    )
    return [line for line, words in commands.items() if installing.search(words) and not pinned.search(words)]


def test_what_is_installed_here_is_what_is_pinned() -> None:
    hint = "run `.venv/bin/uv sync`; if a dependency was changed, `.venv/bin/nox -s pins` first"
    assert pins.deviations(Pins.read(ROOT).requirements, pins.installed()) == [], hint


def test_every_place_states_the_same_pins() -> None:
    assert Pins.read(ROOT).disagreements() == [], "run `.venv/bin/nox -s pins`"


def test_every_pin_is_of_one_version_and_has_a_hash() -> None:
    text = (ROOT / REQUIREMENTS).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?! )", text.strip("\n"))
    assert len(blocks) == len(Pins.read(ROOT).requirements) > 0
    assert [block for block in blocks if not re.match(r"[a-z0-9-]+==[^\s;]+ .*--hash=sha256:", block, re.DOTALL)] == []


def test_what_the_backend_asks_for_is_pinned_with_all_that_it_needs(project: dict[str, Any]) -> None:
    from hatchling.build import get_requires_for_build_editable, get_requires_for_build_wheel  # noqa: PLC0415

    asked = [*project["build-system"]["requires"], *get_requires_for_build_editable(), *get_requires_for_build_wheel()]
    assert names(asked) == names(project["dependency-groups"]["build"])
    assert closure(names(asked)) == names(Pins.read(ROOT).build)


def test_what_the_build_system_requires_is_what_the_group_requires(project: dict[str, Any]) -> None:
    assert set(project["build-system"]["requires"]) <= set(project["dependency-groups"]["build"])


def test_the_environment_of_the_tests_has_every_extra(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"].values()
    assert {each for extra in extras for each in extra} - set(map(str, project["dependency-groups"]["dev"])) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_install_line_of_a_document_names_the_constraints(page: Path) -> None:
    assert unpinned(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line", ["pip install uv", "python3 -m pip install -q uv", 'x = ["pip", "install", "uv"]', "uvx nox"]
)
def test_an_install_line_without_the_constraints_is_found(line: str) -> None:
    assert unpinned(f"Text.\n{line}\npip install -c constraints.txt uv\nuvx -c constraints.txt nox") == [line]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (replace(AGREEING, constraints=BOTH[:1]), "constraints.txt lacks b==2 ; os_name == 'nt'"),
        (replace(AGREEING, constraints=("c==3", *BOTH)), "constraints.txt alone has c==3"),
        (replace(AGREEING, uv=BOTH[1:]), "pyproject.toml, constraint-dependencies lacks a==1"),
        (replace(AGREEING, uv=("c==3", *BOTH)), "pyproject.toml, constraint-dependencies alone has c==3"),
        (replace(AGREEING, build=("a==2",)), "pyproject.toml, build-constraint-dependencies alone has a==2"),
    ],
)
def test_a_place_that_states_other_pins_is_found(spoilt: Pins, said: str) -> None:
    assert AGREEING.disagreements() == []
    assert spoilt.disagreements() == [said]


@pytest.mark.parametrize("name", FILES)
def test_a_version_that_is_changed_in_one_file_is_found(copy: Path, name: str) -> None:
    path = copy / name
    path.write_text(re.sub(r"\buv==[\d.]+", "uv==0.0.1", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert any("uv==0.0.1" in each or "lacks uv==" in each for each in Pins.read(copy).disagreements())


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"a": "1"}, []),
        ({"a": "2"}, ["a: installed 2, pinned 1"]),
        ({}, ["a: installed is none, pinned 1"]),
        ({"a": "1", "c": "3"}, ["c: installed 3, pinned is none"]),
        ({"a": "1", "b": "2"}, ["b: installed 2, pinned is none"]),
    ],
)
def test_an_environment_that_is_not_the_pinned_one_is_found(found: dict[str, str], said: list[str]) -> None:
    elsewhere = "nt" if os.name != "nt" else "posix"
    assert pins.deviations(["a==1", f"b==2 ; os_name == '{elsewhere}'"], found) == said


def test_a_package_that_is_added_to_this_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Not_Pinned-1.0.dist-info").mkdir()
    (tmp_path / "Not_Pinned-1.0.dist-info/METADATA").write_text("Name: Not_Pinned\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert pins.deviations(Pins.read(ROOT).requirements, pins.installed())[:1] == [
        "not-pinned: installed 1.0, pinned is none"
    ]


def test_nothing_is_written_where_uv_locks_something_else() -> None:
    pins.refuse_another(["a==1"], ["a==1"])
    with pytest.raises(SystemExit, match=r"lacks a==1\n.* alone has a==2\nNothing was written"):
        pins.refuse_another(["a==1"], ["a==2"])


@pytest.mark.network
def test_one_command_mends_every_place_and_keeps_the_versions(copy: Path) -> None:
    (copy / CONSTRAINTS).write_text("uv==0.0.1\n")
    text = (copy / PROJECT).read_text(encoding="utf-8")
    tables = {pins.TABLE: ["uv==0.0.1"], pins.BUILD_TABLE: ["hatchling==0.1"]}
    (copy / PROJECT).write_text(pins.with_tables(text, tables), encoding="utf-8")
    assert pins.refresh(copy, []) == [], "run `.venv/bin/nox -s pins`"
    assert [name for name in FILES if (copy / name).read_bytes() != (ROOT / name).read_bytes()] == []


@pytest.mark.network
def test_a_dependency_that_goes_takes_its_pins_with_it(copy: Path) -> None:
    text = (copy / PROJECT).read_text(encoding="utf-8")
    (copy / PROJECT).write_text(re.sub(r'^    "zizmor.*\n', "", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    (gone,) = pins.refresh(copy, [])
    assert gone.startswith("- zizmor==")
    assert Pins.read(copy).disagreements() == []


@pytest.mark.network
def test_pins_that_cannot_be_resolved_leave_every_file_as_it_was(copy: Path) -> None:
    text = (copy / PROJECT).read_text(encoding="utf-8")
    (copy / PROJECT).write_text(text.replace('"uv>=', '"uv<0.1", "uv>='), encoding="utf-8")
    before = [(copy / name).read_bytes() for name in FILES]
    with pytest.raises(subprocess.CalledProcessError):
        pins.refresh(copy, [])
    assert [(copy / name).read_bytes() for name in FILES] == before


def test_the_project_leads_to_the_packages_that_it_releases(project: dict[str, Any]) -> None:
    packages = project["tool"]["releasegate"]["packages"]
    homes = {package["name"]: f"https://github.com/{package['forge']['repository']}" for package in packages}
    assert project["project"]["urls"] == homes
