"""The Python interpreters of this machine, found by uv and never downloaded."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from threading import Lock

from releasegate.adapters.process import clean_environment, run
from releasegate.core.frozen import dataclass

UV = (sys.executable, "-P", "-m", "uv")
"""The uv that is installed beside this package, which looks for interpreters from the one that runs here."""

_LOOKUP_SECONDS = 60.0
_FOUND: dict[tuple[str, ...], Path] = {}
"""The interpreters that this process has found, by their version and where it looked."""


_ONE_LOOKS = Lock()


@cache
def uv() -> tuple[str, ...]:
    """Return the same uv for what names its interpreter: the program itself, which no Python has to start."""
    from uv import find_uv_bin

    # It asks sysconfig, whose first answers are wrong where a second thread asks meanwhile.
    with _ONE_LOOKS:
        try:
            return (find_uv_bin(),)
        except FileNotFoundError:
            return UV


@dataclass(frozen=True)
class Interpreters:
    """Finds an interpreter by its minor version; *environ* is the environment to look in."""

    environ: Mapping[str, str]

    def find(self, python: str) -> Path | None:
        """Return an interpreter of that minor version (``"3.12"``), or ``None`` where this machine has none.

        One that was found is not looked for again while it is there.
        """
        if python == f"{sys.version_info.major}.{sys.version_info.minor}":
            return Path(sys.executable)
        key = (python, *(self.environ.get(name, "") for name in ("PATH", "PYENV_ROOT", "HOME")))
        if (known := _FOUND.get(key)) is not None and known.exists():
            return known
        found = self._named(python) or self._searched(python)
        if found is not None:
            _FOUND[key] = found
        return found

    @property
    def path(self) -> str:
        """A ``PATH`` for uv: what runs here comes first, then the interpreters behind shims, then all as it is.

        A shim is a script of a shell, and asked by uv once more in each empty home folder: where none is needed, that
        is most of what a look at a lock costs.
        """
        own = getattr(sys, "_base_executable", sys.executable)
        return os.pathsep.join([str(Path(own).parent), *self._search_paths()])

    def _named(self, python: str) -> Path | None:
        """Return the interpreter that is called by its version and runs, without asking another program."""
        path, _ = self._search_paths()
        # A virtual environment's own is no interpreter of the machine.
        real = [folder for folder in path.split(os.pathsep) if not Path(folder, "..", "pyvenv.cfg").exists()]
        found = shutil.which(f"python{python}", path=os.pathsep.join(real))
        if found is None:
            return None
        env = clean_environment(self.environ, PATH=path)
        tried = run([found, "-I", "-S", "-c", ""], env=env, cwd=Path(tempfile.gettempdir()), timeout=_LOOKUP_SECONDS)
        return None if tried.exit_code else Path(found)

    def _searched(self, python: str) -> Path | None:
        """Return the interpreter that uv finds under another name or in another place."""
        for path in self._search_paths():
            env = clean_environment(self.environ, PATH=path)
            words = ["python", "find", "--no-project", "--no-python-downloads", "--system", python]
            found = run([*UV, *words], env=env, cwd=Path(tempfile.gettempdir()), timeout=_LOOKUP_SECONDS)
            if found.exit_code == 0:
                return Path(found.stdout.strip())
        return None

    def _search_paths(self) -> Iterator[str]:
        """Yield ``PATH`` with interpreters in place of shims, then as it is.

        A pyenv shim exists for every version that was ever installed, and fails for all but the chosen ones; uv
        gives up at the first that fails.
        """
        folders = self.environ.get("PATH", "").split(os.pathsep)
        real = [folder for folder in folders if Path(folder).name != "shims"]
        root = Path(self.environ.get("PYENV_ROOT") or Path(self.environ.get("HOME", "")) / ".pyenv")
        versions = sorted(root.glob("versions/*/bin"), reverse=True)
        yield os.pathsep.join([*real, *map(str, versions)])
        yield os.pathsep.join(folders)
