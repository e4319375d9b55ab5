"""What the bench looks at: defects that are planted into a project are seen, each as what it is."""

from __future__ import annotations

import os
import signal
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from git_repositories import git
from testpair import make_pair

from releasegate.rehearsal.index import sample_sdist
from tests.faults import project as projects
from tests.faults.judge import sent_twice, spoken
from tests.faults.kinds.releases import told
from tests.faults.project import NAME, TOKENS, Project
from tests.faults.servers import opened


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Yield a project of which nothing was released."""
    make_pair(tmp_path)
    with opened(tmp_path, ("--version",), forge=True) as started:
        yield started


def send(project: Project, **files: str) -> None:
    """Send an sdist to the staging index, as twine does."""
    sample = sample_sdist(NAME, "1.0", files=files)
    requests.post(
        project.indexes["staging"].upload_url,
        data=sample.fields,
        files={"content": (sample.filename, sample.content)},
        auth=("__token__", TOKENS["STAGING_TOKEN"]),
        timeout=10,
    )


def test_what_is_sent_although_its_name_is_taken_is_seen(project: Project) -> None:
    send(project)
    send(project)
    assert sent_twice(project.seen()).survived
    send(project, more="other bytes")
    seen = project.seen()
    assert seen.stored["staging"] == {"tiny_api-1.0.tar.gz": 1}
    assert sent_twice(seen).words == ("tiny_api-1.0.tar.gz was sent although it is taken, with other bytes",)


def test_a_tag_that_is_moved_is_seen(project: Project) -> None:
    git(project.clone, "push", "--quiet", "origin", "HEAD:refs/tags/v1.0")
    assert project.again().code == 0
    assert sent_twice(project.seen()).survived
    git(project.clone, "commit", "--quiet", "--allow-empty", "--message=Another")
    git(project.clone, "push", "--quiet", "--force", "origin", "HEAD:refs/tags/v1.0")
    project.again()
    assert sent_twice(project.seen()).words == ("the tag v1.0 was moved",)
    assert not project.seen().level


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_in_a_file_is_seen_in_each_form(project: Project, token: str) -> None:
    assert told(project).survived
    (project.root / "log").write_bytes(b"x" + TOKENS[token].encode() + b"x")
    assert told(project).words == (f"{token} is seen in log",)
    (project.root / "log").write_bytes(b64encode(f"__token__:{TOKENS[token]}".encode()))
    assert told(project).marks == {"token"}


def test_a_run_that_we_kill_is_no_crash_and_one_that_does_not_end_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = ("-c", "import time; time.sleep(600)")
    with project.started(program=sleeps) as process:
        os.kill(process.pid, signal.SIGKILL)
    monkeypatch.setattr(projects, "LONGEST", 0.5)
    with project.started(program=sleeps):
        pass
    killed, endless = project.ran
    assert spoken(killed).survived
    assert spoken(endless).marks == {"traceback"}
    assert "It did not end within" in endless.output


def test_a_person_exports_tokens_and_no_runner_says_who_it_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    environ = project.environ()
    assert not {"GITHUB_EVENT_NAME", "PYTHONPATH"} & environ.keys()
    assert TOKENS.items() <= environ.items()
