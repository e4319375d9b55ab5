"""What the steps do of a release that no command does alone: ``python -m tests.bench.pieces PIECE ...``.

Each loads what it needs, and as a command does.
"""

# ruff: noqa: PLC0415 - the other pieces are measured

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from releasegate.frontends.loading import loads_quickly

if TYPE_CHECKING:
    from releasegate.app.release import Planned
    from releasegate.core.errors import ReleasegateError
    from releasegate.engine import Outcome
    from releasegate.steps.step import Step


def bump(version: str) -> None:
    """State *version* in all places of the project that lies here, and commit it."""
    from releasegate.adapters.git.repository import GitRepository
    from releasegate.core.config.keys import Package
    from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile
    from releasegate.core.version_files.occurrences import bump_all
    from releasegate.steps.stated import version_file_contents

    toml, code, lock = (PurePosixPath(name) for name in ("pyproject.toml", "whole/__init__.py", "uv.lock"))
    files = (TomlVersionFile(toml, "project.version"), PythonVersionFile(code, "__version__"), LockVersionFile(lock))
    package = Package("whole", PurePosixPath(), files, ("3.11",))
    repository = GitRepository(Path.cwd(), os.environ)
    bumped = bump_all(package, version_file_contents(repository, package), version=version)
    repository.commit(bumped, message=f"Release {version}")


def upload(address: str, simple: str, *paths: str) -> None:
    """Upload the files, and see each on the index with its size."""
    from releasegate.adapters.index.package_index import SimpleIndex
    from releasegate.core.config.keys import IndexConfig

    config = IndexConfig("testpypi", address, simple, token_env="BENCH_TOKEN")
    index = SimpleIndex(config, environ=os.environ, workdir=Path.cwd())
    answer = index.upload(*map(Path, paths))
    if answer.exit_code:
        raise SystemExit("\n".join(answer.words))
    seen = {file.filename for file in index.files(Path(paths[0]).name.partition("-")[0])}
    if missing := {Path(path).name for path in paths} - seen:
        raise SystemExit(f"The index does not show {missing}.")


class Silent:
    """Whom a rehearsal is told to that nobody follows."""

    def __call__(self, line: str, /) -> None:
        """Hear a line."""

    def heading(self, title: str) -> None:
        """Hear which step begins."""

    def fails(self, error: ReleasegateError) -> None:
        """Hear of a failure that had to come."""

    def planned(self, planned: Planned) -> None:
        """Hear of a plan."""

    def begins(self, step: Step) -> None:
        """Hear that a gate begins."""

    def ends(self, outcome: Outcome) -> None:
        """Hear how a gate ended."""


def sandbox(folder: str) -> None:
    """Set the sample pair's rehearsal up."""
    from releasegate.app.rehearse.sample import set_up

    set_up(Path(folder).absolute(), environ=os.environ, reporter=Silent())


PIECES: Mapping[str, Callable[..., None]] = {"bump": bump, "upload": upload, "sandbox": sandbox}

if __name__ == "__main__":
    piece, *words = sys.argv[1:]
    with loads_quickly():
        PIECES[piece](*words)
