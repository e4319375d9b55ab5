"""One's own packages are rehearsed as they lie here, on servers of their own; nothing here or there changes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from git_repositories import ENVIRON, git
from stored import store

from releasegate.adapters.package_data import package_folder
from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel

_SECONDS = 300.0

pytestmark = pytest.mark.network


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[Mapping[str, EmbeddedIndex]]:
    """Return the indexes that the configuration names, which a rehearsal only reads."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / name, token="no-one-has-it"))
            for name in ("staging", "production")
        }


@pytest.fixture
def table(tmp_path: Path, indexes: Mapping[str, EmbeddedIndex]) -> Path:
    """Return a folder with a table, and beside it in a repository of its own a package that it names."""
    examples, folder = package_folder("examples"), tmp_path / "table"
    shutil.copytree(examples / "harbor-api", folder / "harbor-api", ignore=shutil.ignore_patterns(".releasegate"))
    text = (examples / "pyproject.toml").read_text(encoding="utf-8")
    head, first, *_ = text.split("[[tool.releasegate.packages]]")
    head = head.replace('staging = "testpypi"', 'staging = "staging"').replace(
        'production = "pypi"', 'production = "production"'
    )
    served = "".join(
        f'\n[tool.releasegate.indexes.{name}]\nupload = "{index.upload_url}"\nsimple = "{index.simple_url}"\n'
        f'token-env = "A_TOKEN_OF_{name.upper()}"\n'
        for name, index in indexes.items()
    )
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    first = first.replace('pythons = ["3.11"]', f'pythons = ["{python}"]')
    (folder / "pyproject.toml").write_text(f"{head}[[tool.releasegate.packages]]{first}{served}", encoding="utf-8")
    api = folder / "harbor-api"
    git(api, "init", "-q", "-b", "work")
    for name in ("pyproject.toml", "uv.lock"):  # the oldest that they admit is the one that is tried
        stated = (api / name).read_text(encoding="utf-8")
        (api / name).write_text(stated.replace(">=3.11", f">={python}"), encoding="utf-8")
    (api / "stray.log").write_text("a log\n", encoding="utf-8")
    git(api, "add", "--all", "--force")
    git(api, "commit", "-q", "-m", "as it is")
    git(api, "tag", "v1.0.0")
    return folder


