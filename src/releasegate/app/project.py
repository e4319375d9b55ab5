"""A project: its configuration, the folder for what releasegate keeps, and the environment it runs in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from releasegate.core.config.model import Package, Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError

STATE = ".releasegate"


@dataclass(frozen=True)
class Project:
    """A configured folder; ``state`` is where records, builds and fetched files are kept, ignored by Git."""

    root: Path
    settings: Settings
    environ: Mapping[str, str]

    @property
    def state(self) -> Path:
        """The folder for what is kept; it hides itself from Git."""
        folder = self.root / STATE
        if not (folder / ".gitignore").exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        return folder

    def where(self, package: Package) -> Path:
        """Return the folder of a package's repository."""
        return (self.root / package.path).resolve()

    def select(self, name: str | None) -> tuple[Package, ...]:
        """Return the package of that name, or all of them in release order.

        Raises:
            ConfigurationError: there is no such package.
        """
        if name is None:
            return self.settings.packages
        wanted = name.lower().replace("_", "-").replace(".", "-")
        found = tuple(p for p in self.settings.packages if p.name == wanted)
        if not found:
            names = ", ".join(p.name for p in self.settings.packages)
            raise ConfigurationError(f"There is no package {name}.", hint=f"Name one of: {names}")
        return found


def load(start: Path, *, environ: Mapping[str, str]) -> Project:
    """Return the project whose ``pyproject.toml`` is in *start* or the nearest folder above it.

    A file without ``[tool.releasegate]`` is passed over while a folder above has one.

    Raises:
        ConfigurationError: there is none, or it is wrong (all problems at once).
    """
    files = [f for folder in (start, *start.parents) if (f := folder / "pyproject.toml").is_file()]
    if not files:
        raise ConfigurationError(
            f"There is no pyproject.toml in {start} or above it.",
            hint="Run this in your project, with a [tool.releasegate] table in its pyproject.toml",
        )
    file = next((f for f in files if _has_table(f)), files[0])
    return Project(file.parent, parse_settings(_text(file), where=file.name), environ)


def _has_table(file: Path) -> bool:
    try:
        tool = tomllib.loads(_text(file)).get("tool")
    except tomllib.TOMLDecodeError:
        return True  # let the parser say what is wrong with it
    return isinstance(tool, dict) and "releasegate" in tool


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read.", hint="Make it readable UTF-8 text") from error
