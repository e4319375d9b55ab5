"""The documents say what the code does: the generated page, the commands, the examples, the links."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, cast, get_args

import pytest
from documented import PAGES, ROOT, blocks, read, unfenced

from releasegate.adapters.foreign.tools import SHARED
from releasegate.adapters.kit_folders import KitsBeside, kit_folders, shipped
from releasegate.adapters.processes.companions import companion_variables, delivered
from releasegate.core.config.parse import parse_settings, table_elsewhere
from releasegate.core.config.stack import image_variable
from releasegate.core.config.version_file_types import TomlVersionFile
from releasegate.core.report.model import ReportKind
from releasegate.frontends.generated.reference import render
from releasegate.frontends.invoke import ns
from releasegate.frontends.options import GATES


def anchors(path: Path) -> set[str]:
    """Return the names under which a page's headings can be linked to, outside of fenced blocks."""
    headings = re.findall(r"^#+ (.+)$", unfenced(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["how-to", "day-to-day"])
def test_every_section_of_a_page_is_in_its_list_of_contents_in_its_order(name: str) -> None:
    begins, *sections = re.split(r"^## ", unfenced(ROOT / f"docs/{name}.md"), flags=re.MULTILINE)
    listed = re.findall(r"^- \[(.+)\]\(#([^)]+)\)", begins, re.MULTILINE)
    titles = [section.splitlines()[0] for section in sections]
    assert [title for title, _ in listed] == titles


@pytest.mark.parametrize("name", ["how-to", "day-to-day"])
def test_the_pages_name_all_that_the_one_model_tells(name: str) -> None:
    kinds = [f"`{kind}`" for kind in get_args(ReportKind)]
    assert f"{', '.join(kinds[:-1])} and {kinds[-1]} are one model" in read(ROOT / f"docs/{name}.md")


OF_A_MACHINE = ("RELEASEGATE_CA_BUNDLE", "RELEASEGATE_REGISTRY")
OF_COMPOSE = frozenset({"RELEASEGATE_RUN", "RELEASEGATE_LOCK"})
"""What only the Compose file is told."""


@pytest.fixture(scope="module")
def reference() -> str:
    return render()


def test_the_reference_is_what_the_code_says(reference: str) -> None:
    hint = "run: python -m releasegate.frontends.generated.reference > docs/reference.md"
    assert read(ROOT / "docs/reference.md") == reference, hint


def test_the_reference_can_be_written_as_it_says_itself(reference: str) -> None:
    command = [sys.executable, "-m", "releasegate.frontends.generated.reference"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == reference


@pytest.mark.parametrize("task", sorted(ns.task_names))
def test_every_task_is_in_the_readme_and_in_the_reference(task: str, reference: str) -> None:
    assert f"`invoke {task}" in read(ROOT / "README.md")
    assert f"### `invoke {task}`" in reference


def test_every_session_is_documented() -> None:
    listing = [sys.executable, "-m", "nox", "--list", "--nocolor", "-f", str(ROOT / "noxfile.py")]
    done = subprocess.run(listing, capture_output=True, text=True, check=True, cwd=ROOT)
    names = set(re.findall(r"^[*-] (\w+)", done.stdout, re.MULTILINE))
    assert {"tests", "versions"} <= names
    assert [name for name in sorted(names) if f"`nox -s {name}`" not in read(ROOT / "README.md")] == []


def test_every_option_of_a_session_is_in_the_reference(reference: str) -> None:
    for gate in GATES:
        session = reference.partition(f"### `nox -s {gate.name}`")[2].partition("\n###")[0]
        assert re.findall(r"^\| `(--[a-z-]+)", session, re.MULTILINE) == [option.flag for option in gate.options]


def test_every_variable_that_an_end_to_end_command_gets_is_in_the_reference(reference: str) -> None:
    source = read(ROOT / "src/releasegate/adapters/processes/runner.py")
    one: Any = SimpleNamespace(package=SimpleNamespace(name="name"), version="1.0", source="pypi")
    told = {
        **companion_variables([one], {"name": cast("Any", SimpleNamespace(url="http"))}),
        **delivered("RELEASEGATE_", one),
    }
    given = set(re.findall(r'RELEASEGATE_[A-Z_]*[A-Z](?=[="])', source)) | {
        name.replace("_NAME_", "_<NAME>_") for name in told
    }
    assert len(given) == 12
    contained = read(ROOT / "src/releasegate/adapters/containers/environment.py")
    given |= {name for name in re.findall(r'"(RELEASEGATE_[A-Z_]+)":', contained) if name not in OF_COMPOSE}
    for kit in (kit_folders(name, beside=ROOT).kit for name in shipped()):
        given |= {image_variable(each.name) for each in kit.images if each.pull}
        given |= {*kit.suite.environment, *(each.variable for each in kit.addresses)}
    found = set(re.findall(r"`(RELEASEGATE_(?:COMPANION_<NAME>_)?[A-Z_]+)`", reference))
    assert found == {*given, *OF_A_MACHINE, SHARED}


def test_the_table_in_the_readme_is_a_configuration() -> None:
    (table,) = blocks(ROOT / "README.md", "toml")
    service, plugin = parse_settings(table, where="README.md").packages
    assert plugin.calls(service.name)
    assert service.service is not None


def test_the_files_in_the_readme_are_two_lines_that_run() -> None:
    files = blocks(ROOT / "README.md", "python")
    assert [len(list(filter(None, file.splitlines()))) for file in files] == [2, 2]
    done = subprocess.run([sys.executable, "-c", "".join(files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_tables_in_the_how_to_are_configurations() -> None:
    package = '[[tool.releasegate.packages]]\nname = "my-plugin"\npythons = ["3.12"]\n'
    package += 'version-files = [{ toml = "pyproject.toml", key = "project.version" }]\n'
    tables = blocks(ROOT / "docs/how-to.md", "toml")
    smoke, index, ci, shared, noted, signed, mended, mirrored, several, stack, alone, own, kit = tables
    (installed,) = parse_settings(package + smoke, where="how-to.md").packages
    assert len(installed.install.smoke) == 2
    settings = parse_settings(index + package, where="how-to.md")
    assert settings.indexes[settings.staging].token_env == "DEVPI_PASSWORD"
    released = parse_settings(package + ci, where="how-to.md")
    assert [released.indexes[name].trusts_github for name in ("testpypi", "pypi")] == [True, False]
    (installing,) = (each for each in released.ci.setup if "pip" in each)
    assert "--require-hashes" in installing
    (told,) = parse_settings(noted + package.partition("\n")[2].partition("\n")[2], where="how-to.md").packages
    assert str(told.release_notes) == "docs/release-notes"
    assert table_elsewhere(shared, where="how-to.md") == PurePosixPath("../my-plugin")
    assert str(parse_settings(signed + package, where="how-to.md").ci.allowed_signers) == ".github/allowed_signers"
    (older,) = parse_settings(mended + package.partition("\n")[2], where="how-to.md").packages
    assert [older.released_from(branch) for branch in ("main", "1.4.x", "release/1.3", "topic")] == [True] * 3 + [False]
    called = "".join(package.replace("my-plugin", name) for name in ("my-backend", "my-importer"))
    *_, calling = parse_settings(
        called + several + package.partition("\n")[2].partition("\n")[2], where="how-to.md"
    ).packages
    assert [each.name for each in calling.companions] == ["my-backend", "my-importer"]
    (followed,) = parse_settings(mirrored + package.partition("\n")[2], where="how-to.md").packages
    assert (followed.remote, followed.forge_remote) == ("origin", "github")
    (table,) = blocks(ROOT / "README.md", "toml")
    kits = KitsBeside(ROOT / "tests" / "stacks")
    contained = parse_settings(table + stack, where="how-to.md", kits=kits).stack
    assert contained is not None
    assert contained.members == ("my-plugin", "my-service")
    single = parse_settings(package + alone, where="how-to.md", kits=kits)
    assert single.in_stack("my-plugin")
    mine = parse_settings(package + own, where="how-to.md", kits=kits).stack
    assert mine is not None
    assert kit == read(ROOT / "tests" / "stacks" / "site" / "stack.toml")
    assert read(ROOT / "tests" / "stacks" / "site" / "compose.yaml") in blocks(ROOT / "docs/how-to.md", "yaml")
    assert mine.kit == KitsBeside(ROOT / "tests" / "stacks").kit("./site")
    assert installed.version_files == (TomlVersionFile(installed.version_files[0].path, "project.version"),)


def test_the_readme_gives_the_two_commands_of_the_set_up() -> None:
    commands, *_ = blocks(ROOT / "README.md", "console")
    assert commands.splitlines() == [
        "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt uv && .venv/bin/uv run invoke rehearse",
        ".venv/bin/uv run nox -s tests",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        assert to.is_file(), target
        assert not anchor or anchor in anchors(to), target


def test_every_file_on_the_map_is_there() -> None:
    named = re.findall(r"`([a-z_]+/(?:[a-z_]+/)*(?:[a-z_]+\.\w+)?|[a-z_]+\.py)`", read(ROOT / "docs/architecture.md"))
    assert named
    for name in named:
        assert (ROOT / "src/releasegate" / name).exists() or (ROOT / name).exists(), name


def test_the_map_has_every_room() -> None:
    source = ROOT / "src" / "releasegate"
    rooms = {path.parent.relative_to(source).as_posix() for path in source.rglob("*.py")}
    rooms -= {".", "core", "adapters", "app", "ports", "rehearsal"}
    text = read(ROOT / "docs/architecture.md")
    assert [room for room in sorted(rooms) if f"`{room}/`" not in text] == []


def test_the_nucleus_is_at_most_twenty_files_that_are_read_in_an_hour() -> None:
    nucleus = read(ROOT / "docs/architecture.md").partition("## The nucleus")[2].partition("\n## ")[0]
    files = re.findall(r"^\| `([\w/]+\.py)` \|", nucleus, re.MULTILINE)
    lines = [len(read(ROOT / "src/releasegate" / name).splitlines()) for name in files]
    assert 0 < len(files) <= 20
    assert sum(lines) <= 3400


def test_the_license_is_the_one_that_the_package_states() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License, Version 2.0" in read(ROOT / "LICENSE")