def rehearsed(table: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "releasegate", "rehearse", "--pair", "own", *words]
    env = {**ENVIRON, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    return subprocess.run(command, cwd=table, env=env, capture_output=True, text=True, timeout=_SECONDS, check=False)


def test_after_a_gate_that_is_red_what_lies_here_then_goes_from_candidate_to_final_and_nothing_here_or_there_changes(
    table: Path, indexes: Mapping[str, EmbeddedIndex]
) -> None:
    api = table / "harbor-api"
    check = api / "e2e" / "check_service.py"
    good = check.read_text(encoding="utf-8")
    check.write_text("raise SystemExit('the berths are gone')\n", encoding="utf-8")
    done = rehearsed(table)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "the berths are gone" in done.stdout + done.stderr
    check.write_text(good, encoding="utf-8")

    (api / "harbor_api" / "later.py").write_text('"""Not committed yet."""\n', encoding="utf-8")
    git(api, "rm", "-q", "stray.log")
    before = [git(api, *words) for words in (("log", "--all", "--format=%H"), ("status", "--porcelain"), ("tag",))]
    done = rehearsed(table, "--keep")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 files that are not committed are part of it" in done.stdout
    assert "harbor-api  1.0.1rc1  sealed" in done.stdout
    assert "harbor-api  1.0.1     sealed" in done.stdout
    assert before == [
        git(api, *words) for words in (("log", "--all", "--format=%H"), ("status", "--porcelain"), ("tag",))
    ]
    assert not any(index.stored for index in indexes.values())
    clone = table / ".releasegate" / "rehearsal" / "own" / "work" / "harbor-api"
    assert (clone / "harbor_api" / "later.py").is_file()
    assert not (clone / "stray.log").exists()


def test_what_is_waived_here_is_waived_in_the_rehearsal(table: Path) -> None:
    configured = table / "pyproject.toml"
    text = re.sub(r"(?m)^end-to-end = .*\n", "", configured.read_text(encoding="utf-8"))
    configured.write_text(text, encoding="utf-8")
    line = re.compile(r"releasegate waive .* --gate e2e:staging --reason WHY")
    done = rehearsed(table)
    (named,) = line.findall(done.stderr)
    words = [*shlex.split(named)[1:-1], "it is tried by hand", "--by", "Ada"]
    command, env = [sys.executable, "-m", "releasegate"], {**ENVIRON, "PATH": os.environ["PATH"]}
    subprocess.run([*command, *words], cwd=table, env=env, check=True, capture_output=True, timeout=_SECONDS)
    done = rehearsed(table)
    ended = re.search(r"waived +[0-9.]+ s +run 1\.0\.1rc1 from staging end to end", done.stdout)
    assert ended is not None, done.stdout + done.stderr


def test_a_package_that_is_not_checked_out_is_told_before_anything_is_made(table: Path) -> None:
    shutil.rmtree(table / "harbor-api" / ".git")
    done = rehearsed(table)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "harbor-api is not checked out in harbor-api" in done.stderr


def test_before_the_first_commit_it_is_said_what_to_do(table: Path) -> None:
    shutil.rmtree(table / "harbor-api" / ".git")
    git(table / "harbor-api", "init", "-q")
    done = rehearsed(table)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "no commit" in done.stderr
    assert "-> " in done.stderr


def test_what_became_a_file_or_a_folder_is_that_in_the_clone_and_nothing_is_written_through_a_link(
    table: Path, tmp_path: Path
) -> None:
    api, outside = table / "harbor-api", tmp_path / "outside"
    outside.mkdir()
    (api / "linked").symlink_to(outside)
    (api / "folder").mkdir()
    (api / "folder" / "inner.txt").write_text("before\n", encoding="utf-8")
    git(api, "add", "--all")
    git(api, "commit", "-q", "-m", "a link and a folder")
    (api / "linked").unlink()
    (api / "linked").mkdir()
    (api / "linked" / "inner.txt").write_text("here\n", encoding="utf-8")
    shutil.rmtree(api / "folder")
    (api / "folder").write_text("a file\n", encoding="utf-8")
    # It ends at once: the version files do not agree.
    project = (api / "pyproject.toml").read_text(encoding="utf-8").replace('version = "1.0.0"', 'version = "1.1.0"')
    (api / "pyproject.toml").write_text(project, encoding="utf-8")
    done = rehearsed(table)
    assert "The version files do not agree." in done.stderr, done.stdout + done.stderr
    clone = table / ".releasegate" / "rehearsal" / "own" / "work" / "harbor-api"
    assert list(outside.iterdir()) == []
    assert (clone / "linked" / "inner.txt").read_text(encoding="utf-8") == "here\n"
    assert (clone / "folder").read_text(encoding="utf-8") == "a file\n"


def test_what_users_have_and_no_tag_here_places_is_taken_for_what_head_was_made_from_and_that_is_told(
    table: Path, indexes: Mapping[str, EmbeddedIndex]
) -> None:
    api = table / "harbor-api"
    store(indexes["production"].upload_url, "no-one-has-it", sample_wheel("harbor-api", "1.3.0"))
    (api / "e2e" / "check_service.py").unlink()  # asked before anything else, so that it ends soon
    done = rehearsed(table)
    said = done.stdout + done.stderr
    assert "v1.3.0 is no tag here: it is taken to be what HEAD was made from" in said
    assert "say --to 1.3.1" in said
    assert "harbor-api 1.3.1rc1" in done.stdout, said


def test_where_it_is_not_known_what_users_have_that_is_told_and_stops_nothing(
    table: Path, indexes: Mapping[str, EmbeddedIndex]
) -> None:
    configured = table / "pyproject.toml"
    text = configured.read_text(encoding="utf-8").replace(indexes["production"].simple_url, "http://127.0.0.1:9/simple")
    configured.write_text(text, encoding="utf-8")
    project = table / "harbor-api" / "pyproject.toml"
    text = project.read_text(encoding="utf-8").replace('version = "1.0.0"', 'version = "1.1.0"')
    project.write_text(text, encoding="utf-8")
    done = rehearsed(table)
    assert "not all that users have of harbor-api is there to compare with" in done.stdout + done.stderr
    assert "The version files do not agree." in done.stderr
