"""The workflows around a release: what is proposed is judged without a secret, what is published is watched."""

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
from test_workflows import ALONE, API, FANNED, HALVES, INDEXES, SIMPLE, on_gitea

from releasegate.app.ci import workflows as app
from releasegate.app.project import Project
from releasegate.core.ci.workflows import workflow_path, workflows
from releasegate.core.config.ci import WORKFLOWS, Ci
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import EndToEndCommand, Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError, GateFailed

CI = Ci(setup=(("pipx", "install", "./releasegate.whl"),))
JUDGED = replace(ALONE, end_to_end=EndToEndCommand(("check",)), companions=(Companion("harbor-api"),))
PAIR = replace(SIMPLE, packages=(API, JUDGED), ci=CI)
STACKED = replace(FANNED, ci=CI)
MONO = replace(STACKED, packages=(replace(API, path=PurePosixPath("api")), JUDGED))
ONE = replace(SIMPLE, ci=CI)
AROUND = ("pull-request", "watch", "cache")
VARIANTS = pytest.mark.parametrize(
    ("settings", "kind"),
    [(s, kind) for s in (ONE, PAIR, STACKED, MONO) for kind in ("github", "gitea")],
    ids=[f"{name} on {kind}" for name in ("one", "a pair", "a stack", "both") for kind in ("GitHub", "Gitea")],
)


def texts(settings: Settings, kind: str = "github") -> dict[str, str]:
    """Return the workflows around a release by their names."""
    made = workflows(settings if kind == "github" else on_gitea(settings))
    found = {name: made.get(workflow_path(kind, name)) for name in AROUND}
    return {name: text for name, text in found.items() if text is not None}


def parsed(settings: Settings, name: str, kind: str = "github") -> dict[str, Any]:
    body: dict[str, Any] = yaml.load(texts(settings, kind)[name], Loader=yaml.BaseLoader)  # noqa: S506 - no Python in it
    return body


def lines(job: dict[str, Any]) -> list[str]:
    """Return what a job runs after it was set up."""
    return [step["run"].strip() for step in job["steps"] if "run" in step and step["name"] != "set up"]


@VARIANTS
def test_nothing_around_a_release_may_write_or_has_a_secret(settings: Settings, kind: str) -> None:
    for name, text in texts(settings, kind).items():
        body = parsed(settings, name, kind)
        assert "secrets" not in text
        assert "pull_request_target" not in text
        assert "environment:" not in text
        assert body["permissions"] == {}
        assert {str(job["permissions"]) for job in body["jobs"].values()} == {str({"contents": "read"})}
        checkouts = [
            s["with"] for job in body["jobs"].values() for s in job["steps"] if "checkout@" in s.get("uses", "")
        ]
        assert all(each["persist-credentials"] == "false" for each in checkouts)


@VARIANTS
def test_no_word_of_a_proposal_is_part_of_a_command(settings: Settings, kind: str) -> None:
    for name in texts(settings, kind):
        steps = [step for job in parsed(settings, name, kind)["jobs"].values() for step in job["steps"]]
        assert [step for step in steps if "${{" in step.get("run", "")] == []


@VARIANTS
def test_a_proposal_is_judged_by_the_laptops_own_lines(settings: Settings, kind: str) -> None:
    jobs = parsed(settings, "pull-request", kind)["jobs"]
    gates = [line for line in lines(jobs["gates"]) if line.startswith("releasegate ") and "harbor-api" not in line]
    assert gates == [
        "releasegate versions --package harbor",
        "releasegate build --package harbor",
        "releasegate install-check --source dist --package harbor",
    ]
    assert "releasegate release --rc --package harbor --plan --proposed" in lines(jobs["plan"])
    assert not [line for job in jobs.values() for line in lines(job) if "--yes" in line or "--event" in line]


@VARIANTS
def test_what_runs_foreign_code_of_a_proposal_has_no_token_at_all(settings: Settings, kind: str) -> None:
    jobs = parsed(settings, "pull-request", kind)["jobs"]
    assert [key for key, job in jobs.items() if "github.token" in str(job)] == ["plan"]


