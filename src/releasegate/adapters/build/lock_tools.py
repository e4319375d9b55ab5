"""The tools that write lock files, each asked whether one is current; they run apart, as all foreign code does."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from releasegate.adapters.build.builder import UNREACHED
from releasegate.adapters.foreign.isolation import Isolation
from releasegate.adapters.process import Completed, last_lines
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.interpreters import Interpreters, uv
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.core.toml.lines import read_toml
from releasegate.ports import LockAnswer

_SECONDS = 300.0
# The last is cargo's.
_STALE = ("needs to be updated", "--locked was passed")
_NO_PYTHON = ("Python interpreter", "No interpreter found")
_OFFLINE = ("network was disabled", "Network connectivity is disabled", "not found in the cache", *UNREACHED)
_OFFLINE_CARGO = ("offline mode", "failed to download", "spurious network error", "download of config.json failed")


@dataclass(frozen=True)
class LockTools:
    """What is asked in a checkout that begins at *top*; *folder* is the package's, from which paths are shown."""

    folder: Path
    top: Path
    index: str
    environ: Mapping[str, str]

    def uv(self, lock: Path) -> LockAnswer:
        """Ask uv, without the network first: a lock that is current needs none."""
        index = {"UV_DEFAULT_INDEX": _registry(lock) or self.index, "UV_PYTHON_DOWNLOADS": "never"}
        done = self.run_uv("lock", "--check", "--offline", cwd=lock.parent, **index)
        if done.exit_code and not _stale(done):
            done = self.run_uv("lock", "--check", cwd=lock.parent, **index)
        return self._answer(lock, done, "uv lock")

    def poetry(self, lock: Path) -> LockAnswer:
        """Ask poetry, which compares a hash of the project file with the one in the lock, as pdm and pipenv do."""
        return self._by_hash(lock, "poetry", "check", "--lock", again="poetry lock")

    def pdm(self, lock: Path) -> LockAnswer:
        """Ask pdm."""
        return self._by_hash(lock, "pdm", "lock", "--check", again="pdm lock")

    def pipenv(self, lock: Path) -> LockAnswer:
        """Ask pipenv."""
        return self._by_hash(lock, "pipenv", "verify", again="pipenv lock")

    def cargo(self, lock: Path) -> LockAnswer:
        """Ask cargo whether the workspace's own entries are current, without the network first."""
        program = self.program("cargo")
        if program is None:
            return self.unasked(lock, "cargo is not here, so it was not asked")
        words = [program, "update", "--workspace", "--locked"]
        done = self.run([*words, "--offline"], lock.parent)
        if done.exit_code and not _stale(done):
            done = self.run(words, lock.parent)
        if done.exit_code and not _stale(done) and not _is_offline(_words(done), of="cargo"):
            return self.unasked(lock, f"cargo cannot say whether it is current: {' '.join(last_lines(_words(done)))}")
        return self._answer(lock, done, "cargo update --workspace")

    def nobody(self, command: str) -> Callable[[Path], LockAnswer]:
        """Return what is said of locks that no tool is asked about; *command* makes them anew."""
        return lambda lock: self.unasked(lock, f"nobody was asked: run {command}, and see that nothing changes")

    def unasked(self, lock: Path, why: str) -> LockAnswer:
        """Return that nobody was asked of *lock*, and why."""
        return LockAnswer(self.shown(lock), "", why)

    def shown(self, lock: Path) -> str:
        """Return the path to a lock from the package's folder."""
        return os.path.relpath(lock, self.folder).replace(os.sep, "/")

    def program(self, tool: str) -> str | None:
        """Return where a tool is, ``None`` where it is not here."""
        return shutil.which(tool, path=self.environ.get("PATH"))

    def run(self, argv: Sequence[str], cwd: Path, **more: str) -> Completed:
        """Run a tool in a folder of the checkout."""
        with scratch() as home:
            isolation = Isolation(self.environ, Path(home), (self.top,))
            env = isolation.environment(**more)
            # What the project itself says of its indexes and pins is a part of what was locked.
            env.pop("UV_NO_CONFIG", None)
            return isolation.run(argv, env=env, cwd=cwd, timeout=_SECONDS)

    def run_uv(self, *words: str, cwd: Path, **more: str) -> Completed:
        """Run the uv that is installed beside this package, which finds its Python without asking any shim."""
        return self.run([*uv(), *words], cwd, PATH=Interpreters(self.environ).path, **more)

    def _by_hash(self, lock: Path, tool: str, *words: str, again: str) -> LockAnswer:
        program = self.program(tool)
        if program is None:
            return self.unasked(lock, f"{tool} is not here, so it was not asked")
        done = self.run([program, *words], lock.parent)
        if tool == "poetry" and "lock" not in _words(done):
            return LockAnswer(self.shown(lock), again)  # what else it objects to is no matter of the lock
        return self._answer(lock, done, again)

    def _answer(self, lock: Path, done: Completed, again: str) -> LockAnswer:
        words = _words(done)
        if done.exit_code and not _stale(done) and any(sign in words for sign in _NO_PYTHON):
            raise Unavailable(
                f"Nobody can say whether {self.shown(lock)} is current: uv finds no Python for it.",
                hint="Install one that the project supports (uv python install 3.12, say); nothing was judged",
                details=last_lines(words),
            )
        if done.exit_code and not _stale(done) and (done.timed_out or _is_offline(words, of=again)):
            own = _registry(lock) if lock.name == "uv.lock" else ""
            index, hint = "an index does not answer", "Run the same command again when the index answers"
            if own and own != self.index:
                index = f"{own}, which it was made from, does not answer"
                hint += ". If not all can reach it, remove the lock, make it anew from one that all can, and commit it"
            raise Unavailable(
                f"Nobody can say whether {self.shown(lock)} is current: {index}.",
                hint=f"{hint}; nothing was judged",
                details=last_lines(words),
            )
        problem = f"{self.shown(lock)} is not current: run {again}, and commit it" if done.exit_code else ""
        return LockAnswer(self.shown(lock), again, problem, last_lines(words) if done.exit_code else ())


def _is_offline(words: str, *, of: str) -> bool:
    signs = _OFFLINE_CARGO if of.startswith("cargo") else _OFFLINE
    return any(sign in words for sign in signs)


def _stale(done: Completed) -> bool:
    return any(sign in _words(done) for sign in _STALE)


def _words(done: Completed) -> str:
    return f"{done.stdout}\n{done.stderr}"


def _registry(lock: Path) -> str | None:
    """Return the one index that a ``uv.lock`` names beside those of its project; ``None`` for none or several.

    uv takes a lock from another index than the present default for one that must be made anew.
    """
    named = set(re.findall(r'registry = "(https?://[^"]+)"', lock.read_text(encoding="utf-8", errors="replace")))
    left = named - set(_configured(lock.parent / "pyproject.toml"))
    return left.pop() if len(left) == 1 else None


def _configured(project: Path) -> Iterator[str]:
    try:
        tool = read_toml(project.read_text(encoding="utf-8"), where=project.name).values.get("tool")
    except (OSError, UnicodeDecodeError, ReleasegateError):
        return
    uv = tool.get("uv") if isinstance(tool, dict) else None
    rows = uv.get("index") if isinstance(uv, dict) else None
    yield from (str(row.get("url")) for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict))
