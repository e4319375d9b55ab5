"""A private repository beside this one is read with a token that no job with foreign code has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from git_repositories import ENVIRON, git, make_repository
from git_server import git_server

from releasegate.adapters.git.command import Git
from releasegate.app.ci.runner import as_read, git_environment
from releasegate.core.ci.event_payload import Event
from releasegate.core.ci.private import JOB
from releasegate.core.ci.workflows import workflows
from releasegate.core.config.ci import Ci
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Package, Settings

TOKEN = "reads-the-backend"
SECRET = "HARBOR_API_READ_TOKEN"
API = Package(
    "harbor-api",
    PurePosixPath("../harbor-api"),
    (),
    ("3.12",),
    forge=ForgeConfig("github", "octo/harbor-api", read_token_env=SECRET),
)
OWN = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor"))
SETTINGS = Settings((API, OWN), {n: IndexConfig(n) for n in ("testpypi", "pypi")}, ci=Ci(setup=(("true",),)))
WORKFLOW = PurePosixPath(".github/workflows/release.yml")
GITEA = PurePosixPath(".gitea/workflows/release.yml")


def jobs(settings: Settings = SETTINGS, path: PurePosixPath = WORKFLOW) -> dict[str, Any]:
    body = yaml.safe_load(workflows(settings)[path])
    return dict(body["jobs"])


def on_gitea() -> Settings:
    def moved(package: Package) -> Package:
        assert package.forge is not None
        return replace(package, forge=replace(package.forge, kind="gitea", address="https://gitea.example"))

    indexes = {n: IndexConfig(n, token_env=f"{n.upper()}_TOKEN") for n in ("testpypi", "pypi")}
    return replace(SETTINGS, packages=tuple(map(moved, SETTINGS.packages)), indexes=indexes)


@pytest.mark.parametrize(("settings", "path"), [(SETTINGS, WORKFLOW), (on_gitea(), GITEA)], ids=["GitHub", "Gitea"])
def test_only_jobs_without_foreign_code_have_the_token(settings: Settings, path: PurePosixPath) -> None:
    having = {key for key, job in jobs(settings, path).items() if SECRET in str(job)}
    assert having == {JOB, *(f"{word}-{half}" for word in ("publish", "seal") for half in ("staging", "production"))}
    first = jobs(settings, path)[JOB]
    assert first["permissions"] == {}
    assert not [step for step in first["steps"] if "releasegate" in str(step.get("run", ""))]


def test_what_reads_is_done_before_the_first_job_of_each_half() -> None:
    assert jobs()["build-staging"]["needs"] == [JOB]
    assert f"needs.{JOB}.result == 'success'" in jobs()["prove-production"]["if"]


def test_a_public_one_needs_no_job_and_no_secret() -> None:
    public = replace(SETTINGS, packages=(replace(API, forge=ForgeConfig("github", "octo/harbor-api")), OWN))
    assert JOB not in jobs(public)


@pytest.mark.parametrize("tool", [("zizmor", "--offline", "--persona=auditor", "--no-config"), ("actionlint",)])
def test_an_audit_of_it_finds_nothing(tool: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / WORKFLOW
    file.parent.mkdir(parents=True)
    file.write_text(workflows(SETTINGS)[WORKFLOW])
    argv = [str(Path(sys.executable).with_name(tool[0])), *tool[1:], str(file)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Serve the backend's repository, with a note of releasegate's in it."""
    seed = make_repository(tmp_path / "seed", {"README.md": "private\n"})
    git(seed.root, "notes", "--ref=refs/notes/releasegate/harbor-api", "add", "--message=proven")
    git(tmp_path, "clone", "--quiet", "--mirror", str(seed.root), "served/octo/harbor-api")
    with git_server(tmp_path / "served", {"octo/harbor-api": TOKEN}) as address:
        yield address


def run(line: str, cwd: Path, told: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    cwd.mkdir(exist_ok=True)
    env = {**ENVIRON, **told, "GIT_TERMINAL_PROMPT": "0", "PATH": os.environ["PATH"]}
    return subprocess.run(["bash", "-ec", line], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def read(cwd: Path, server: str, token: str) -> subprocess.CompletedProcess[str]:
    (step,) = (each for each in jobs()[JOB]["steps"] if "run" in each)
    assert set(step["env"]) == {"SERVER", "READ_TOKEN"}
    return run(step["run"], cwd, {"SERVER": server, "READ_TOKEN": token})


def test_a_job_with_foreign_code_has_the_branch_and_the_notes_and_no_token(server: str, tmp_path: Path) -> None:
    reader, judge = tmp_path / "reader", tmp_path / "judge"
    done = read(reader, server, TOKEN)
    assert done.returncode == 0, done.stderr
    judge.mkdir()
    (reader / "given").rename(judge / JOB)
    (step,) = (each for each in jobs()["judge-staging"]["steps"] if each["name"] == "check out harbor-api")
    assert step["working-directory"] == "."
    taken = run(step["run"], judge, {})
    assert taken.returncode == 0, taken.stderr
    beside = judge / "harbor-api"
    assert git(beside, "branch", "--show-current") == "develop"
    git(beside, "fetch", "--quiet", "origin", "refs/notes/releasegate/*:refs/notes/releasegate/*")
    assert git(beside, "notes", "--ref=refs/notes/releasegate/harbor-api", "show", "HEAD") == "proven"
    kept = [path for path in judge.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert kept == []


def test_without_the_token_nothing_is_read_and_the_job_fails(server: str, tmp_path: Path) -> None:
    assert read(tmp_path / "reader", server, "another").returncode != 0


def test_git_reads_it_with_its_own_token_where_releasegate_runs_alone(server: str, tmp_path: Path) -> None:
    event = Event("tag", "github", "octo/harbor", "v1.0rc1", "0" * 40, actor="mona")
    told = {"GITHUB_SERVER_URL": server, "FORGE_TOKEN": "of-the-own-alone", SECRET: TOKEN}
    for environ, good in ((told, True), ({k: v for k, v in told.items() if k != SECRET}, False)):
        env = {**ENVIRON, **git_environment(event, SETTINGS, environ)}
        answer = Git(tmp_path, env).ask("ls-remote", f"{server}/octo/harbor-api", "refs/notes/*")
        assert (answer.exit_code == 0) is good, answer.stderr


def test_the_forge_is_asked_of_it_with_the_token_that_reads_it_and_of_the_own_with_the_job_s() -> None:
    beside, own = as_read(API, {SECRET: TOKEN}), as_read(OWN, {SECRET: TOKEN})
    assert beside is not None
    assert own is not None
    assert (beside.token_env, own.token_env) == (SECRET, "FORGE_TOKEN")
    assert as_read(API, {}) == API.forge
