"""The folders of a person's home that builds and checks use without being told a secret: caches and toolchains."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from releasegate.adapters.foreign.docker_settings import shown_of_docker

SHARED = "RELEASEGATE_SHARED"
"""The variable in which a person names further folders that foreign code may use."""

_FOLDERS = {
    "ASDF_DATA_DIR": ".asdf",
    "CCACHE_DIR": ".cache/ccache",
    "GOCACHE": ".cache/go-build",
    "GOMODCACHE": "go/pkg/mod",
    "MISE_DATA_DIR": ".local/share/mise",
    "NVM_DIR": ".nvm",
    "PIP_CACHE_DIR": ".cache/pip",
    "PLAYWRIGHT_BROWSERS_PATH": ".cache/ms-playwright",
    "PRE_COMMIT_HOME": ".cache/pre-commit",
    "PYENV_ROOT": ".pyenv",
    "RUSTUP_HOME": ".rustup",
    "UV_CACHE_DIR": ".cache/uv",
    "UV_PYTHON_INSTALL_DIR": ".local/share/uv/python",
    "VOLTA_HOME": ".volta",
    "npm_config_cache": ".npm",
}
"""The variable by which a tool is told of a folder, and where the folder is below the home folder if it is not told."""

_CARGO = ("bin", "registry/cache", "registry/index", "registry/src", "git")
"""What of Cargo's folder is shown: beside it lie its credentials, and settings that may hold some."""


def tool_folders(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that lead a tool with an empty home folder to its caches and toolchains that are here."""
    found = {name: _place(environ, name, below) for name, below in _FOLDERS.items()}
    return {name: str(place) for name, place in found.items() if place is not None}


def cargo(environ: Mapping[str, str]) -> dict[str, str]:
    """Return Cargo's own variable: for where no more of its folder can be read than what is shown."""
    place = _place(environ, "CARGO_HOME", ".cargo")
    return {} if place is None else {"CARGO_HOME": str(place)}


def shown_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield every folder that is shared with foreign code."""
    yield from map(Path, tool_folders(environ).values())
    yield from (Path(place, part) for place in cargo(environ).values() for part in _CARGO)
    yield from shown_of_docker(environ)
    home = environ.get("HOME", "")
    for each in environ.get(SHARED, "").split(os.pathsep):
        yield Path(home, each[2:]) if each.startswith("~/") else Path(each)


def _place(environ: Mapping[str, str], name: str, below: str) -> Path | None:
    if environ.get(name):
        place = Path(environ[name])
    elif below.startswith(".cache/") and environ.get("XDG_CACHE_HOME"):
        place = Path(environ["XDG_CACHE_HOME"], below.removeprefix(".cache/"))
    elif below.startswith(".local/share/") and environ.get("XDG_DATA_HOME"):
        place = Path(environ["XDG_DATA_HOME"], below.removeprefix(".local/share/"))
    elif environ.get("HOME"):
        place = Path(environ["HOME"], below)
    else:
        return None
    return place if place.is_absolute() and os.path.isdir(place) else None
