"""Whether the tracked lock files are current, as the tools say that wrote them; nothing is locked anew.

``uv lock --check``, ``poetry check --lock`` and ``pdm lock --check``. A lock may lie above the package, where the whole
repository has one. What such a tool says without its index is no judgement.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from releasegate.adapters.build.builder import UNREACHED
from releasegate.adapters.foreign.isolation import Isolation
from releasegate.adapters.process import Completed, last_lines
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.interpreters import UV
from releasegate.core.config.toml_lines import read_toml
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.ports import LockAnswer

_SECONDS = 300.0
_STALE = "needs to be updated"
_NO_PYTHON = ("Python interpreter", "No interpreter found")
_OFFLINE = ("network was disabled", "Network connectivity is disabled", "not found in the cache", *UNREACHED)


@dataclass(frozen=True)
class Locks:
    """The lock files of a checkout: those in the package's *folder*, and above it up to *top*."""

    folder: Path
    top: Path
    index: str
    environ: Mapping[str, str]

    def ask(self) -> tuple[LockAnswer, ...]:
        """Return what each tool says of its lock, the nearest of each kind.

        Raises:
            Unavailable: an index that a tool needs does not answer.
        """
        asked = {"uv.lock": self._uv, "poetry.lock": self._poetry, "pdm.lock": self._pdm}
        found = {name: self._nearest(name) for name in asked}
        return tuple(asked[name](path) for name, path in found.items() if path is not None)

    def _nearest(self, name: str) -> Path | None:
        folder = self.folder.resolve()
        folders = [folder, *(each for each in folder.parents if each.is_relative_to(self.top.resolve()))]
        return next((each / name for each in folders if (each / name).is_file()), None)

    def _shown(self, lock: Path) -> str:
        return os.path.relpath(lock, self.folder.resolve()).replace(os.sep, "/")

    def _run(self, lock: Path, argv: Sequence[str], **more: str) -> Completed:
        with scratch() as home:
            isolation = Isolation(self.environ, Path(home), (self.top,))
            env = isolation.environment(**more)
            # What the project itself says of its indexes and pins is a part of what was locked.
            env.pop("UV_NO_CONFIG", None)
            return isolation.run(argv, env=env, cwd=lock.parent, timeout=_SECONDS)

    def _uv(self, lock: Path) -> LockAnswer:
        """Ask uv, without the network first: a lock that is current needs none."""
        index = {"UV_DEFAULT_INDEX": _registry(lock) or self.index, "UV_PYTHON_DOWNLOADS": "never"}
        done = self._run(lock, [*UV, "lock", "--check", "--offline"], **index)
        if done.exit_code and _STALE not in _words(done):
            done = self._run(lock, [*UV, "lock", "--check"], **index)
        return self._answer(lock, done, "uv lock")

    def _poetry(self, lock: Path) -> LockAnswer:
        return self._by_hash(lock, "poetry", "check", "--lock", again="poetry lock")

    def _pdm(self, lock: Path) -> LockAnswer:
        return self._by_hash(lock, "pdm", "lock", "--check", again="pdm lock")

    def _by_hash(self, lock: Path, tool: str, *words: str, again: str) -> LockAnswer:
        """Ask a tool that compares a hash of the project file with the one in the lock."""
        program = shutil.which(tool, path=self.environ.get("PATH"))
        if program is None:
            return LockAnswer(self._shown(lock), "", f"{tool} is not here, so it was not asked")
        done = self._run(lock, [program, *words])
        if tool == "poetry" and "lock" not in _words(done):
            return LockAnswer(self._shown(lock), again)  # what else it objects to is no matter of the lock
        return self._answer(lock, done, again)

    def _answer(self, lock: Path, done: Completed, again: str) -> LockAnswer:
        words = _words(done)
        if done.exit_code and _STALE not in words and any(sign in words for sign in _NO_PYTHON):
            raise Unavailable(
                f"Nobody can say whether {self._shown(lock)} is current: uv finds no Python for it.",
                hint="Install one that the project supports (uv python install 3.12, say); nothing was judged",
                details=last_lines(words),
            )
        if done.exit_code and _STALE not in words and (done.timed_out or any(sign in words for sign in _OFFLINE)):
            raise Unavailable(
                f"Nobody can say whether {self._shown(lock)} is current: an index does not answer.",
                hint="Run the same command again when the index answers; nothing was judged",
                details=last_lines(words),
            )
        problem = f"{self._shown(lock)} is not current: run {again}, and commit it" if done.exit_code else ""
        return LockAnswer(self._shown(lock), again, problem, last_lines(words) if done.exit_code else ())


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
