"""What every single gate does: it runs for each package that is asked for, and one that fails stops none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.frontends.endings import as_told, nobody_reads

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.app.project import Project
    from releasegate.core.config.keys import Package
    from releasegate.frontends.options import Given
    from releasegate.frontends.screen.console import Screen

Failures: TypeAlias = Mapping[str, ReleasegateError]
"""What did not pass, by package; all of it is shown already."""


def each_package(given: Given, screen: Screen, one: Callable[[Workspace, Package], None]) -> Failures:
    """Run a gate for every selected package; one that fails does not keep the others from being judged."""
    choices = RunOptions(only_available=given.get("only_available", False))
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, choices)
    screen.folders = workspace.project.folders
    if given["path"] is not None:
        workspace = replace(workspace, project=_moved(workspace.project, given))
    failed: dict[str, ReleasegateError] = {}
    packages = workspace.project.select(given["package"])
    for number, package in enumerate(packages, start=1):
        screen.at(number, len(packages), package.name)
        try:
            one(workspace, package)
        except (ReleasegateError, OSError) as error:
            if nobody_reads(error):
                raise
            failed[package.name] = as_told(error)
            screen.error(failed[package.name])
    return failed


def _moved(project: Project, given: Given) -> Project:
    """Return *project* with the one selected package in the folder that was given."""
    chosen: Sequence[Package] = project.select(given["package"])
    if len(chosen) != 1:
        raise ConfigurationError("--path needs to know which package is there.", hint="Add --package NAME")
    if not Path(given["path"]).is_dir():
        raise ConfigurationError(f"{given['path']} is no folder.", hint="Name the folder of the package's repository")
    where = PurePosixPath(os.path.relpath(Path(given["path"]).resolve(), project.root))
    packages = tuple(replace(p, path=where) if p is chosen[0] else p for p in project.settings.packages)
    return replace(project, settings=replace(project.settings, packages=packages))


def version_of(text: str | None) -> Version | None:
    """Return the version that an option names; raises ``ConfigurationError`` where it names none."""
    from releasegate.core.release.versions import parse_version

    version = parse_version(text)
    if text and version is None:
        raise ConfigurationError(f"{text!r} is not a version.", hint="Write it as X.Y.Z or X.Y.ZrcN")
    return version
