"""The workflow of a pull request as act runs it: the real gates, on embedded indexes, and nothing comes of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from actions_runner import Runner
from git_repositories import ENVIRON, git
from test_parity import FORGE, NAME, REPOSITORY, SECRETS, World, end_state, opened

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield opened(tmp_path / "world", stack, ports={})


def proposed(world: World, changes: dict[str, tuple[str, str]]) -> None:
    """Push a branch on which each file has its first text replaced by its second."""
    git(world.root, "clone", "--quiet", "--branch=develop", str(world.remote), "proposal")
    folder = world.root / "proposal"
    git(folder, "checkout", "--quiet", "-b", "topic")
    for name, (before, after) in changes.items():
        text = (folder / name).read_text()
        assert before in text
        (folder / name).write_text(text.replace(before, after))
    subprocess.run(["git", "commit", "-qam", "propose"], cwd=folder, env={**os.environ, **ENVIRON}, check=True)
    git(folder, "push", "--quiet", "origin", "topic")


def judged(world: World, *, labels: Sequence[str] = ()) -> tuple[int, str]:
    """Run the workflow as a forge does, which has no secret for it; return how it ended, and all that was said."""
    runner = Runner(
        world.root / "runs",
        world.remote,
        REPOSITORY,
        world.forge.address,
        secrets={},
        token=FORGE["FORGE_TOKEN"],
        environ={"TERM": "dumb"},
    )
    request: dict[str, Any] = {"number": 1, "head": {"ref": "topic"}, "base": {"ref": "develop"}}
    request["labels"] = [{"name": label} for label in labels]
    payload = {"action": "opened", "pull_request": request}
    done = runner.run("pull_request", "refs/heads/topic", payload, workflow="pull-request")
    said = done.stdout + done.stderr
    assert not any(token in said for token in (*SECRETS.values(), *FORGE.values()))
    return done.returncode, said


def test_a_good_proposal_passes_every_gate_with_the_plan_of_its_candidate_and_nothing_is_published(
    world: World,
) -> None:
    proposed(world, {"tiny_api/__init__.py": ('"""Tiny."""', '"""Tiny, and better."""')})
    before = end_state(world)
    code, said = judged(world, labels=["e2e"])
    assert code == 0, said
    assert f"{NAME} 1.0.0rc1 (rc)" in said
    assert "token" not in said.partition(f"{NAME} 1.0.0rc1 (rc)")[2].partition("Success")[0].replace("FORGE_TOKEN", "")
    assert f"{NAME}: pass" in said, "the pair was asked for"
    assert end_state(world) == before
    assert not [index.stored for index in world.indexes.values() if index.stored]


def test_without_its_label_the_pair_is_not_run(world: World) -> None:
    proposed(world, {"check.py": ("import os", "raise SystemExit(1)")})
    code, said = judged(world)
    assert code == 0, said
    code, said = judged(world, labels=["e2e"])
    assert code != 0
    assert "fails end to end" in said


def test_a_proposal_whose_version_files_disagree_fails(world: World) -> None:
    proposed(world, {"tiny_api/__init__.py": ("1.0.0", "1.0.1")})
    code, said = judged(world)
    assert code != 0
    assert "1.0.1" in said
