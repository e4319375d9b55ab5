"""A program whose imports are made once: a process that has loaded it begins each of its commands by a fork.

As a script it is that process: ``python forked.py PROGRAM`` runs ``PROGRAM.main`` for each line that it is given, and
loads, before the next, what that command had loaded.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path

LONGEST = 180
"""Seconds after which a command is ended."""


@dataclass(frozen=True)
class Forks:
    """The commands of a *program*, a module that has a ``main``."""

    program: str
    begun: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
        """Return the exit code of a command with no input, and what it wrote to standard output and then to error."""
        if not self.begun or self.begun[-1].poll() is not None:  # a test may end all that its process has begun
            self.begun.append(self._begin())
        process = self.begun[-1]
        assert process.stdin is not None
        assert process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            process.stdin.write(json.dumps([[*words], str(cwd), {**env}, folder]) + "\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            return code, "".join(Path(folder, name).read_text() for name in ("out", "err"))

    def _begin(self) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen([sys.executable, __file__, self.program], text=True, **pipes)  # type: ignore[call-overload]
        atexit.register(process.communicate)
        return process  # type: ignore[no-any-return]


@cache
def forks(program: str) -> Forks:
    """Return the commands of a program: its process is begun once in this one, and ends with it."""
    return Forks(program)


def main(name: str) -> None:
    program = import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in iter(sys.stdin.readline, ""):
        words, cwd, env, folder = json.loads(line)
        gc.freeze()
        child = os.fork()
        if not child:
            _becomes(cwd, env, Path(folder))
            sys.argv = [str(program.__file__), *words]
            program.main()
            return
        _, status = os.waitpid(child, 0)
        _load(Path(folder, "loaded"))
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _load(names: Path) -> None:
    """Load what a command had loaded, where it came to its end and Python finds that by its name."""
    for name in names.read_text().split() if names.exists() else ():
        with suppress(Exception):
            import_module(name)


def _becomes(cwd: str, env: Mapping[str, str], folder: Path) -> None:
    """Be a process of its own: where it runs, what it is told, and where it writes."""
    for number, path in enumerate((Path(os.devnull), folder / "out", folder / "err")):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    signal.alarm(LONGEST)
    before, loaded = {*sys.modules}, folder / "loaded"
    atexit.register(lambda: loaded.write_text("\n".join(name for name in sys.modules if name not in before)))


if __name__ == "__main__":
    main(sys.argv[1])
