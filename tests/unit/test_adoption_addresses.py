"""The forge is told by the addresses that a package gives itself, in whichever file its metadata stands."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.adopt.addresses import stated_source
from releasegate.core.adopt.asked.questions import questions
from releasegate.core.adopt.detect import ALONE, detect
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.config.keys import ForgeConfig

LANTERN = "https://github.com/someone/lantern"
NAMED = ForgeConfig("github", "someone/lantern")
PROJECT = {"pyproject.toml": '[project]\nname = "lantern"\nversion = "1.0"\n', "lantern/__init__.py": ""}


def stated(files: dict[str, str]) -> str:
    return stated_source({PurePosixPath(path): text.encode() for path, text in files.items()})


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": f'[project.urls]\nHome = "https://lantern.test"\nRepository = "{LANTERN}"\n'},
        {"pyproject.toml": f'[project.urls]\n"Bug Tracker" = "{LANTERN}/issues"\nodd = 1\n'},
        {"pyproject.toml": f'[project.urls]\nFork = "https://github.com/else/fork"\nIssues = "{LANTERN}/issues"\n'},
        {"pyproject.toml": f'[tool.poetry]\nhomepage = "https://lantern.test"\nrepository = "{LANTERN}"\n'},
        {"pyproject.toml": f'[tool.poetry.urls]\nSource = "{LANTERN}"\n'},
        {"pyproject.toml": f'[tool.flit.metadata]\nhome-page = "{LANTERN}"\n'},
        {"setup.cfg": f"[metadata]\nurl = https://a.test\nproject_urls =\n    Source Code = {LANTERN}\n    odd\n"},
        {"setup.cfg": f"[metadata]\nurl = {LANTERN}\n"},
        {"setup.py": f'from setuptools import setup\nsetup(url="{LANTERN}")\n'},
    ],
)
def test_the_repository_s_address_is_found_where_metadata_stands(files: dict[str, str]) -> None:
    assert stated(files) == LANTERN


@pytest.mark.parametrize(
    "text",
    [
        f'[project.urls]\none = "{LANTERN}"\ntwo = "https://github.com/someone/else"\n',
        "",
        "[project]\nurls = 1\n",
        '[project.urls]\nRepository = "https://github.com/$(x)/y"\n',
        "[tool]\npoetry=1",
    ],
)
def test_what_names_no_repository_is_none(text: str) -> None:
    assert stated({"pyproject.toml": text}) == ""


def test_where_no_remote_is_elsewhere_the_stated_forge_is_taken_and_marked_as_a_guess() -> None:
    found = detect({PurePosixPath(path): text.encode() for path, text in PROJECT.items()}, ALONE)
    facts = RepositoryFacts("main", "origin", None, named=NAMED)
    row = 'forge = { kind = "github", repository = "someone/lantern" }'
    assert f"{row} # a guess: its metadata names this address\n" in table(found, facts)
    assert not any("On which forge" in each.asks for each in questions(found, facts))


def test_where_the_remote_is_elsewhere_the_stated_forge_is_the_answer_to_a_question() -> None:
    found = detect({PurePosixPath(path): text.encode() for path, text in PROJECT.items()}, ALONE)
    facts = RepositoryFacts("main", "origin", None, hosted=True, named=NAMED)
    assert "forge" not in table(found, facts)
    (asked,) = (each for each in questions(found, facts) if "On which forge" in each.asks)
    assert asked.answers == ('forge = { kind = "github", repository = "someone/lantern" }',)
    own = RepositoryFacts("main", "origin", ForgeConfig("gitea", "a/b", "https://git.test"), hosted=True, named=NAMED)
    assert 'forge = { kind = "gitea", repository = "a/b", address = "https://git.test" }\n' in table(found, own)
