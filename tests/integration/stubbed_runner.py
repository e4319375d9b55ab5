"""A forge's runner whose ``releasegate`` is a stub: it is tried how jobs follow, and what reaches which of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from actions_runner import Runner
from git_repositories import git, make_repository
from stacks import pair_stack

from releasegate.core.ci.workflows import workflows
from releasegate.core.config.ci import Ci
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Package, Settings

REPOSITORY = "octo/harbor"
INDEXES = {name: IndexConfig(name) for name in ("testpypi", "pypi")}
CI = Ci(setup=(("true",),))


def with_stack() -> dict[str, str]:
    """Return the workflows of a plugin and its backend that are judged in a stack, by their paths."""
    plugin = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", REPOSITORY))
    backend = replace(plugin, name="harbor-api", path=PurePosixPath("api"))
    stack = pair_stack("harbor", "harbor-api")
    return made(Settings((backend, plugin), INDEXES, ci=CI, stack=stack))


def made(settings: Settings) -> dict[str, str]:
    """Return the workflows that are generated for *settings*, by their paths."""
    return {str(path): text for path, text in workflows(settings).items()}


def stubbed_runner(  # noqa: PLR0913 - what a repository, its forge and the stub are
    folder: Path,
    files: Mapping[str, str],
    stub: str,
    *,
    refs: Mapping[str, str],
    told: Mapping[str, str] | None = None,
    others: Mapping[str, Path] | None = None,
) -> Runner:
    """Return the runner of a repository of *files*, with *refs*: ``tag`` or ``branch`` by their names.

    The stub is a script for the shell that is told *told*, and where its ``$LOG`` is; see ``ran``.
    """
    work = make_repository(folder / "work", files).root
    for name, kind in refs.items():
        git(work, kind, name)
    git(folder, "clone", "--quiet", "--bare", str(work), "remote.git")
    (folder / "bin").mkdir()
    (folder / "bin" / "releasegate").write_text(f"#!/bin/sh\n{stub}")
    (folder / "bin" / "releasegate").chmod(0o755)
    environ = {
        **(told or {}),
        "LOG": str(folder / "log"),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    server = "http://127.0.0.1:9"
    return Runner(
        *(folder / "runs", folder / "remote.git", REPOSITORY, server, {}, "token"), environ=environ, others=others or {}
    )


def ran(folder: Path) -> list[str]:
    """Return what the stub wrote to its log since the last look."""
    lines = (folder / "log").read_text().splitlines()
    (folder / "log").write_text("")
    return lines
