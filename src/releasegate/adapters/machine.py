"""The machine that runs: its Pythons, its container engine, its disk, and whether a person is there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from releasegate.adapters.process import clean_environment, find_program, run
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.core.config.messages import holds_secret
from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass
from releasegate.ports import Tool

_GIT = ">=2.30"
"""The Git whose options are used."""
_RUN = ("twine", "pip", "build", "uv")
_SECONDS = 30.0


@dataclass(frozen=True)
class LocalMachine:
    """This machine; ``folder`` is where builds are kept, ``attended`` that somebody can confirm."""

    environ: Mapping[str, str]
    folder: Path
    attended: bool

    def python(self, version: str) -> str | None:
        """Return where an interpreter of that minor version is, or ``None``."""
        found = Interpreters(self.environ).find(version)
        return None if found is None else str(found)

    def containers(self) -> str:
        """Return the container engine and Compose, in words; raises ``Unavailable`` where none can be used."""
        # The engine's library is loaded where an engine is needed.
        from releasegate.adapters.containers.engine import opened

        with opened(self.environ) as engine:
            return str(engine)

    def tools(self) -> tuple[Tool, ...]:
        """Return Git, and what uploads, installs and builds, with their versions."""
        return (Tool("git", self._git(), _GIT), *_installed())

    def _git(self) -> str:
        try:
            return _version_of_git(find_program("git", env=self.environ, cwd=self.folder))
        except Unavailable:
            return ""

    def free_space(self) -> int:
        """Return the bytes that are free where builds and fetched files are kept."""
        return shutil.disk_usage(self.folder).free

    def program(self, name: str) -> str | None:
        """Return where a program is found, or ``None``."""
        return shutil.which(name, path=self.environ.get("PATH"))

    def obstacle(self) -> str | None:
        """Return why foreign code cannot be run apart from our processes and files; ``None`` where it can."""
        from releasegate.adapters.foreign.isolation import obstacle

        return obstacle(self.environ)

    def exported(self) -> tuple[str, ...]:
        """Return the names of the environment variables that hold secrets, as far as names and values tell."""
        # What a rehearsal only tells its own parts is in nobody's environment.
        named = {name for name, value in self.environ.items() if os.environ.get(name) == value}
        return tuple(sorted(name for name in named if holds_secret(name, self.environ[name])))

    def may_confirm(self) -> bool:
        """Whether somebody can say yes to what cannot be taken back."""
        return self.attended


@cache
def _version_of_git(program: str) -> str:
    env = clean_environment(os.environ, LC_ALL="C")
    said = run([program, "--version"], env=env, cwd=Path(program).parent, timeout=_SECONDS).stdout
    return next(iter(re.findall(r"\d+(?:\.\d+)+", said)), "")


@cache
def _installed() -> tuple[Tool, ...]:
    """Return the programs that are installed beside this one, each with what this one asks of it."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        asked = [Requirement(each) for each in requires("releasegate") or ()]
    except PackageNotFoundError:
        asked = []
    fitting = {each.name: str(each.specifier) for each in asked}
    found = []
    for name in _RUN:
        try:
            found.append(Tool(name, version(name), fitting.get(name, "")))
        except PackageNotFoundError:
            found.append(Tool(name, "", fitting.get(name, "")))
    return tuple(found)
