"""How a runner gets releasegate: never by a name that is on no index, and on each forge by artifacts that it takes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from test_workflows import CI, FANNED, GITEA, GITHUB, SIMPLE, on_gitea

from releasegate.core.ci.by_name import installs_by_name
from releasegate.core.ci.workflows import workflows
from releasegate.core.errors import ConfigurationError

BY_NAME = [
    ("pip", "install", "releasegate"),
    ("env/bin/pip", "install", "--upgrade", "Releasegate[attestations]>=0.1"),
    ("python", "-m", "pip", "install", "releasegate==0.1.0"),
    ("uv", "pip", "install", "releasegate"),
    ("uv", "tool", "install", "releasegate"),
    ("pipx", "install", "--extra-index-url=https://own.example/simple", "releasegate"),
    ("uvx", "releasegate", "--version"),
    ("uv", "tool", "run", "releasegate"),
    ("pipx", "run", "releasegate"),
    ("uvx", "--from", "releasegate==0.1", "releasegate"),
    ("uv", "run", "--with=releasegate", "releasegate"),
    ("sh", "-c", "python -m venv x && x/bin/pip install releasegate; echo done"),
    ("bash", "-c", "pip install releasegate 'without an end"),
]
OTHERWISE = [
    ("pip", "install", "--require-hashes", "--requirement", "ci/releasegate/requirements.txt"),
    ("pip", "install", "./ci/releasegate-0.1.0-py3-none-any.whl"),
    ("pip", "install", "releasegate @ https://forge.example/releasegate.whl"),
    ("pip", "install", "releasegate-plugin"),
    ("pip", "install", "--index-url", "https://own.example/simple", "releasegate"),
    ("uvx", "--from", "../releasegate", "releasegate", "--version"),
    ("sh", "-c", "pip install nox && releasegate --version"),
    ("releasegate", "--version"),
    ("sh", "-c", "echo 'pip install' # \"releasegate"),
]


@pytest.mark.parametrize("command", BY_NAME)
def test_a_setup_that_takes_releasegate_by_its_name_has_no_workflow(command: tuple[str, ...]) -> None:
    settings = replace(SIMPLE, ci=replace(CI, setup=(("git", "--version"), command)))
    with pytest.raises(ConfigurationError, match="on no index yet") as error:
        workflows(settings)
    assert error.value.hint.endswith("releasegate workflows --vendor")


@pytest.mark.parametrize("command", OTHERWISE)
def test_a_file_a_folder_or_an_index_that_is_named_is_none_of_a_names(command: tuple[str, ...]) -> None:
    assert not installs_by_name(command)


def test_a_gitea_gets_the_artifacts_of_v3_which_all_its_versions_take() -> None:
    said = {path: workflows(settings)[path] for settings, path in ((FANNED, GITHUB), (on_gitea(FANNED), GITEA))}
    kinds = {path: set(re.findall(r"(\w+-artifact)@\w+ # v(\d+)", text)) for path, text in said.items()}
    assert kinds == {
        GITHUB: {("upload-artifact", "7"), ("download-artifact", "8")},
        GITEA: {("upload-artifact", "3"), ("download-artifact", "3")},
    }
