"""A proposal that needs another one: the companion's branch of the same name is run, where somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import git, make_repository
from stubbed_runner import CI, INDEXES, REPOSITORY, made, stubbed_runner
from stubbed_runner import ran as said

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import EndToEndCommand, ForgeConfig, Package, Settings

STUB = """\
echo "$* with $(cat ../harbor-api/what)" >> "$LOG"
"""


def ran(folder: Path, *, branch: str, labels: Sequence[str]) -> list[str]:
    """Return what is run for a proposal from *branch*, each line with what the companion's checkout holds."""
    api = Package("harbor-api", PurePosixPath("../harbor-api"), (), ("3.12",), forge=ForgeConfig("github", "octo/api"))
    plugin = Package(
        "harbor",
        PurePosixPath(),
        (),
        ("3.12",),
        forge=ForgeConfig("github", REPOSITORY),
        companions=(Companion("harbor-api"),),
        end_to_end=EndToEndCommand(("check",)),
    )
    other = make_repository(folder / "other", {"what": "develop"})
    git(other.root, "checkout", "--quiet", "-b", "topic")
    (other.root / "what").write_text("topic")
    git(other.root, "commit", "--quiet", "--all", "--message=Topic")
    git(folder, "clone", "--quiet", "--bare", str(other.root), "other.git")
    forge = stubbed_runner(
        folder,
        made(Settings((api, plugin), INDEXES, ci=CI)),
        STUB,
        refs={branch: "branch"},
        others={"octo/api": folder / "other.git"},
    )
    request = {"number": 1, "head": {"ref": branch}, "base": {"ref": "develop"}}
    payload = {"pull_request": {**request, "labels": [{"name": label} for label in labels]}}
    done = forge.run("pull_request", f"refs/heads/{branch}", payload, workflow="pull-request")
    assert done.returncode == 0, done.stdout + done.stderr
    return said(folder)


def test_without_a_label_the_companion_is_its_release_branch_and_the_pair_is_not_run(tmp_path: Path) -> None:
    lines = ran(tmp_path, branch="topic", labels=["bug"])
    lines.remove("release --rc --package harbor --plan --proposed with develop")  # a job beside the gates
    assert lines == [
        "versions --package harbor with develop",
        "build --package harbor with develop",
        "install-check --source dist --package harbor with develop",
    ]


def test_with_the_label_the_branch_of_the_same_name_is_run(tmp_path: Path) -> None:
    lines = ran(tmp_path, branch="topic", labels=["e2e", "companion-branch"])
    assert lines[-1] == "e2e --package harbor --source local --backend-source local with topic"


@pytest.mark.parametrize("branch", ["other", "$(touch${IFS}harmed)", "a;touch${IFS}harmed"])
def test_where_there_is_no_such_branch_the_release_branch_stays_and_no_name_is_run(branch: str, tmp_path: Path) -> None:
    lines = ran(tmp_path, branch=branch, labels=["e2e", "companion-branch"])
    assert lines[-1] == "e2e --package harbor --source local --backend-source local with develop"
    assert not list(tmp_path.rglob("harmed"))


def test_the_pair_alone_is_run_with_the_companion_that_a_candidate_would_get(tmp_path: Path) -> None:
    lines = ran(tmp_path, branch="topic", labels=["e2e"])
    assert lines[-1] == "e2e --package harbor --source local with develop"
