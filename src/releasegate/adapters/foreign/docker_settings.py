"""Docker's own settings without what it keeps in them for registries: which engine is asked, and its plugins."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_HARMLESS = ("currentContext", "cliPluginsExtraDirs")
_ENGINES = ("desktop/docker.sock", "run/docker.sock")


def write_docker_settings(environ: Mapping[str, str], home: Path) -> None:
    """Let ``docker`` ask the same engine with the same plugins from *home*, where there is any to tell it of."""
    folder, plugins = _folder(environ), _folder(environ) / "cli-plugins"
    kept = {name: value for name, value in _settings(folder).items() if name in _HARMLESS}
    if os.path.isdir(plugins):
        kept["cliPluginsExtraDirs"] = [*kept.get("cliPluginsExtraDirs", []), str(plugins)]
    if kept:
        own = home / ".docker"
        own.mkdir(parents=True, exist_ok=True)
        (own / "config.json").write_text(json.dumps(kept), encoding="utf-8")
        with suppress(OSError):
            # Where the engines are; their keys lie beside it.
            shutil.copytree(folder / "contexts" / "meta", own / "contexts" / "meta", dirs_exist_ok=True)


def shown_of_docker(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield what of Docker's folder is shown to foreign code."""
    yield from (_folder(environ) / name for name in ("cli-plugins", *_ENGINES))


def _folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", ""), ".docker"))


def _settings(folder: Path) -> dict[str, Any]:
    try:
        known = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
