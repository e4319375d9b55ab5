"""This project is one of its own users: adopted in a clone, released to an index pair, and used from there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from git_repositories import ENVIRON, git

from releasegate.rehearsal.index import EmbeddedIndex

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOKENS = {"STAGING_TOKEN": "of-staging", "PRODUCTION_TOKEN": "of-production"}
MINUTES = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[Mapping[str, EmbeddedIndex]]:
    """Return the index pair that the clone is released to."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / name, token=token))
            for name, token in zip(("staging", "production"), TOKENS.values(), strict=True)
        }


def typed(words: list[str], cwd: Path, *, env: Mapping[str, str] | None = None, exit_code: int = 0) -> str:
    """Return what a command says; it ends with *exit_code*."""
    home = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ["HOME"]}
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**ENVIRON, **home, **(env or {})},
        capture_output=True,
        text=True,
        timeout=30 * MINUTES,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == exit_code, said
    assert "Traceback" not in said, said
    assert not any(token in said for token in TOKENS.values())
    return said


def adopted(folder: Path, indexes: Mapping[str, EmbeddedIndex]) -> Path:
    """Return a clone of this repository that has adopted itself, pushed to a remote of its own."""
    clone, remote = folder / "clone", folder / "remote.git"
    git(folder, "clone", "--quiet", "--no-local", f"file://{ROOT}", str(clone))
    git(clone, "switch", "--quiet", "--force-create", "main")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(clone, "remote", "set-url", "origin", str(remote))
    git(clone, "push", "--quiet", "origin", "main")
    said = typed(["releasegate", "adopt", ".", "--yes"], clone)
    assert "Wrote pyproject.toml" in said
    project = clone / "pyproject.toml"
    text = project.read_text()
    assert text.count('name = "releasegate"\nversion-files = [\n') == 1
    text = text.replace('pythons = ["3.11", "3.12", "3.13", "3.14"]', 'pythons = ["3.11"]')
    data = '{ pattern = "releasegate.e2e.*", reason = "data: run in containers, from its own folder" }'
    more = f"install = {{ not-imported = [{data}] }}\n"
    more += 'end-to-end = { command = ["python", "-m", "releasegate", "--version"], timeout = 60 }\n'
    text = text.replace('name = "releasegate"\nversion-files = [\n', f'name = "releasegate"\n{more}version-files = [\n')
    here = '[tool.releasegate]\nproduction-without-forge = true\nstaging = "staging"\nproduction = "production"\n'
    text = text.replace('[tool.releasegate]\nstaging = "testpypi"\nproduction = "pypi"\n', here)
    for name, index in indexes.items():
        text += f'\n[tool.releasegate.indexes.{name}]\nupload = "{index.upload_url}"\nsimple = "{index.simple_url}"\n'
        text += f'token-env = "{name.upper()}_TOKEN"\n'
    project.write_text(text)
    git(clone, "commit", "--quiet", "--all", "--message", "Releasegate releases itself")
    git(clone, "push", "--quiet", "origin", "main")
    return clone


def test_it_adopts_itself_goes_from_candidate_to_final_and_rehearses_from_there(
    tmp_path: Path, indexes: Mapping[str, EmbeddedIndex]
) -> None:
    clone = adopted(tmp_path, indexes)
    command = ["releasegate", "release", "--package", "releasegate", "--yes"]
    typed([*command, "--rc"], clone, env=TOKENS)
    typed(command, clone, env=TOKENS)

    empty = tmp_path / "empty"
    empty.mkdir()
    typed([sys.executable, "-m", "venv", "venv"], tmp_path)
    programs = tmp_path / "venv" / "bin"
    [wheel] = indexes["production"].root.rglob("*.whl")
    pins = ["--constraint", str(clone / "constraints.txt")]
    typed([str(programs / "pip"), "install", "--quiet", *pins, str(wheel)], empty)
    assert typed([str(programs / "releasegate"), "--version"], empty).strip() == "releasegate 0.1.0"
    said = typed([str(programs / "releasegate"), "rehearse"], empty, env={"PATH": f"{programs}:{os.environ['PATH']}"})
    assert "The rehearsal ended as it must" in said
