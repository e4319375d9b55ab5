"""A release without an exported token: asked for at a terminal before anything changes, refused where there is none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from git_repositories import git
from real_indexes import RunningIndex
from testpair import AUTHOR, configuration, make_pair, on_indexes

from releasegate.rehearsal.index import EmbeddedIndex

API, TOKEN = "tiny-api", "typed-and-secret"
RELEASE = [sys.executable, "-m", "releasegate", "release", "--rc", "--to", "1.0.0", "--yes"]
SECONDS = 120.0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Path, EmbeddedIndex]]:
    """Return the project of one package whose staging index wants a token, and that index."""
    with ExitStack() as stack:
        indexes = {
            name: stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / "indexes" / name, token=TOKEN))
            for name in ("staging", "production")
        }
        running = {n: RunningIndex(n, i.upload_url, i.simple_url, "__token__", TOKEN) for n, i in indexes.items()}
        pair = make_pair(tmp_path, version="0.9.0")
        told = configuration(on_indexes(running["staging"], running["production"]))
        (pair.root / "pyproject.toml").write_text(
            told.partition('[[tool.releasegate.packages]]\nname = "tiny-plugin"')[0]
        )
        yield pair.root, indexes["staging"]


def environ() -> dict[str, str]:
    left_out = {"CI", "GITHUB_ACTIONS", "STAGING_TOKEN", "PRODUCTION_TOKEN"}
    return {**{name: value for name, value in os.environ.items() if name not in left_out}, **AUTHOR, "TERM": "dumb"}


def at_a_terminal(folder: Path, *, typed: str) -> tuple[int, str]:
    """Return the exit code and what a terminal shows, at which *typed* is typed when a token is asked for."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(sys.executable, RELEASE, environ())  # noqa: S606 - no shell is wanted
    shown, until, typing = b"", time.monotonic() + SECONDS, True
    while time.monotonic() < until:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other side is closed
            break
        shown += piece
        if typing and b"not kept):" in shown:
            os.write(terminal, f"{typed}\n".encode())
            typing = False
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode(errors="replace")


def test_at_a_terminal_it_is_asked_for_and_neither_shown_nor_kept(project: tuple[Path, EmbeddedIndex]) -> None:
    folder, staging = project
    code, shown = at_a_terminal(folder, typed=TOKEN)
    assert code == 0, shown
    assert shown.count("Token for staging (it is not shown, and not kept):") == 1
    assert TOKEN not in shown
    assert {file.filename for _, file in staging.state.files()} == {
        "tiny_api-1.0.0rc1-py3-none-any.whl",
        "tiny_api-1.0.0rc1.tar.gz",
    }
    kept = (path for path in folder.rglob("*") if path.is_file() and "indexes" not in path.parts)
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]


@pytest.mark.parametrize("typed", ["", "\x04"])
def test_who_types_nothing_has_changed_nothing(project: tuple[Path, EmbeddedIndex], typed: str) -> None:
    folder, staging = project
    before = git(folder / API, "rev-parse", "HEAD")
    code, shown = at_a_terminal(folder, typed=typed)
    assert code == 3, shown
    assert "No token for staging was given." in shown
    assert git(folder / API, "rev-parse", "HEAD") == before
    assert not [*staging.state.files()]


def test_without_a_terminal_nobody_is_asked_and_nothing_has_changed(project: tuple[Path, EmbeddedIndex]) -> None:
    folder, staging = project
    before = git(folder / API, "rev-parse", "HEAD")
    done = subprocess.run(
        RELEASE, check=False, cwd=folder, env=environ(), timeout=SECONDS, input=TOKEN.encode(), capture_output=True
    )
    said = done.stdout + done.stderr
    assert done.returncode == 3, said
    assert b"No token for staging." in said
    assert b"Set STAGING_TOKEN" in said
    assert git(folder / API, "rev-parse", "HEAD") == before
    assert not [*staging.state.files()]