def test_the_pair_of_a_proposal_is_run_by_choice() -> None:
    for settings in (PAIR, STACKED, MONO):
        job = parsed(settings, "pull-request")["jobs"]["e2e"]
        label = "contains(github.event.pull_request.labels.*.name, 'e2e')"
        assert job["if"] == f"${{{{ {label} || (inputs.cells && inputs.cells != 'none') }}}}"
    assert "e2e" not in parsed(ONE, "pull-request")["jobs"], "nothing judges it"


def test_each_cell_of_a_proposal_runs_on_a_runner_of_its_own() -> None:
    jobs = parsed(STACKED, "pull-request")["jobs"]
    assert jobs["e2e"]["strategy"]["matrix"] == {"include": "${{ fromJSON(needs.plan.outputs.cells) }}"}
    (planned,) = [line for line in lines(jobs["plan"]) if "e2e" in line]
    assert "releasegate e2e --plan json $SIDES $CHOSEN" in planned
    written = parsed(STACKED, "pull-request", "gitea")["jobs"]["e2e"]
    assert [row["number"] for row in written["strategy"]["matrix"]["include"]] == ["0", "1"]
    assert lines(written)[-1] == "releasegate e2e $SIDES $CELL"


def sides(settings: Settings) -> str:
    jobs = parsed(settings, "pull-request")["jobs"]
    found = {step["env"]["SIDES"] for job in jobs.values() for step in job["steps"] if "SIDES" in step.get("env", {})}
    (one,) = found
    return str(one)


def test_a_companions_branch_of_the_same_name_is_taken_where_somebody_asks_for_it() -> None:
    for settings in (PAIR, STACKED):
        jobs = parsed(settings, "pull-request")["jobs"].values()
        taken = [step for job in jobs for step in job["steps"] if step["name"] == "take the branch of harbor-api"]
        assert len(taken) == 3
        assert {step["env"]["BRANCH"] for step in taken} == {"${{ github.head_ref || github.ref_name }}"}
        assert all("'companion-branch'" in step["if"] for step in taken)
        assert sides(settings).endswith("&& '--source local --backend-source local' || '--source local' }}")
    assert "companion-branch" not in texts(ONE)["pull-request"], "there is no companion"
    assert sides(MONO) == "--source local --backend-source local", "both sides are proposed"


def test_of_several_companions_those_that_are_proposed_too_are_checked_out() -> None:
    mail = replace(API, name="harbor-mail", path=PurePosixPath("mail"))
    plugin = replace(JUDGED, companions=(Companion("harbor-api"), Companion("harbor-mail")))
    backends = ("harbor-api", "harbor-mail")
    stack = replace(FANNED.stack, packages={"plugin": ("harbor",), "backend": backends}) if FANNED.stack else None
    beside = replace(API, path=PurePosixPath("../harbor-api"))
    settings = replace(STACKED, packages=(beside, mail, plugin), stack=stack)
    assert sides(settings).endswith(
        "&& '--source local --backend-source local' || '--source local --backend-source harbor-mail=local' }}"
    )
    inside = replace(API, path=PurePosixPath("api"))
    assert sides(replace(settings, packages=(inside, mail, plugin))) == "--source local --backend-source local"


def test_what_a_backend_proposes_is_run_with_the_plugin_beside_it() -> None:
    plugin = replace(JUDGED, name="harbor", path=PurePosixPath("../harbor"))
    backend = replace(API, path=PurePosixPath())
    assert sides(replace(STACKED, packages=(backend, plugin))) == "--source local --backend-source local"


def test_the_watch_runs_every_night_at_a_minute_of_the_repositorys_own_and_when_a_person_asks() -> None:
    on = parsed(ONE, "watch")["on"]
    minute, hour, *rest = on["schedule"][0]["cron"].split()
    assert 0 <= int(minute) < 60
    assert 1 <= int(hour) <= 5
    assert rest == ["*", "*", "*"]
    assert "workflow_dispatch" in on
    other = replace(ONE, packages=(replace(ALONE, forge=API.forge),))
    assert parsed(other, "watch")["on"] != on
    assert lines(parsed(ONE, "watch")["jobs"]["watch"]) == ["releasegate watch"]


