"""A plugin of a host is handed over with the stack that it is judged in, alone and beside what has a table already."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, git, make_repository
from testpair import sources

from releasegate.app.adopt.pair import propose_beside
from releasegate.app.adopt.propose import Proposal, propose
from releasegate.app.container_runner import ContainerOptions, cells
from releasegate.app.project import load

PROJECT = PurePosixPath("pyproject.toml")
PLUGIN = "\n\nfrom netbox.plugins import PluginConfig\n\n\nclass Lamp(PluginConfig):\n    min_version = '4.7.0'\n"


def plugin(root: Path, name: str) -> Path:
    files = dict(sources(name, version="1.0.0"))
    init = f"{name.replace('-', '_')}/__init__.py"
    make_repository(root / name, {**files, init: files[init] + PLUGIN})
    return root / name


def answers(proposal: Proposal) -> list[str]:
    return [answer for each in proposal.questions if each.place == "stack" for answer in each.answers]


@pytest.fixture
def lamp(tmp_path: Path) -> Path:
    return plugin(tmp_path, "tiny-plugin")


def test_what_is_written_can_run_and_each_answer_can_be_pasted(lamp: Path) -> None:
    proposal = propose(lamp, environ=ENVIRON)
    proposal.write()
    (cell,) = cells(load(lamp, environ=ENVIRON), ContainerOptions(), sources=("dist",))
    assert "4.7.3" in cell.name
    (answer,) = answers(proposal)
    file = lamp / PROJECT
    lines = [answer if line.startswith("dimensions = ") else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines))
    assert len(cells(load(lamp, environ=ENVIRON), ContainerOptions(), sources=("dist",))) == 2
    git(lamp, "add", "--all")
    assert propose(lamp, environ=ENVIRON).files == {}


def test_a_second_plugin_of_a_table_is_asked_into_its_stack(tmp_path: Path) -> None:
    make_repository(tmp_path, {"README.md": ""})
    for name in ("tiny-plugin", "tiny-api"):
        files = dict(sources(name, version="1.0.0"))
        init = f"{name.replace('-', '_')}/__init__.py"
        for path, text in {**files, init: files[init] + PLUGIN}.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
    git(tmp_path, "add", "--all")
    propose(tmp_path / "tiny-plugin", environ=ENVIRON).write()
    git(tmp_path, "add", "--all")
    second = propose(tmp_path / "tiny-api", environ=ENVIRON)
    assert answers(second)[0] == 'packages = { plugin = ["tiny-plugin", "tiny-api"] }'
    second.write()
    settings = load(tmp_path / "tiny-plugin", environ=ENVIRON).settings
    assert settings.stack is not None
    assert settings.stack.members == ("tiny-plugin",)


def test_in_a_stack_that_has_no_role_for_it_a_command_is_asked_for(lamp: Path) -> None:
    (lamp / "stack").mkdir()
    (lamp / "stack" / "stack.toml").write_text('roles = { app = "what is under test" }\n')
    table = '\n[tool.releasegate.stack]\nkit = "./stack"\npythons = ["3.13"]\npackages = { app = ["tiny-plugin"] }\n'
    propose(lamp, environ=ENVIRON).write()
    file = lamp / PROJECT
    file.write_text(file.read_text().partition("\n[tool.releasegate.stack]")[0] + table)
    for path, text in dict(sources("tiny-api", version="1.0.0")).items():
        (lamp / "api" / path).parent.mkdir(parents=True, exist_ok=True)
        (lamp / "api" / path).write_text(text + PLUGIN * path.endswith("__init__.py"))
    git(lamp, "add", "--all")
    proposal = propose(lamp / "api", environ=ENVIRON)
    assert answers(proposal) == []
    assert [each for each in proposal.questions if "judges it end to end" in each.asks]


@pytest.mark.parametrize("first", ["tiny-plugin", "tiny-api"])
def test_beside_another_repository_the_stack_stands_in_the_table_of_both(
    tmp_path: Path, lamp: Path, first: str
) -> None:
    make_repository(tmp_path / "tiny-api", sources("tiny-api", version="1.0.0"))
    homes = {"tiny-plugin": lamp, "tiny-api": tmp_path / "tiny-api"}
    propose(homes[first], environ=ENVIRON).write()
    (other,) = (home for name, home in homes.items() if name != first)
    propose_beside(other, homes[first], environ=ENVIRON).write()
    for home in homes.values():
        settings = load(home, environ=ENVIRON).settings
        assert settings.stack is not None
        assert settings.stack.members == ("tiny-plugin",)
    assert (homes[first] / PROJECT).read_text().count("[tool.releasegate.stack]") == 1
