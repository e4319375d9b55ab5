"""A new virtual environment in a folder of its own, and the commands that run in it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from releasegate.adapters.foreign.isolation import Isolation
from releasegate.adapters.process import Completed, clean_environment, last_lines, run
from releasegate.adapters.venvs.interpreters import uv
from releasegate.core.errors import Unavailable

_CREATION_SECONDS = 120.0


@dataclass(frozen=True)
class Venv:
    """One clean environment; whoever owns *folder* deletes it. Setting *stop* ends what runs in it."""

    folder: Path
    environ: Mapping[str, str]
    stop: Event = field(default_factory=Event)

    @property
    def bin(self) -> Path:
        """Where the environment's programs are."""
        return self.folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.bin / ("python.exe" if sys.platform == "win32" else "python")

    @property
    def minor(self) -> str:
        """The minor version of its Python, as it tells of itself; empty where it does not."""
        told = re.search(r"(?m)^version_info *= *(\d+\.\d+)", (self.folder / "env" / "pyvenv.cfg").read_text("utf-8"))
        return told[1] if told is not None else ""

    @property
    def home(self) -> Path:
        """An empty home folder, so that nobody's own settings count."""
        return self.folder / "home"

    def create(self, interpreter: Path) -> None:
        """Make the environment for *interpreter*.

        Raises:
            Unavailable: uv could not make it.
        """
        for name in ("home", "given"):
            (self.folder / name).mkdir(parents=True)
        words = [*uv(), "venv", "--no-project", "--python", str(interpreter), str(self.folder / "env")]
        env = clean_environment(self.environ)
        made = run(words, env=env, cwd=self.folder, timeout=_CREATION_SECONDS, stop=self.stop)
        if made.exit_code:
            raise Unavailable(
                f"uv could not make an environment with {interpreter}.",
                hint="Try that interpreter by hand; install it anew if it is broken",
                details=last_lines(made.stderr),
            )

    def require_start(self) -> None:
        """The Python of the environment starts, so that what failed in it may be the package's fault.

        Raises:
            Unavailable: it does not.
        """
        isolation = self.isolation()
        words = [str(self.python), "-I", "-S", "-c", ""]
        env, cwd = isolation.environment(), self.folder
        begun = isolation.run(words, env=env, cwd=cwd, timeout=_CREATION_SECONDS, stop=self.stop)
        if begun.exit_code:
            raise Unavailable(
                f"Python {self.minor} of this machine does not start in a new environment.",
                hint="Install that Python anew, or take it out of PATH, and run the same command again",
                details=last_lines(begun.stderr),
            )

    def copy_in(self, given: Path) -> Path:
        """Copy a distribution file or a source tree into the environment's folder and return the copy.

        A path that was never used before is in no cache, and a build that writes into its tree writes here.
        """
        copy = self.folder / "given" / given.name
        if given.is_dir():
            shutil.copytree(given, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        else:
            shutil.copyfile(given, copy)
        return copy

    def isolation(self, *given: Path) -> Isolation:
        """Return how foreign code runs here: with the empty home folder, this environment, and what it is *given*."""
        return Isolation(self.environ, self.home, (self.folder, self.python, *given))

    def environment(self, **extra: str) -> dict[str, str]:
        """Return the environment of a command that runs here: the programs here come first on ``PATH``."""
        path = os.pathsep.join([str(self.bin), self.environ.get("PATH", "")])
        return self.isolation().environment(**{"PATH": path, "VIRTUAL_ENV": str(self.folder / "env"), **extra})

    def try_out(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        input: str | None = None,  # noqa: A002
        told: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run a command with an empty home folder, from an empty folder; *told* are variables of the package's own.

        Raises:
            Unavailable: there is no such program.
        """
        cwd = self.folder / "cwd"
        shutil.rmtree(cwd, ignore_errors=True)
        cwd.mkdir()
        env = self.environment(**(told or {}))
        return self.isolation().run(argv, env=env, cwd=cwd, timeout=timeout, input=input, stop=self.stop)