def test_only_the_cache_workflow_saves_and_no_job_that_publishes_restores() -> None:
    every = replace(STACKED, stack=pair_stack("harbor", "harbor-api", dimensions={"netbox": ("image:4.5.8", "4.7.3")}))
    for kind in ("github", "gitea"):
        made = workflows(every if kind == "github" else on_gitea(every))
        saving = [path.stem for path, text in made.items() if "cache/save@" in text]
        assert saving == ["cache"]
        assert not any("actions/cache@" in text for text in made.values())
        release = yaml.load(made[workflow_path(kind)], Loader=yaml.BaseLoader)  # noqa: S506 - no Python in it
        restoring = [key for key, job in release["jobs"].items() if "cache" in str(job["steps"])]
        assert restoring == [f"e2e-{half}" for half in HALVES]
        jobs = parsed(every, "cache", kind)["jobs"]
        (fill,) = jobs.values()
        assert [row["options"] for row in fill["strategy"]["matrix"]["include"]] == [
            "--netbox image:4.5.8 --python 3.13",
            "--netbox pypi:4.7.3 --python 3.13",
        ]
        assert set(parsed(every, "cache", kind)["on"]) == {"schedule", "workflow_dispatch"}


def test_what_is_restored_is_what_was_saved_of_the_same_host() -> None:
    job = parsed(STACKED, "cache")["jobs"]["fill"]
    (saved,) = [s["with"] for s in job["steps"] if "cache/save@" in s.get("uses", "")]
    (restored,) = [s["with"] for s in job["steps"] if "cache/restore@" in s.get("uses", "")]
    assert saved["path"] == restored["path"] == "harbor/kept"
    assert saved["key"].startswith(restored["restore-keys"])
    watched = parsed(STACKED, "watch")["jobs"]["watch"]
    assert watched["strategy"]["matrix"]["kept"] == ["pypi-4.7.3-python-3.13"]


def test_without_a_stack_nothing_is_cached() -> None:
    assert "cache" not in texts(PAIR)
    assert "cache" not in "".join(workflows(PAIR).values())


def test_only_the_workflows_that_are_wanted_are_written() -> None:
    for name in WORKFLOWS:
        chosen = replace(STACKED, ci=replace(CI, workflows=(name,)))
        assert list(workflows(chosen)) == [workflow_path("github", name)]
    text = '[tool.releasegate.ci]\nworkflows = ["release", "pull-requests"]\n'
    with pytest.raises(ConfigurationError) as error:
        parse_settings(text, where="pyproject.toml")
    assert any("workflows" in line and "pull-request" in line for line in error.value.details)


@VARIANTS
def test_every_action_is_pinned_by_its_commit(settings: Settings, kind: str) -> None:
    used = re.findall(r"uses: (.*)", "".join(texts(settings, kind).values()))
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+(-node\d+)?", line)] == []


@VARIANTS
def test_an_audit_and_a_linter_find_nothing(settings: Settings, kind: str, tmp_path: Path) -> None:
    made = workflows(settings if kind == "github" else on_gitea(settings))
    for path, text in made.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    files = [str(tmp_path / path) for path in made]
    for tool in (["zizmor", "--offline", "--persona=auditor", "--no-config"], ["actionlint", "-no-color"]):
        program = str(Path(sys.executable).with_name(tool[0]))
        done = subprocess.run([program, *tool[1:], *files], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_indexes_that_a_proposal_needs_have_no_token() -> None:
    assert set(INDEXES) == {"testpypi", "pypi"}
    assert not [name for name in ("TESTPYPI_TOKEN", "PYPI_TOKEN") if name in "".join(texts(STACKED).values())]


def test_a_workflow_that_is_wanted_no_more_is_drift_and_is_removed_and_one_by_hand_stays(tmp_path: Path) -> None:
    before, after = (
        Project(tmp_path, replace(ONE, ci=replace(CI, workflows=each)), {}) for each in (WORKFLOWS, ("watch",))
    )
    app.write(before)
    by_hand = tmp_path / workflow_path("github", "cache")
    by_hand.write_text("name: cache\n")
    with pytest.raises(GateFailed) as failed:
        app.check(after)
    assert failed.value.details == tuple(
        f"{workflow_path('github', name)} is there, and the configuration wants it no more"
        for name in ("release", "pull-request")
    )
    assert app.write(after) == (workflow_path("github", "release"), workflow_path("github", "pull-request"))
    assert sorted(path.name for path in by_hand.parent.iterdir()) == ["cache.yml", "watch.yml"]
    assert app.check(after) == (workflow_path("github", "watch"),)
