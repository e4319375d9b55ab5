"""The workflows are what the configuration says: valid, pinned, with the least rights, and the laptop's own lines."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from releasegate.app import workflows as app
from releasegate.app.project import Project
from releasegate.core.ci.workflows import MARK, drift, workflows
from releasegate.core.config.model import Ci, ForgeConfig, IndexConfig, Package, Settings
from releasegate.core.config.stack import Stack, netbox
from releasegate.core.errors import ConfigurationError, GateFailed, Refused

GITHUB, GITEA = PurePosixPath(".github/workflows/release.yml"), PurePosixPath(".gitea/workflows/release.yml")
INDEXES = {
    "testpypi": IndexConfig("testpypi", token_env="TESTPYPI_TOKEN"),
    "pypi": IndexConfig("pypi", token_env="PYPI_TOKEN"),
}
API = Package("harbor-api", PurePosixPath("../harbor-api"), (), ("3.12",), forge=ForgeConfig("github", "octo/api"))
ALONE = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor"))
STACK = Stack("harbor", "harbor", "harbor-api", "mock", (netbox("4.7.3"),), ("3.13",))
SIMPLE = Settings((ALONE,), INDEXES)
FANNED = Settings((API, ALONE), INDEXES, stack=STACK)


def on_gitea(settings: Settings) -> Settings:
    forge = ForgeConfig("gitea", "octo/harbor", address="https://gitea.example")
    return replace(settings, packages=tuple(replace(p, forge=forge) for p in settings.packages))


def parsed(settings: Settings, path: PurePosixPath = GITHUB) -> dict[str, Any]:
    body: dict[str, Any] = yaml.load(workflows(settings)[path], Loader=yaml.BaseLoader)  # noqa: S506 - no Python in it
    return body


def steps(settings: Settings, path: PurePosixPath = GITHUB) -> list[dict[str, Any]]:
    return [step for job in parsed(settings, path)["jobs"].values() for step in job["steps"]]


VARIANTS = pytest.mark.parametrize(
    ("settings", "path"),
    [(SIMPLE, GITHUB), (FANNED, GITHUB), (on_gitea(SIMPLE), GITEA), (on_gitea(FANNED), GITEA)],
    ids=["one job on GitHub", "fanned out on GitHub", "one job on Gitea", "fanned out on Gitea"],
)


def test_candidates_tags_published_releases_and_dispatches_start_it() -> None:
    on = parsed(SIMPLE)["on"]
    assert on["push"] == {"tags": ["v*rc*"]}
    assert on["release"] == {"types": ["published"]}
    inputs = on["workflow_dispatch"]["inputs"]
    assert inputs["target"]["options"] == ["testpypi", "pypi"]
    assert inputs["pipeline"]["options"] == ["rc", "final", "post"]
    assert "package" not in inputs


def test_where_a_repository_has_several_packages_a_dispatch_names_one() -> None:
    other = replace(ALONE, name="other", path=PurePosixPath("other"), tag_prefix="other-v")
    on = parsed(replace(SIMPLE, packages=(ALONE, other)))["on"]
    assert on["workflow_dispatch"]["inputs"]["package"]["options"] == ["harbor", "other"]
    assert on["push"]["tags"] == ["v*rc*", "other-v*rc*"]


@VARIANTS
def test_only_the_laptops_own_lines_are_run(settings: Settings, path: PurePosixPath) -> None:
    lines = [step["run"].strip() for step in steps(settings, path) if "run" in step]
    assert lines
    ours = re.compile(r"(invoke release|nox -s e2e|python3 -m pip install '?releasegate|cells=\$\(nox -s e2e )")
    assert [line for line in lines if not ours.match(line)] == []


@VARIANTS
def test_no_expression_is_part_of_a_command(settings: Settings, path: PurePosixPath) -> None:
    assert [step for step in steps(settings, path) if "${{" in step.get("run", "")] == []


@VARIANTS
def test_every_action_is_pinned_by_its_commit_with_its_version_beside_it(
    settings: Settings, path: PurePosixPath
) -> None:
    used = re.findall(r"uses: (.*)", workflows(settings)[path])
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@VARIANTS
def test_every_job_has_the_least_rights_and_a_time_limit(settings: Settings, path: PurePosixPath) -> None:
    body = parsed(settings, path)
    assert body["permissions"] == {}
    for key, job in body["jobs"].items():
        trusted = path == GITHUB and key != "e2e"
        assert job["permissions"] == {"contents": "write"} | ({"id-token": "write"} if trusted else {})
        assert int(job["timeout-minutes"]) > 0


@VARIANTS
def test_no_run_waits_where_another_could_drop_it(settings: Settings, path: PurePosixPath) -> None:
    concurrency = parsed(settings, path)["concurrency"]
    assert concurrency == {"group": "release-${{ github.run_id }}", "cancel-in-progress": "false"}


@VARIANTS
def test_the_checkout_keeps_no_token_and_has_every_tag(settings: Settings, path: PurePosixPath) -> None:
    told = [step["with"] for step in steps(settings, path) if "uses" in step]
    assert all(each["persist-credentials"] == "false" and each["fetch-depth"] == "0" for each in told)


def test_github_is_trusted_by_its_identity_and_a_gitea_has_tokens() -> None:
    (with_identity,) = [step for step in steps(SIMPLE) if step.get("id") == "release"]
    assert with_identity["env"] == {"FORGE_TOKEN": "${{ github.token }}"}
    for settings, path in (on_gitea(SIMPLE), GITEA), (replace(SIMPLE, ci=Ci(trusted=False)), GITHUB):
        (with_tokens,) = [step for step in steps(settings, path) if step.get("id") == "release"]
        assert with_tokens["env"]["PYPI_TOKEN"] == "${{ secrets.PYPI_TOKEN }}"
        assert with_tokens["env"]["TESTPYPI_TOKEN"] == "${{ secrets.TESTPYPI_TOKEN }}"


def test_an_index_without_a_token_variable_has_no_secret() -> None:
    settings = replace(SIMPLE, ci=Ci(trusted=False), indexes={"pypi": IndexConfig("pypi")})
    (step,) = [step for step in steps(settings) if step.get("id") == "release"]
    assert list(step["env"]) == ["FORGE_TOKEN"]


def test_a_token_is_only_in_the_environment_of_a_step() -> None:
    for settings, path in ((FANNED, GITHUB), (on_gitea(FANNED), GITEA)):
        body = parsed(settings, path)
        assert "env" not in body
        assert all("env" not in job for job in body["jobs"].values())


def test_a_stack_fans_out_over_runners_and_is_sealed_where_all_have_left_their_evidence() -> None:
    jobs = parsed(FANNED)["jobs"]
    assert list(jobs) == ["publish", "e2e", "seal"]
    assert jobs["e2e"]["strategy"] == {
        "fail-fast": "false", "matrix": {"include": "${{ fromJSON(needs.publish.outputs.cells) }}"},
    }  # fmt: skip
    assert jobs["seal"]["needs"] == ["publish", "e2e"]
    assert "!cancelled()" in jobs["seal"]["if"]
    assert "environment" not in jobs["e2e"]


def test_a_companion_of_another_repository_is_checked_out_beside() -> None:
    job = parsed(FANNED)["jobs"]["publish"]
    own, beside = (step["with"] for step in job["steps"] if "uses" in step)
    assert (own["path"], beside["path"], beside["repository"]) == ("harbor", "harbor-api", "octo/api")
    assert job["defaults"]["run"]["working-directory"] == "harbor"


def test_odd_words_of_the_configuration_stay_what_they_are() -> None:
    odd = replace(ALONE, tag_prefix="a+b-v", branch="release/1: #x")
    ci = Ci(runner='self "hosted": x', environment="a: b", setup=(("sh", "-c", "echo 'a: b' # c"),))
    settings = Settings((replace(API, branch=odd.branch), odd), INDEXES, ci=ci)
    body = parsed(settings)
    job = body["jobs"]["release"]
    assert (job["runs-on"], job["environment"]) == (ci.runner, ci.environment)
    assert body["on"]["push"]["tags"] == ["a\\+b-v*rc*"]
    assert job["steps"][1]["with"]["ref"] == odd.branch
    (setup,) = [step["run"].strip() for step in job["steps"] if step["name"] == "set up"]
    assert setup == """sh -c 'echo '"'"'a: b'"'"' # c'"""


def test_a_project_without_a_forge_of_its_own_has_no_workflow() -> None:
    for packages in ((replace(ALONE, forge=None),), (API,)):
        with pytest.raises(ConfigurationError, match="on which forge"):
            workflows(Settings(packages, INDEXES))


def test_each_forge_of_a_repository_has_its_own_file() -> None:
    other = replace(ALONE, name="other", forge=on_gitea(SIMPLE).packages[0].forge)
    assert list(workflows(replace(SIMPLE, packages=(ALONE, other)))) == [GITEA, GITHUB]


def test_drift_is_told_with_its_file_and_line() -> None:
    text = workflows(SIMPLE)[GITHUB]
    assert drift(SIMPLE, lambda _: text) == ()
    assert drift(SIMPLE, lambda _: None) == (f"{GITHUB} is not there",)
    changed = text.replace("timeout-minutes: 180", "timeout-minutes: 5")
    line = 1 + next(n for n, each in enumerate(text.splitlines()) if "timeout" in each)
    assert drift(SIMPLE, lambda _: changed) == (f"{GITHUB}:{line} differs from what the configuration says",)
    cut = "\n".join(text.splitlines()[:10])
    assert drift(SIMPLE, lambda _: cut) == (f"{GITHUB}:11 differs from what the configuration says",)


def test_what_is_written_passes_the_check_and_a_change_fails_it(tmp_path: Path) -> None:
    project = Project(tmp_path, SIMPLE, {})
    with pytest.raises(GateFailed, match="not what the configuration says") as failed:
        app.check(project)
    assert failed.value.details == (f"{GITHUB} is not there",)
    assert app.write(project) == (GITHUB,)
    assert app.write(project) == ()
    assert app.check(project) == (GITHUB,)
    (tmp_path / GITHUB).write_text((tmp_path / GITHUB).read_text().replace("--yes", "--yes || true"))
    with pytest.raises(GateFailed):
        app.check(project)


def test_a_workflow_that_was_written_by_hand_is_not_replaced_unasked(tmp_path: Path) -> None:
    project = Project(tmp_path, SIMPLE, {})
    (tmp_path / GITHUB).parent.mkdir(parents=True)
    (tmp_path / GITHUB).write_text("name: mine\n")
    with pytest.raises(Refused, match="written by hand") as refusal:
        app.write(project)
    assert refusal.value.details == (str(GITHUB),)
    assert (tmp_path / GITHUB).read_text() == "name: mine\n"
    assert app.write(project, force=True) == (GITHUB,)
    assert (tmp_path / GITHUB).read_text().startswith(MARK)


@VARIANTS
def test_an_audit_of_the_workflow_finds_nothing(settings: Settings, path: PurePosixPath, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(workflows(settings)[path])
    tool = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [tool, "--offline", "--persona=auditor", "--no-config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout + done.stderr
