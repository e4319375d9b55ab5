"""The files that travel with the package: scripts beside modules, and the folders that a wheel takes in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def package_folder(name: str) -> Path:
    """Return the folder ``e2e`` or ``examples``: inside the installed package, or beside the sources of a checkout."""
    package = Path(str(files("releasegate")))
    installed = package / name
    return installed if installed.is_dir() else package.parents[1] / name


def script(package: str, name: str) -> Path:
    """Return a module of ours that another interpreter runs as a file."""
    return Path(str(files(package) / name))
