"""The workflow that the how-to gives for what follows a release runs, with the version and the files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from actions_runner import Runner
from git_repositories import add_remote, make_repository

from releasegate.core.ci.actions import DOWNLOAD

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to.md"


@pytest.fixture
def workflow() -> str:
    """Return the workflow as the how-to prints it."""
    found = re.findall(r"^```yaml\n(.*?)^```$", HOW_TO.read_text(), re.MULTILINE | re.DOTALL)
    (one,) = (each for each in found if "workflow_run" in each)
    return str(one)


def followed(folder: Path, workflow: str, *, conclusion: str = "success", published: bool = True) -> str:
    """Return what the workflow says after a run that ended so."""
    repository = make_repository(folder / "seed", {".github/workflows/after.yml": workflow})
    remote = add_remote(repository, folder / "remote.git")
    taken = folder / "taken" / "pypi" / "dist" / "harbor" / "1.1.0"
    taken.mkdir(parents=True)
    (taken / "manifest.json").write_text('{"name": "harbor", "version": "1.1.0"}')
    (taken / "harbor-1.1.0-py3-none-any.whl").write_text("")
    name = "files-production" if published else "files-staging"
    runner = Runner(
        folder / "runs",
        remote,
        "octo/harbor",
        "https://forge.example",
        secrets={},
        token="of-the-job",
        artifacts={name: folder / "taken"},
    )
    run = {"workflow_run": {"id": 7, "conclusion": conclusion, "name": "release"}, "action": "completed"}
    done = runner.run("workflow_run", "refs/heads/develop", run)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_follows_a_final_gets_its_version_and_its_files(workflow: str, tmp_path: Path) -> None:
    said = followed(tmp_path, workflow)
    assert "harbor 1.1.0" in said
    assert "harbor-1.1.0-py3-none-any.whl" in said


def test_nothing_follows_a_candidate(workflow: str, tmp_path: Path) -> None:
    assert "1.1.0" not in followed(tmp_path, workflow, published=False)


def test_nothing_follows_a_run_that_failed(workflow: str, tmp_path: Path) -> None:
    assert "take over" not in followed(tmp_path, workflow, conclusion="failure")


def test_it_takes_over_with_the_action_that_the_release_uses_and_a_linter_finds_nothing(
    workflow: str, tmp_path: Path
) -> None:
    assert f"uses: {DOWNLOAD['github']}" in workflow
    (tmp_path / "after.yml").write_text(workflow)
    tool = Path(sys.executable).with_name("actionlint")
    done = subprocess.run([tool, "-no-color", "after.yml"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
