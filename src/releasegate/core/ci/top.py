"""Paths as the forge sees them: from the top of the repository, in whichever folder of it the table is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from posixpath import normpath

from releasegate.core.config.keys import Settings

TOP = PurePosixPath()
"""The folder of a table that is in the repository's own ``pyproject.toml``."""


def seen_from_top(settings: Settings, folder: PurePosixPath) -> Settings:
    """Return the settings of a table in *folder* with its packages' paths from the top of the repository."""
    if folder == TOP:
        return settings
    packages = (replace(package, path=PurePosixPath(normpath(folder / package.path))) for package in settings.packages)
    return replace(settings, packages=tuple(packages))
