"""Build environments, kept by what is in them: made once of files with known hashes, and lent to each build.

No build changes one, since what it writes there goes with it, and no other foreign code sees one. Where that cannot be
had, or anything about the making is not right, nothing is kept, and a build makes its own environment as ever.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event, Lock

from releasegate.adapters.foreign.hidden import kept_environments
from releasegate.adapters.foreign.isolation import Isolation, lends
from releasegate.adapters.process import clean_environment, run
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.interpreters import uv
from releasegate.core.errors import Unavailable

_FORMAT = "1"
_SECONDS = 600.0
_DAYS = 30
_ENV, _LOCK, _MADE = "env", "lock.txt", "made"
_PINNED = re.compile(r"[A-Za-z0-9._-]+==[^ ]+(?: ;.*)?(?: --hash=sha256:[0-9a-f]{64})+")


@dataclass(frozen=True)
class BuildEnvironment:
    """An environment that lies in *folder* and has what *requires* asks for."""

    folder: Path
    requires: tuple[str, ...]

    @property
    def env(self) -> Path:
        """The environment itself."""
        return self.folder / _ENV


def required(tree: Path) -> tuple[str, ...]:
    """Return what the project in *tree* is built with, where its own file says so in plain words."""
    try:
        table = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
        return tuple(map(str, table["requires"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()


@dataclass(frozen=True)
class BuildEnvironments:
    """The environments of this user; *index* is the only one that what is in them comes from.

    Of requirements that are among *constraints* (the lines of a file) these versions are used.
    """

    index: str
    environ: Mapping[str, str]
    constraints: str = ""

    @property
    def root(self) -> Path:
        """Where they are."""
        return kept_environments(self.environ)

    def find(self, requires: Sequence[str], *, stop: Event) -> BuildEnvironment | None:
        """Return the environment of *requires* as they are resolved now, made if need be; ``None`` for none.

        Raises:
            KeyboardInterrupt: *stop* was set, by the thread that was interrupted.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not requires or not lends(self.root, self.environ) or not self._is_ours():
                return None
            lock = self._resolved(tuple(requires), stop)
            found = None if lock is None else self._kept(lock, stop)
        except (OSError, Unavailable):
            return None
        return None if found is None else BuildEnvironment(found, tuple(requires))

    def _is_ours(self) -> bool:
        """Whether the place is a person's own: nobody else could write there, or put another in its place."""
        seen = self.root.lstat()
        named = any(self.environ.get(name, "").startswith("/") for name in ("HOME", "XDG_CACHE_HOME"))
        return named and stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o022

    def size(self) -> tuple[int, int]:
        """Return how many there are, and their bytes."""
        files = (file for folder in self._folders() for file in folder.rglob("*") if file.is_file())
        return len(list(self._folders())), sum(file.lstat().st_size for file in files)

    def trim(self, days: float = _DAYS) -> int:
        """Remove those that were not used for so many days, and return how many."""
        before = time.time() - days * 86400
        old = [folder for folder in self._folders() if _used(folder) <= before]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)

    def _folders(self) -> Iterator[Path]:
        return (path.parent for path in self.root.glob(f"*/{_LOCK}"))

    def _resolved(self, requires: tuple[str, ...], stop: Event) -> str | None:
        """Return the pins with their hashes; ``None`` where some file has none, or nothing fits."""
        settings = tuple(sorted(clean_environment(self.environ).items()))
        asked = (requires, self.constraints, self.index, settings)
        with _RESOLVING:
            if asked not in _RESOLVED:
                _RESOLVED[asked] = self._resolve(requires, stop)
        return _RESOLVED[asked] or None

    def _resolve(self, requires: tuple[str, ...], stop: Event) -> str:
        words = ("compile", "--generate-hashes", "--no-header", "--no-annotate", "--output-file", _LOCK, "wanted.txt")
        with scratch() as folder:
            (folder / "wanted.txt").write_text("\n".join(requires) + "\n", encoding="utf-8")
            (folder / "constraints.txt").write_text(self.constraints, encoding="utf-8")
            own = {"UV_CONSTRAINT": str(folder / "constraints.txt")} if self.constraints else {}
            if not self._uv(folder, *words, "--python", sys.executable, stop=stop, home=folder, **own):
                return ""
            lock = (folder / _LOCK).read_text(encoding="utf-8")
        lines = lock.replace("\\\n    ", "").splitlines()
        return lock if lines and all(map(_PINNED.fullmatch, lines)) else ""

    def _kept(self, lock: str, stop: Event) -> Path | None:
        """Return the folder of the environment, made if need be by one process at a time."""
        from filelock import FileLock

        content = "\n".join((_FORMAT, sys.version, str(Path(sys.executable).resolve()), _uv_version(), lock))
        folder = self.root / hashlib.sha256(content.encode()).hexdigest()[:32]
        with FileLock(folder.with_suffix(".lock"), thread_local=False):
            if not (folder / _MADE).exists():
                self.trim()
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700)
                if not self._make(folder, lock, stop):
                    shutil.rmtree(folder, ignore_errors=True)
                    return None
            (folder / _MADE).touch()
        return folder

    def _make(self, folder: Path, lock: str, stop: Event) -> bool:
        """Make an environment of wheels alone, so that nothing is built for it; none of them from a shared cache."""
        (folder / _LOCK).write_text(lock, encoding="utf-8")
        env = str(folder / _ENV)
        words = [*uv(), "venv", "--quiet", "--no-project", "--python", sys.executable, env]
        if run(words, env=clean_environment(self.environ), cwd=folder, timeout=_SECONDS, stop=stop).exit_code:
            return False
        exact = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-cache", "--compile-bytecode")
        with scratch() as home:
            return self._uv(folder, "install", *exact, "--requirement", _LOCK, "--python", env, stop=stop, home=home)

    def _uv(self, folder: Path, *words: str, stop: Event, home: Path, **own: str) -> bool:
        isolation = Isolation(self.environ, home, (folder,))
        env = isolation.environment(UV_DEFAULT_INDEX=self.index, **own)
        argv = [*uv(), "pip", *words, "--quiet"]
        return isolation.run(argv, env=env, cwd=folder, timeout=_SECONDS, stop=stop).exit_code == 0


_RESOLVED: dict[tuple[tuple[str, ...], str, str, tuple[tuple[str, str], ...]], str] = {}
"""The pins that this process was told: what one run builds, it builds with the same tools."""

_RESOLVING = Lock()
"""Held while that is asked: the second of two builds that begin together waits for the answer."""


@cache
def _uv_version() -> str:
    from importlib.metadata import version

    return version("uv")


def _used(folder: Path) -> float:
    with suppress(OSError):
        return (folder / _MADE).stat().st_mtime
    return 0.0
