"""The line that is proposed to remove another publisher takes nothing away beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

import pytest
import yaml

from releasegate.core.ci.others.publishers import OtherPublisher
from releasegate.core.ci.others.removal import removals

PATH = PurePosixPath(".github/workflows/ci.yml")
JOBS = """
jobs:
  tests:
    runs-on: ubuntu-latest
    steps:
      - run: pytest

  publish:
    needs: [tests]
    runs-on: ubuntu-latest
    steps:
      # to the index
      - run: |
          python -m build

          twine upload dist/*

  # what follows the upload
  announce:
    needs: publish
    runs-on: ubuntu-latest
    steps:
      - run: ./tell
  docs:
    runs-on: ubuntu-latest
    steps:
      - run: make docs
"""
WORKING = (
    "on: [push]",
    "on: push",
    "on: {push: {branches: [main], tags: ['v*']}}",
    "on: {pull_request: }",
    "on: {push: }",
)
RELEASING = (
    "on: release",
    "on: [release, workflow_dispatch]",
    "on: {push: {tags: ['v*']}}",
    "on:\n  push:\n    tags-ignore: [x]\n  workflow_dispatch:",
)


def line(text: str, *jobs: str, path: PurePosixPath = PATH) -> str | None:
    found = [OtherPublisher(path, 1, "twine upload", job, None) for job in jobs]
    return removals(found, {path: text}).get(path)


@pytest.mark.parametrize("on", WORKING)
def test_a_workflow_that_works_on_the_project_keeps_what_does_not_upload(on: str, tmp_path: Path) -> None:
    file = tmp_path / PATH
    file.parent.mkdir(parents=True)
    file.write_text(on + JOBS)
    proposed = line(on + JOBS, "publish")
    assert proposed is not None
    subprocess.run(["sh", "-c", proposed], cwd=tmp_path, check=True)
    assert list(file.parent.iterdir()) == [file]
    left = file.read_text()
    assert list(yaml.safe_load(left)["jobs"]) == ["tests", "docs"]
    assert "make docs" in left
    assert "twine" not in left


@pytest.mark.parametrize("on", RELEASING)
def test_a_workflow_that_is_there_for_releases_alone_goes_whole(on: str) -> None:
    assert line(on + JOBS, "publish") == f"git rm {PATH}"


def test_a_workflow_of_which_nothing_would_be_left_goes_whole() -> None:
    assert line(WORKING[0] + JOBS, "publish", "tests", "docs", "announce") == f"git rm {PATH}"
    assert line(WORKING[0] + JOBS, "publish", "tests", "docs") is None  # one only waits


def test_what_else_a_file_does_that_is_no_workflow_is_not_known() -> None:
    assert line("script: twine upload dist/*", "deploy", path=PurePosixPath(".gitlab-ci.yml")) is None
    assert line(RELEASING[0] + JOBS, "publish", path=PurePosixPath(".github/actions/out/action.yml")) is None
    assert line("on: [", "publish") is None


def test_a_job_that_has_no_lines_of_its_own_is_left_to_the_person() -> None:
    flow = "on: [push]\njobs: {tests: {steps: []}, publish: {steps: [{run: twine upload}]}}\n"
    assert line(flow, "publish") is None
    assert line(WORKING[0] + JOBS, "called") is None


@pytest.mark.parametrize("on", ["on: workflow_call", "on: [workflow_call, push]"])
def test_a_workflow_that_another_one_runs_stays_for_it(on: str) -> None:
    found = [OtherPublisher(PATH, 1, "twine upload", "publish", None)]
    caller = f"on: push\njobs:\n  all:\n    uses: ./{PATH}\n"
    files = {PATH: on + JOBS, PurePosixPath(".github/workflows/all.yml"): caller}
    assert removals(found, files)[PATH].startswith("sed ")
    alone = f"{on}\njobs:\n  publish:\n    steps:\n      - run: twine upload\n"
    assert removals(found, {**files, PATH: alone}) == {}  # what runs it would break
    assert removals(found, {PATH: f"# uses: ./{PATH}\n{alone}"}) == {PATH: f"git rm {PATH}"}
    sends = f"on: push\njobs:\n  all:\n    steps:\n      - run: gh workflow run {PATH.name}\n"
    assert removals(found, {**files, PATH: alone, PATH.with_name("all.yml"): sends}) == {}
