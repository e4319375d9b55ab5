"""A project: its configuration, the folder for what releasegate keeps, and the environment it runs in."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from releasegate.adapters.kit_folders import KitsBeside
from releasegate.core.config.keys import Package, Settings
from releasegate.core.config.parse import has_table, parse_settings, table_elsewhere
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.nearest import meant

STATE = ".releasegate"


@dataclass(frozen=True)
class Project:
    """A configured folder; ``state`` is where records, builds and fetched files are kept, ignored by Git.

    ``elsewhere`` is the repository beside it whose ``pyproject.toml`` has the table, where it is not its own.
    """

    root: Path
    settings: Settings
    environ: Mapping[str, str]
    elsewhere: Path | None = None

    @property
    def state(self) -> Path:
        """The folder for what is kept; it hides itself from Git.

        Raises:
            Unavailable: it cannot be made.
        """
        folder = self.root / STATE
        try:
            hides = folder / ".gitignore"
            # An empty one is of a disk that was full.
            if not hides.exists() or not hides.stat().st_size:
                folder.mkdir(parents=True, exist_ok=True)
                hides.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise Unavailable(
                f"{folder}, where records and builds are kept, cannot be used: {error.strerror or error}.",
                hint="It must be a folder that can be written to, on a disk with room; then run the same command again",
            ) from error
        return folder

    @property
    def table(self) -> Path:
        """The folder whose ``pyproject.toml`` says what holds here."""
        return self.elsewhere or self.root

    def where(self, package: Package) -> Path:
        """Return the folder of a package's repository."""
        return (self.root / package.path).resolve()

    @property
    def folders(self) -> dict[str, Path]:
        """The folder of every package, by its name."""
        return {package.name: self.where(package) for package in self.settings.packages}

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
            known = (p.name for p in self.settings.packages)
            raise ConfigurationError(f"There is no package {name}.", hint=meant(wanted, known))
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
    elsewhere = table_elsewhere(_text(file), where=file.name)
    if elsewhere is not None:
        return _shared(file.parent, elsewhere, environ)
    return Project(file.parent, parse_settings(_text(file), where=file.name, kits=KitsBeside(file.parent)), environ)


def _shared(root: Path, elsewhere: PurePosixPath, environ: Mapping[str, str]) -> Project:
    """Return the project of a repository whose table lies in another: paths are seen from *root* then."""
    table = (root / elsewhere).resolve()
    file, named = table / "pyproject.toml", f"{elsewhere}/pyproject.toml"
    if not file.is_file():
        raise ConfigurationError(
            f"The table of this repository is in {named}, which is not there.",
            hint=f"Clone the repository that has it to {elsewhere}, or correct tool.releasegate.table",
        )
    settings = parse_settings(_text(file), where=named, kits=KitsBeside(table))
    packages = tuple(replace(p, path=_seen_from(root, table / p.path)) for p in settings.packages)
    # A runner lays the repositories out by their packages' names, and both tables are read there.
    ours = [p.name for p in packages if p.path == PurePosixPath()]
    if root.name not in ours:
        looked = ", ".join(f"{p.name} in {(table / p.path).resolve()}" for p in settings.packages)
        raise ConfigurationError(
            f"The table in {named} has no package that is this repository, {root}.",
            hint='Give the package of this repository path = "../NAME" there, and clone it to a folder of that name',
            details=[f"it looks for {looked}"],
        )
    return Project(root, replace(settings, packages=packages), environ, table)


def _seen_from(root: Path, folder: Path) -> PurePosixPath:
    return PurePosixPath(os.path.relpath(folder.resolve(), root.resolve()).replace(os.sep, "/"))


def _has_table(file: Path) -> bool:
    try:
        return has_table(tomllib.loads(_text(file)))
    except (ValueError, RecursionError):
        return True  # let the parser say what is wrong with it


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read.", hint="Make it readable UTF-8 text") from error
