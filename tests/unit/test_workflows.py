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
from stacks import pair_stack

from releasegate.app.ci import workflows as app
from releasegate.app.project import Project
from releasegate.core.ci.others.nodes import MARK
from releasegate.core.ci.workflows import drift, workflows
from releasegate.core.config.ci import Ci
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Package, Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError, GateFailed, Refused

GITHUB, GITEA = PurePosixPath(".github/workflows/release.yml"), PurePosixPath(".gitea/workflows/release.yml")
INDEXES = {
    "testpypi": IndexConfig("testpypi", token_env="TESTPYPI_TOKEN"),
    "pypi": IndexConfig("pypi", token_env="PYPI_TOKEN"),
}
API = Package("harbor-api", PurePosixPath("../harbor-api"), (), ("3.12",), forge=ForgeConfig("github", "octo/api"))
ALONE = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor"))
CI = Ci(setup=(("pipx", "install", "./releasegate.whl"),), workflows=("release",))
KEPT = replace(CI, workflows=("release", "cache"))
STACK = pair_stack("harbor", "harbor-api")
SIMPLE = Settings((ALONE,), INDEXES, ci=CI)
FANNED = Settings((API, ALONE), INDEXES, ci=KEPT, stack=STACK)
HALVES = ("staging", "production")
FOREIGN = frozenset({"prove", "build", "e2e", "judge"})
"""The jobs that run code which is not releasegate's."""


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
    ids=["GitHub", "GitHub with a stack", "Gitea", "Gitea with a stack"],
)


def test_candidates_tags_published_releases_and_dispatches_start_it() -> None:
    on = parsed(SIMPLE)["on"]
    assert on["push"] == {"tags": ["v*rc*"]}
    assert on["release"] == {"types": ["published"]}
    inputs = on["workflow_dispatch"]["inputs"]
    assert inputs["target"]["options"] == ["testpypi", "pypi"]
    assert inputs["pipeline"]["options"] == ["rc", "final", "post"]
    assert inputs["tag"]["type"] == "string"
    assert "package" not in inputs
    assert "companion" not in inputs


def test_where_a_repository_has_several_packages_a_dispatch_names_one() -> None:
    other = replace(ALONE, name="other", path=PurePosixPath("other"), tag_prefix="other-v")
    on = parsed(replace(SIMPLE, packages=(ALONE, other)))["on"]
    assert on["workflow_dispatch"]["inputs"]["package"]["options"] == ["harbor", "other"]
    assert on["push"]["tags"] == ["v*rc*", "other-v*rc*"]


@VARIANTS
def test_only_the_laptops_own_lines_are_run(settings: Settings, path: PurePosixPath) -> None:
    lines = [step["run"].strip() for step in steps(settings, path) if "run" in step]
    assert lines
    ours = re.compile(
        r"(releasegate (release --event --yes |e2e |cache --take kept)|pipx install|cells=\$\(releasegate e2e )"
    )
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
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+(-node\d+)?", line)] == []


@VARIANTS
def test_every_job_has_the_least_rights_and_a_time_limit(settings: Settings, path: PurePosixPath) -> None:
    body = parsed(settings, path)
    assert body["permissions"] == {}
    for key, job in body["jobs"].items():
        word = key.partition("-")[0]
        trusted = path == GITHUB and word == "publish"
        contents = "read" if word in FOREIGN else "write"
        asks = {"actions": "read"} if key.endswith("-production") else {}
        assert job["permissions"] == {"contents": contents} | ({"id-token": "write"} if trusted else {}) | asks
        assert int(job["timeout-minutes"]) > 0


