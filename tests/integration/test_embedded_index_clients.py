"""The real twine, pip and uv against the embedded index on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stored import store

from releasegate.rehearsal.index import (
    BrokenFile,
    Cut,
    EmbeddedIndex,
    HideForReads,
    LoseAnswer,
    Refuse,
    Sample,
    sample_sdist,
    sample_wheel,
)

TOKEN = "a-token"
BIN = Path(sys.executable).parent


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    with EmbeddedIndex(name="testpypi", root=tmp_path / "index", token=TOKEN) as index:
        yield index


def run(*command: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    """Run one of the environment's own tools, with nothing of the caller's settings."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    environment = {**kept, "TWINE_USERNAME": "__token__", "TWINE_PASSWORD": token, "NO_COLOR": "1", "COLUMNS": "400"}
    program = BIN / command[0]
    return subprocess.run(
        [program, *command[1:]], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def twine(index: EmbeddedIndex, folder: Path, *samples: Sample, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    paths = []
    for sample in samples:
        paths.append(folder / sample.filename)
        paths[-1].write_bytes(sample.content)
    url = index.upload_url
    options = ("--non-interactive", "--disable-progress-bar", "--repository-url", url)
    return run("twine", "upload", *options, *map(str, paths), token=token)


def pip(verb: str, index: EmbeddedIndex, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ("--isolated", "--no-cache-dir", "--disable-pip-version-check", "--retries", "0", "--index-url")
    return run("pip", verb, *options, index.simple_url, *arguments)


def installed(folder: Path) -> str:
    return (folder / "sample.py").read_text()


def test_twine_uploads_and_an_identical_second_time_changes_nothing(index: EmbeddedIndex, tmp_path: Path) -> None:
    both = (sample_wheel(), sample_sdist())
    for _ in range(2):
        done = twine(index, tmp_path, *both)
        assert done.returncode == 0, done.stdout + done.stderr
    assert index.stored == {sample.filename: 1 for sample in both}
    assert [(r.status, r.filename) for r in index.requests] == [(200, sample.filename) for sample in both] * 2


def test_twine_shows_the_indexs_own_words(index: EmbeddedIndex, tmp_path: Path) -> None:
    twine(index, tmp_path, sample_wheel())
    again = twine(index, tmp_path, sample_wheel(files={"more.py": ""}))
    assert again.returncode == 1
    assert "HTTPError: 400 Bad Request" in again.stdout
    assert "File already exists ('sample-1.0-py3-none-any.whl', with blake2_256 hash" in again.stdout
    assert index.stored == {sample_wheel().filename: 1}


def test_twine_says_that_the_address_lacks_its_slash(index: EmbeddedIndex, tmp_path: Path) -> None:
    path = tmp_path / sample_wheel().filename
    path.write_bytes(sample_wheel().content)
    url = index.upload_url.removesuffix("/")
    done = run("twine", "upload", "--non-interactive", "--repository-url", url, str(path))
    assert done.returncode == 1
    assert "Your repository URL is missing a trailing slash." in done.stdout
    assert index.stored == {}


def test_twine_shows_which_classifier_is_refused(index: EmbeddedIndex, tmp_path: Path) -> None:
    text = "Metadata-Version: 2.4\nName: sample\nVersion: 1.0\nClassifier: Private :: Do Not Upload\n"
    done = twine(index, tmp_path, sample_wheel(files={"sample-1.0.dist-info/METADATA": text}))
    assert done.returncode == 1
    assert "'Private :: Do Not Upload' is not a valid classifier." in done.stdout
    assert index.stored == {}


def test_twine_with_the_other_indexs_token_is_refused(index: EmbeddedIndex, tmp_path: Path) -> None:
    refused = twine(index, tmp_path, sample_wheel(), token="another")
    assert refused.returncode == 1
    assert "Invalid or non-existent authentication information." in refused.stdout
    assert TOKEN not in refused.stdout + refused.stderr


def test_twine_overcomes_a_lost_answer_by_sending_the_same_bytes(index: EmbeddedIndex, tmp_path: Path) -> None:
    index.faults.add(Refuse(503))
    index.faults.add(LoseAnswer(502))
    assert twine(index, tmp_path, sample_wheel()).returncode == 0
    assert [record.status for record in index.requests] == [503, 502, 200]
    assert index.stored == {sample_wheel().filename: 1}


@pytest.mark.parametrize(("fault", "stored"), [(Cut(), {}), (LoseAnswer(), {sample_wheel().filename: 1})])
def test_twine_fails_where_the_connection_is_cut(
    index: EmbeddedIndex, tmp_path: Path, fault: Cut | LoseAnswer, stored: dict[str, int]
) -> None:
    index.faults.add(fault)
    assert twine(index, tmp_path, sample_wheel()).returncode != 0
    assert index.stored == stored
    assert twine(index, tmp_path, sample_wheel()).returncode == 0


def test_pip_downloads_what_was_uploaded(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel())
    target = tmp_path / "got"
    done = pip("download", index, "--no-deps", "--dest", str(target), "sample==1.0")
    assert done.returncode == 0, done.stderr
    assert (target / sample_wheel().filename).read_bytes() == sample_wheel().content


def test_pip_resolves_by_the_core_metadata_file(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel())
    report = tmp_path / "report.json"
    done = pip("install", index, "--dry-run", "--ignore-installed", "--report", str(report), "sample")
    assert done.returncode == 0, done.stderr
    body: Any = json.loads(report.read_text())
    assert body["install"][0]["download_info"]["archive_info"]["hashes"] == {
        "sha256": sample_wheel().fields["sha256_digest"]
    }
    assert f"{sample_wheel().filename}.metadata" in [record.filename for record in index.requests]


def test_pip_fails_until_the_core_metadata_is_served_too(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel())
    index.faults.add(Refuse(404, of="file", target="*.metadata"))
    done = pip("download", index, "--no-deps", "--dest", str(tmp_path / "got"), "sample==1.0")
    assert done.returncode == 1
    assert re.search(r"404 .*\.whl\.metadata", done.stderr)
    assert pip("download", index, "--no-deps", "--dest", str(tmp_path / "got"), "sample==1.0").returncode == 0


def test_pip_installs(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel(), sample_wheel(version="1.1rc1"))
    target = tmp_path / "final"
    done = pip("install", index, "--target", str(target), "Sample")
    assert done.returncode == 0, done.stderr
    assert installed(target) == 'VERSION = "1.0"\n'
    target = tmp_path / "candidate"
    assert pip("install", index, "--target", str(target), "sample==1.1rc1").returncode == 0
    assert installed(target) == 'VERSION = "1.1rc1"\n'


def test_uv_installs(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel(), sample_wheel(version="1.1rc1"))
    for number, (requirement, version) in enumerate([("sample", "1.0"), ("sample==1.1rc1", "1.1rc1")]):
        target = tmp_path / f"uv{number}"
        done = uv_install(index, target, requirement)
        assert done.returncode == 0, done.stderr
        assert installed(target) == f'VERSION = "{version}"\n'
    assert f"{sample_wheel().filename}.metadata" in [record.filename for record in index.requests]


def uv_install(index: EmbeddedIndex, target: Path, requirement: str) -> subprocess.CompletedProcess[str]:
    options = ("--no-config", "--no-cache", "--python", sys.executable, "--index-url", index.simple_url)
    return run("uv", "pip", "install", *options, "--target", str(target), requirement)


def test_a_yanked_release_is_installed_only_where_it_is_pinned(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel(), sample_wheel(version="1.1"))
    index.yank("sample", "1.1", "broken")
    assert pip("install", index, "--target", str(tmp_path / "newest"), "sample").returncode == 0
    assert uv_install(index, tmp_path / "uv-newest", "sample").returncode == 0
    pinned = pip("install", index, "--target", str(tmp_path / "pinned"), "sample==1.1")
    assert uv_install(index, tmp_path / "uv-pinned", "sample==1.1").returncode == 0
    versions = [installed(tmp_path / name) for name in ("newest", "uv-newest", "pinned", "uv-pinned")]
    assert versions == ['VERSION = "1.0"\n'] * 2 + ['VERSION = "1.1"\n'] * 2
    assert "broken" in pinned.stderr + pinned.stdout


def test_pip_does_not_find_what_has_not_propagated(index: EmbeddedIndex, tmp_path: Path) -> None:
    index.faults.add(HideForReads(1))
    store(index.upload_url, TOKEN, sample_wheel())
    first = pip("download", index, "--no-deps", "--dest", str(tmp_path / "got"), "sample==1.0")
    assert "No matching distribution found for sample==1.0" in first.stderr
    assert pip("download", index, "--no-deps", "--dest", str(tmp_path / "got"), "sample==1.0").returncode == 0


def test_pip_refuses_a_file_that_was_altered_on_the_way(index: EmbeddedIndex, tmp_path: Path) -> None:
    store(index.upload_url, TOKEN, sample_wheel())
    index.faults.add(BrokenFile("altered", target="*.whl"))
    done = pip("download", index, "--no-deps", "--dest", str(tmp_path / "got"), "sample==1.0")
    assert done.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr


def test_the_pair_is_two_indexes_that_know_nothing_of_each_other(index: EmbeddedIndex, tmp_path: Path) -> None:
    with EmbeddedIndex(name="pypi", root=tmp_path / "second", token="another") as second:
        assert twine(index, tmp_path, sample_wheel()).returncode == 0
        assert second.stored == {}
        assert twine(second, tmp_path, sample_wheel(), token="another").returncode == 0
        second.policy = replace(second.policy, uploads="read-only")
        assert twine(second, tmp_path, sample_wheel(version="1.1"), token="another").returncode == 1
        assert index.upload_url != second.upload_url
