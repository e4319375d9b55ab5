"""A small repository of each build backend is adopted, and goes from its candidate to the final on an index pair."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from backends import BACKENDS
from git_repositories import ENVIRON, add_remote, git, make_repository

from releasegate.rehearsal.index import EmbeddedIndex

TOKENS = {"STAGING_TOKEN": "of-staging", "PRODUCTION_TOKEN": "of-production"}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HEAD = '[tool.releasegate]\nproduction-without-forge = true\nstaging = "staging"\nproduction = "production"\n\n'
_SECONDS = 600.0

pytestmark = [pytest.mark.network, pytest.mark.slow]


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[Mapping[str, EmbeddedIndex]]:
    """Return the index pair that the repository is released to."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / name, token=token))
            for name, token in zip(("staging", "production"), TOKENS.values(), strict=True)
        }


def typed(folder: Path, *words: str) -> None:
    """Run the command in *folder*, which must end well."""
    env = {**ENVIRON, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **TOKENS}
    command = [sys.executable, "-m", "releasegate", *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def answer(project: Path, indexes: Mapping[str, EmbeddedIndex]) -> None:
    """Write the answers to what ``adopt`` asks into a table, and the index pair."""
    text = re.sub(r"(?m)^pythons = .*$", f'pythons = ["{PYTHON}"]', project.read_text())
    text = re.sub(r"(?m)^# (end-to-end = )", r"\1", text)
    text = text.replace("[[tool.releasegate.packages]]", f"{HEAD}[[tool.releasegate.packages]]", 1)
    for name, index in indexes.items():
        text += f'\n[tool.releasegate.indexes.{name}]\nupload = "{index.upload_url}"\nsimple = "{index.simple_url}"\n'
        text += f'token-env = "{name.upper()}_TOKEN"\n'
    project.write_text(text)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_repository_of_this_backend_goes_from_adoption_to_its_final(
    tmp_path: Path, indexes: Mapping[str, EmbeddedIndex], name: str
) -> None:
    files = {path: text.replace("0.4.1rc1", "0.4.0") for path, text in BACKENDS[name].files("0.4.0").items()}
    files.pop("release.toml", None)  # Git's tag alone states that version
    repository = make_repository(tmp_path / "quay-lamp", files)
    git(repository.root, "tag", "--annotate", "--message", "v0.4.0", "v0.4.0")
    add_remote(repository, tmp_path / "remote.git")
    git(repository.root, "push", "--quiet", "origin", "v0.4.0")
    typed(repository.root, "adopt", ".", "--yes", "--no-trial")
    answer(repository.root / "pyproject.toml", indexes)
    git(repository.root, "add", "--all")
    git(repository.root, "commit", "--quiet", "--message", "Adopt releasegate")
    git(repository.root, "push", "--quiet", "origin", "develop")
    typed(repository.root, "release", "--rc", "--yes")
    typed(repository.root, "release", "--yes")
    for index, version in (("staging", "0.4.1rc1"), ("production", "0.4.1")):
        wheel, sdist = sorted(indexes[index].stored, key=lambda file: not file.endswith(".whl"))
        assert (wheel, sdist) == (f"quay_lamp-{version}-py3-none-any.whl", f"quay_lamp-{version}.tar.gz")