@VARIANTS
def test_what_runs_foreign_code_has_no_secret_and_what_publishes_runs_releasegate_alone(
    settings: Settings, path: PurePosixPath
) -> None:
    tokens = replace(settings, indexes={n: replace(i, trusted=False) for n, i in INDEXES.items()})
    for key, job in parsed(tokens, path)["jobs"].items():
        secrets = re.findall(r"secrets\.(\w+)", str(job))
        half = key.partition("-")[2]
        wanted = {"staging": "TESTPYPI_TOKEN", "production": "PYPI_TOKEN"}[half] if key == f"publish-{half}" else None
        assert secrets == ([wanted] if wanted else []), key
        assert ("environment" in job) is (wanted is not None), key
        if key.partition("-")[0] not in FOREIGN:
            (line,) = [s["run"] for s in job["steps"] if "run" in s and s["name"] != "set up"]
            assert re.fullmatch(
                r"releasegate release --event --yes --job (tell|publish|seal) --index \w+ --taken taken\n?", line
            )


@VARIANTS
def test_the_identity_of_a_candidate_cannot_publish_a_final(settings: Settings, path: PurePosixPath) -> None:
    jobs = parsed(settings, path)["jobs"]
    assert [jobs[f"publish-{half}"]["environment"] for half in HALVES] == ["testpypi", "pypi"]
    named = replace(settings, indexes={n: replace(i, environment=f"to-{n}") for n, i in INDEXES.items()})
    jobs = parsed(named, path)["jobs"]
    assert [jobs[f"publish-{half}"]["environment"] for half in HALVES] == ["to-testpypi", "to-pypi"]


