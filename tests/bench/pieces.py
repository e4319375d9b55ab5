"""What the steps do of a release that no command does alone: ``python -m tests.bench.pieces bump|upload ...``."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath

from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.config.model import IndexConfig, Package
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile
from releasegate.core.version_files.occurrences import bump_all
from releasegate.steps.stated import version_file_contents

TOML, CODE, LOCK = (PurePosixPath(name) for name in ("pyproject.toml", "whole/__init__.py", "uv.lock"))
FILES = (TomlVersionFile(TOML, "project.version"), PythonVersionFile(CODE, "__version__"), LockVersionFile(LOCK))
"""Where the version stands of the project that is bumped."""


def bump(version: str) -> None:
    """State *version* in all places of the project that lies here, and commit it."""
    package = Package("whole", PurePosixPath(), FILES, ("3.11",))
    repository = GitRepository(Path.cwd(), os.environ)
    bumped = bump_all(package, version_file_contents(repository, package), version=version)
    repository.commit(bumped, message=f"Release {version}")


def upload(address: str, simple: str, *paths: str) -> None:
    """Upload the files, and see each on the index with its size."""
    config = IndexConfig("testpypi", address, simple, token_env="BENCH_TOKEN")
    index = SimpleIndex(config, environ=os.environ, workdir=Path.cwd())
    for path in map(Path, paths):
        answer = index.upload(path)
        if answer.exit_code:
            raise SystemExit("\n".join(answer.words))
    seen = {file.filename for file in index.files("harbor-api")}
    if missing := {Path(path).name for path in paths} - seen:
        raise SystemExit(f"The index does not show {missing}.")


if __name__ == "__main__":
    piece, *words = sys.argv[1:]
    if piece == "bump":
        bump(*words)
    else:
        upload(*words)
