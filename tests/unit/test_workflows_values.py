"""What the configuration says reaches a workflow as that very value, and what a runner cannot do is told before."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from stacks import hosts, pair_stack

from releasegate.app.ci import workflows as app
from releasegate.app.project import Project, load
from releasegate.core.ci.workflows import workflows
from releasegate.core.config.ci import Ci
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Package, Settings
from releasegate.core.e2e.matrix import Wanted, matrix
from releasegate.core.errors import ConfigurationError

GITHUB, GITEA = PurePosixPath(".github/workflows/release.yml"), PurePosixPath(".gitea/workflows/release.yml")
API = Package("harbor-api", PurePosixPath("../harbor-api"), (), ("3.12",), forge=ForgeConfig("github", "octo/api"))
ALONE = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor"))
INDEXES = {"testpypi": IndexConfig("testpypi", token_env="T"), "pypi": IndexConfig("pypi", token_env="P")}
SIMPLE = Settings((ALONE,), INDEXES, ci=Ci(setup=(("true",),)))
STACK = pair_stack("harbor", "harbor-api", dimensions=hosts("image:4.5.8", "4.7.3"))
FORGE = ForgeConfig("gitea", "octo/harbor", address="https://gitea.example")
ON_GITEA = replace(SIMPLE, packages=(replace(API, forge=FORGE), replace(ALONE, forge=FORGE)), stack=STACK)


def jobs(settings: Settings, path: PurePosixPath = GITHUB) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(workflows(settings)[path])["jobs"]
    return found


def commands(*setup: tuple[str, ...]) -> list[str]:
    steps = jobs(replace(SIMPLE, ci=Ci(setup=setup)))["build-staging"]["steps"]
    return [step["run"].removesuffix("\n") for step in steps if step["name"] == "set up"]


@pytest.mark.parametrize(
    "word", ["one\ntwo\n  three", 'say "no"', "back\\slash", "tab\tand\rreturn", "- run: x", "🚀", ""]
)
def test_a_command_of_the_configuration_is_run_as_it_is(word: str) -> None:
    (line,) = commands(("printf", "%s", word))
    done = subprocess.run(["bash", "-e", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode() == word


def test_a_command_of_one_word_stays_a_word() -> None:
    assert commands(("true",), ("null",)) == ["true", "null"]


@pytest.mark.parametrize("label", ["🚀", "a\u2028b", 'self "hosted"', "true", "#x", "back\\slash", "{a: b}", "*x"])
def test_a_label_of_the_configuration_stays_what_it_is(label: str) -> None:
    indexes = {**INDEXES, "testpypi": replace(INDEXES["testpypi"], environment=label)}
    job = jobs(replace(SIMPLE, ci=replace(SIMPLE.ci, runner=label), indexes=indexes))["publish-staging"]
    assert (job["runs-on"], job["environment"]) == (label, label)


@pytest.mark.parametrize(
    "settings",
    [
        replace(SIMPLE, ci=Ci(setup=(("echo", "${{ secrets.PYPI_TOKEN }}"),))),
        replace(SIMPLE, ci=replace(SIMPLE.ci, runner="${{ inputs.target }}")),
        replace(SIMPLE, indexes={"testpypi": IndexConfig("testpypi", environment="${{ github.head_ref }}")}),
    ],
    ids=["setup", "runner", "environment"],
)
def test_a_value_that_a_forge_would_evaluate_is_refused(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="expression"):
        workflows(settings)


def test_a_companion_is_checked_out_where_its_path_says() -> None:
    deep = replace(API, path=PurePosixPath("../services/api"))
    steps = jobs(replace(SIMPLE, packages=(deep, ALONE)))["build-staging"]["steps"]
    own, beside = (step["with"] for step in steps if "checkout@" in step.get("uses", ""))
    assert (own["path"], beside["path"]) == ("harbor", "services/api")


@pytest.mark.parametrize("path", ["../../harbor-api", "..", "../harbor", "sub/../../harbor-api"])
def test_a_companion_that_a_runner_cannot_have_there_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot have beside"):
        workflows(replace(SIMPLE, packages=(replace(API, path=PurePosixPath(path)), ALONE)))


@pytest.mark.parametrize(
    ("forge", "words"),
    [(None, "on no forge"), (FORGE, "on another forge than octo/harbor")],
    ids=["none", "another"],
)
def test_a_companion_that_the_forge_does_not_have_is_refused(forge: ForgeConfig | None, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        workflows(replace(SIMPLE, packages=(replace(API, forge=forge), ALONE)))


def test_a_failed_plan_of_the_cells_fails_its_step(tmp_path: Path) -> None:
    settings = replace(SIMPLE, packages=(API, ALONE), stack=STACK)
    (plan,) = [step["run"] for step in jobs(settings)["build-staging"]["steps"] if step["name"] == "plan"]
    output = tmp_path / "output"
    for code in (0, 4):
        (tmp_path / "releasegate").write_text(f"#!/bin/sh\necho '[{{}}]'\nexit {code}\n")
        (tmp_path / "releasegate").chmod(0o755)
        env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_OUTPUT": str(output)}
        done = subprocess.run(["bash", "-c", plan], env=env, check=False)
        assert done.returncode == code
    assert output.read_text() == "cells=[{}]\n"


def test_on_gitea_the_cells_stand_in_the_file() -> None:
    found = jobs(ON_GITEA, GITEA)
    cells = [each["options"] for each in found["e2e-staging"]["strategy"]["matrix"]["include"]]
    assert [each["number"] for each in found["e2e-staging"]["strategy"]["matrix"]["include"]] == [*range(len(cells))]
    assert len(cells) == len(set(cells)) == len(matrix(STACK, Wanted()))
    assert (
        cells[0]
        == "--netbox image:4.5.8 --python 3.13 --path fresh --service pve --world small --user superuser --depth usual"
    )
    assert "outputs" not in found["build-staging"]
    assert [step["name"] for step in found["build-staging"]["steps"] if "run" in step] == ["set up", "build"]


def test_the_workflows_of_the_examples_are_what_their_configuration_says(tmp_path: Path) -> None:
    # They stand for the top of a repository of their own.
    there = shutil.copytree(Path(__file__).parents[2] / "examples", tmp_path / "examples")
    project: Project = load(there, environ={})
    assert {GITEA, GITHUB} < set(app.check(project))