@VARIANTS
def test_what_a_job_takes_over_an_earlier_one_has_handed_over(settings: Settings, path: PurePosixPath) -> None:
    given: set[str] = set()
    for key, job in parsed(settings, path)["jobs"].items():
        for step in job["steps"]:
            if "download-artifact" in step.get("uses", ""):
                asked = step["with"].get("name") or step["with"].get("pattern", "*")
                assert any(name.startswith(asked.rstrip("*")) for name in given), key
        given |= {step["with"]["name"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")}


@VARIANTS
def test_no_run_waits_where_another_could_drop_it(settings: Settings, path: PurePosixPath) -> None:
    concurrency = parsed(settings, path)["concurrency"]
    assert concurrency == {"group": "release-${{ github.run_id }}", "cancel-in-progress": "false"}


@VARIANTS
def test_the_checkout_keeps_no_token_and_has_every_tag(settings: Settings, path: PurePosixPath) -> None:
    told = [step["with"] for step in steps(settings, path) if "checkout@" in step.get("uses", "")]
    assert all(each["persist-credentials"] == "false" and each["fetch-depth"] == "0" for each in told)


def told(settings: Settings, key: str, path: PurePosixPath = GITHUB) -> dict[str, str]:
    """Return the environment of the lines of a job."""
    return {k: v for s in parsed(settings, path)["jobs"][key]["steps"] for k, v in s.get("env", {}).items()}


def test_each_index_has_its_own_answer_to_identity_or_token() -> None:
    assert told(SIMPLE, "publish-staging") == {"FORGE_TOKEN": "${{ github.token }}"}
    assert told(on_gitea(SIMPLE), "publish-staging", GITEA)["TESTPYPI_TOKEN"] == "${{ secrets.TESTPYPI_TOKEN }}"
    own = IndexConfig("own", upload="https://own.example/", simple="https://own.example/simple", token_env="OWN")
    private = replace(SIMPLE, production="own", indexes={**INDEXES, "own": own})
    assert "id-token" in parsed(private)["jobs"]["publish-staging"]["permissions"]
    assert "id-token" not in parsed(private)["jobs"]["publish-production"]["permissions"]
    assert told(private, "publish-production") == {"FORGE_TOKEN": "${{ github.token }}", "OWN": "${{ secrets.OWN }}"}
    known = replace(private, indexes={**INDEXES, "own": replace(own, trusted=True)})
    assert "id-token" in parsed(known)["jobs"]["publish-production"]["permissions"]


@pytest.mark.parametrize("indexes", [{}, {"testpypi": IndexConfig("testpypi", trusted=False)}])
def test_an_index_with_neither_identity_nor_token_has_no_workflow(indexes: dict[str, IndexConfig]) -> None:
    with pytest.raises(ConfigurationError, match="with which token testpypi is uploaded to") as error:
        workflows(replace(SIMPLE, indexes=indexes))
    assert "[tool.releasegate.indexes.testpypi]" in error.value.hint


def test_the_variables_of_the_repository_reach_the_runs_and_a_dispatch_may_name_the_companion() -> None:
    calling = replace(ALONE, companions=(Companion("harbor-api"),))
    settings = replace(SIMPLE, packages=(API, calling))
    assert parsed(settings)["on"]["workflow_dispatch"]["inputs"]["companion"]["type"] == "string"
    names = {"staging": "HARBOR_API_TESTPYPI_VERSION", "production": "HARBOR_API_PYPI_VERSION"}
    for half, name in names.items():
        for job in ("build", "publish", "judge", "seal"):
            seen = told(settings, f"{job}-{half}")
            assert seen[name] == f"${{{{ vars.{name} }}}}"
            assert seen["HARBOR_API_RELEASE_VERSION"] == "${{ vars.HARBOR_API_RELEASE_VERSION }}"
    assert names["production"] in told(settings, "build-staging"), "a post begins there, and is asked about both"
    assert names["staging"] not in told(settings, "build-production")


def test_each_of_several_companions_has_its_own_answer_and_variables() -> None:
    mail = replace(API, name="harbor-mail")
    calling = replace(ALONE, companions=(Companion("harbor-api"), Companion("harbor-mail")))
    settings = replace(SIMPLE, packages=(API, mail, calling))
    inputs = parsed(settings)["on"]["workflow_dispatch"]["inputs"]
    assert [name for name in inputs if name.startswith("companion")] == [
        "companion-harbor-api",
        "companion-harbor-mail",
    ]
    seen = told(settings, "build-staging")
    for name in ("HARBOR_API", "HARBOR_MAIL"):
        for end in ("TESTPYPI", "PYPI", "RELEASE"):
            assert seen[f"{name}_{end}_VERSION"] == f"${{{{ vars.{name}_{end}_VERSION }}}}"


def test_without_a_setup_there_is_no_workflow_and_what_to_paste_is_shown() -> None:
    with pytest.raises(ConfigurationError, match="how a runner gets releasegate") as error:
        workflows(replace(SIMPLE, ci=Ci()))
    pasted = "\n".join(error.value.details)
    assert "--require-hashes" in pasted
    text = f'{pasted}\n[[tool.releasegate.packages]]\nname = "x"\npythons = ["3.12"]\n'
    text += 'version-files = [{ toml = "pyproject.toml", key = "project.version" }]\n'
    assert len(parse_settings(text, where="pyproject.toml").ci.setup) == 3


def test_a_token_is_only_in_the_environment_of_a_step() -> None:
    for settings, path in ((FANNED, GITHUB), (on_gitea(FANNED), GITEA)):
        body = parsed(settings, path)
        assert "env" not in body
        assert all("env" not in job for job in body["jobs"].values())


def test_a_stack_fans_out_over_runners_and_is_judged_whatever_became_of_the_cells() -> None:
    jobs = parsed(FANNED)["jobs"]
    words = ("build", "publish", "e2e", "judge", "seal")
    staged = [f"{word}-staging" for word in words]
    assert list(jobs) == [*staged, "prove-production", "tell-production", *(f"{word}-production" for word in words)]
    for half in HALVES:
        cells = f"${{{{ fromJSON(needs.build-{half}.outputs.cells) }}}}"
        assert jobs[f"e2e-{half}"]["strategy"] == {"fail-fast": "false", "matrix": {"include": cells}}
        assert jobs[f"judge-{half}"]["needs"] == [f"publish-{half}", f"e2e-{half}"]
        assert jobs[f"judge-{half}"]["if"] == f"${{{{ !cancelled() && needs.publish-{half}.result == 'success' }}}}"


def test_a_final_waits_for_no_candidate_and_a_post_for_its_own() -> None:
    jobs = parsed(SIMPLE)["jobs"]
    assert jobs["build-staging"]["if"] == (
        "${{ github.event_name == 'push' || inputs.target == 'testpypi' || inputs.pipeline == 'post' }}"
    )
    assert jobs["build-production"]["needs"] == ["prove-production"]
    assert jobs["build-production"]["if"] == "${{ !cancelled() && needs.prove-production.result == 'success' }}"
    assert jobs["prove-production"]["needs"] == ["seal-staging"]
    assert jobs["tell-production"]["needs"] == ["prove-production"]
    assert jobs["tell-production"]["if"] == "${{ !cancelled() && needs.prove-production.result == 'failure' }}"
    assert jobs["prove-production"]["if"] == (
        "${{ !cancelled() && (github.event_name == 'release' || (inputs.target == 'pypi' && "
        "(inputs.pipeline != 'post' || needs.seal-staging.result == 'success'))) }}"
    )


def test_a_companion_of_another_repository_is_checked_out_beside() -> None:
    job = parsed(FANNED)["jobs"]["publish-staging"]
    own, beside = (step["with"] for step in job["steps"] if "checkout@" in step.get("uses", ""))
    assert (own["path"], beside["path"], beside["repository"]) == ("harbor", "harbor-api", "octo/api")
    assert job["defaults"]["run"]["working-directory"] == "harbor"
    (taken,) = [step["with"]["path"] for step in job["steps"] if "download-artifact@" in step.get("uses", "")]
    assert taken == "harbor/taken/files-staging"


def test_odd_words_of_the_configuration_stay_what_they_are() -> None:
    odd = replace(ALONE, tag_prefix="a+b-v", branch="release/1: #x")
    ci = Ci(runner='self "hosted": x', setup=(("sh", "-c", "echo 'a: b' # c"),), workflows=("release",))
    indexes = {**INDEXES, "testpypi": replace(INDEXES["testpypi"], environment="a: b")}
    settings = Settings((replace(API, branch=odd.branch), odd), indexes, ci=ci)
    body = parsed(settings)
    job = body["jobs"]["publish-staging"]
    assert (job["runs-on"], job["environment"]) == (ci.runner, "a: b")
    assert body["on"]["push"]["tags"] == ["a\\+b-v*rc*"]
    assert job["steps"][1]["with"]["ref"] == odd.branch
    (setup,) = [step["run"].strip() for step in job["steps"] if step["name"] == "set up"]
    assert setup == """sh -c 'echo '"'"'a: b'"'"' # c'"""


def test_a_project_without_a_forge_of_its_own_has_no_workflow() -> None:
    for packages in ((replace(ALONE, forge=None),), (API,)):
        with pytest.raises(ConfigurationError, match="on which forge"):
            workflows(Settings(packages, INDEXES, ci=CI))


def test_each_forge_of_a_repository_has_its_own_file() -> None:
    other = replace(ALONE, name="other", forge=on_gitea(SIMPLE).packages[0].forge)
    assert list(workflows(replace(SIMPLE, packages=(ALONE, other)))) == [GITEA, GITHUB]


def test_drift_is_told_with_its_file_and_line() -> None:
    text = workflows(SIMPLE)[GITHUB]
    assert drift(SIMPLE, {GITHUB: text}.get) == ()
    assert drift(SIMPLE, lambda _: None) == (f"{GITHUB} is not there",)
    changed = text.replace("timeout-minutes: 180", "timeout-minutes: 5")
    line = 1 + next(n for n, each in enumerate(text.splitlines()) if "timeout" in each)
    assert drift(SIMPLE, {GITHUB: changed}.get) == (f"{GITHUB}:{line} differs from what the configuration says",)
    cut = "\n".join(text.splitlines()[:10])
    assert drift(SIMPLE, {GITHUB: cut}.get) == (f"{GITHUB}:11 differs from what the configuration says",)


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


@VARIANTS
def test_a_linter_of_workflows_finds_nothing(settings: Settings, path: PurePosixPath, tmp_path: Path) -> None:
    file = tmp_path / "release.yml"
    file.write_text(workflows(settings)[path])
    tool = Path(sys.executable).with_name("actionlint")
    done = subprocess.run([tool, "-no-color", str(file)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
