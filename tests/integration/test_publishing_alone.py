"""The job that publishes runs releasegate alone: of the project's own files, none is run or imported there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_repositories import git
from real_indexes import RunningIndex
from testpair import AUTHOR, Pair, make_pair, on_indexes

from releasegate.rehearsal.index import EmbeddedIndex

RELEASEGATE = Path(sys.executable).with_name("releasegate")
OWN = ("tasks", "noxfile", "conftest", "setup", "sitecustomize", "usercustomize")
IMPORTED = ("releasegate", "twine", "pip", "packaging", "requests", "json")
"""What runs of itself where it lies on the path, and what would stand in for a module that is imported."""
SECRETS = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Return a pair whose files leave their names in ``run`` when they are run, its backend too."""
    with EmbeddedIndex(name="x", root=tmp_path / "index", token="secret") as index:
        running = RunningIndex("x", index.upload_url, index.simple_url, "__token__", "secret")
        made = make_pair(tmp_path / "checkout", settings=on_indexes(running, running))
        clone = made.clone("tiny-api")
        trap = f"open({str(tmp_path / 'run')!r}, 'a').write(f'{{__file__}}\\n')\n"
        for folder in (made.root, clone):
            for name in (*OWN, *IMPORTED):
                (folder / f"{name}.py").write_text(trap)
        backend = clone / "backend.py"
        backend.write_text(f"{backend.read_text()}\n{trap}")
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "--message=Traps")
        git(clone, "push", "--quiet", "origin", "develop")
        (tmp_path / "event.json").write_text(json.dumps({"inputs": {"target": "staging", "package": "tiny-api"}}))
        yield made


def job(pair: Pair, name: str, *words: str) -> list[str]:
    """Do one job's part in a fresh checkout, and return which of the project's files were run in it."""
    root = pair.root.parent
    folder = root / "machines" / name
    shutil.copytree(pair.root, folder, symlinks=True)
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "GITHUB_REF": "refs/heads/develop",
        "GITHUB_REPOSITORY": "ada/tiny",
        "GITHUB_EVENT_PATH": str(root / "event.json"),
    }
    argv = [str(RELEASEGATE), "release", "--event", "--yes", "--job", name, "--index", "staging", *words]
    env = {**os.environ, **AUTHOR, **SECRETS, **runner}
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    file = root / "run"
    found = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return sorted({Path(each).name for each in found})


def test_where_it_builds_the_projects_code_runs_and_where_it_publishes_none_does(pair: Pair) -> None:
    handed = str(pair.root.parent / "handed")
    assert "backend.py" in job(pair, "build", "--given", handed)
    assert job(pair, "publish", "--taken", handed) == []
    assert git(pair.root / "remotes" / "tiny-api.git", "tag") == "v1.0.0rc1"
