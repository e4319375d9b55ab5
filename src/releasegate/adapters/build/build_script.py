"""Builds a project as ``python -m build`` does, in an environment that is lent to it where that is what it requires.

It runs with the Python and the ``build`` that run here, apart from all else; what it is told is JSON:

    python -I build_script.py '{"tree": ..., "out": ..., "sdist": true, "env": ..., "requires": [...]}'

With ``sdist`` the sdist is made, and the wheel from nothing but the sdist; else the wheel alone.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Self

from build import BuildBackendException, BuildException, FailedProcessError, ProjectBuilder
from build.env import DefaultIsolatedEnv, IsolatedEnv


@dataclass(frozen=True)
class LentEnv(IsolatedEnv):
    """The environment that lies in *folder*, as it was when this began."""

    folder: Path
    requires: frozenset[str]
    found: frozenset[tuple[str, int, int]]

    @property
    def python_executable(self) -> str:
        """The environment's interpreter."""
        return str(self.folder / "bin" / "python")

    def make_extra_environ(self) -> Mapping[str, str]:
        """Return what a command is told that runs there: its programs come first, and no variable leads elsewhere."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)])
        return {"PATH": path, "PYTHONPATH": ""}

    def install(self, requirements: Collection[str]) -> None:
        """Install what the backend wants beside."""
        if requirements:
            argv = [sys.executable, "-P", "-m", "uv", "pip", "install", "--python", self.python_executable]
            subprocess.run([*argv, *sorted(requirements)], check=True)


class Hooks:
    """Calls the hooks of one backend from a process that has imported it; where that cannot be had, as build does."""

    def __init__(self) -> None:
        """Begin nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._asks: IO[bytes] | None = None
        self._tells: IO[bytes] | None = None
        self._of: tuple[str | None, Mapping[str, str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in filter(None, (self._asks, self._tells)):
            with suppress(BrokenPipeError):
                pipe.close()
        if self._process is not None:
            self._process.wait()

    def call(self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        """Call one hook; raises ``CalledProcessError`` where that process fails."""
        of = (cwd, dict(extra_environ or {}))
        if self._of is None:
            self._begin(cmd[0], *of)
        if self._of != of or self._asks is None or self._tells is None:
            subprocess.run(cmd, cwd=cwd, env={**os.environ, **of[1]}, check=True)
            return
        self._asks.write(json.dumps(list(cmd[1:])).encode() + b"\n")
        self._asks.flush()
        answer = self._tells.readline()
        if answer != b"0\n":
            raise subprocess.CalledProcessError(int(answer or b"1"), list(cmd))

    def _begin(self, python: str, cwd: str | None, extra: Mapping[str, str]) -> None:
        """Start the process, and know of it only if it says that it is there."""
        self._of = (cwd, extra)
        if "_PYPROJECT_HOOKS_BACKEND_PATH_JSON" in extra:
            return
        (asked, asks), (tells, told) = os.pipe(), os.pipe()
        module = extra["_PYPROJECT_HOOKS_BUILD_BACKEND"].partition(":")[0]
        argv = [python, str(Path(__file__).with_name("hooks_script.py")), module, str(asked), str(told)]
        try:
            self._process = subprocess.Popen(argv, cwd=cwd, env={**os.environ, **extra}, pass_fds=(asked, told))
        finally:
            os.close(asked)
            os.close(told)
        asking, telling = os.fdopen(asks, "wb"), os.fdopen(tells, "rb")
        if telling.readline() == b"\n":
            self._asks, self._tells = asking, telling
        else:
            asking.close()
            telling.close()


def files(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return what lies in *folder*: where, how large, and when it was last changed, which nobody can choose."""
    found = set()
    for place, folders, names in os.walk(folder):
        for path in (os.path.join(place, name) for name in (*folders, *names)):  # noqa: PTH118 - there are thousands
            seen = os.lstat(path)
            found.add((path, seen.st_size, seen.st_ctime_ns))
    return frozenset(found)


@contextmanager
def environment(tree: Path, lent: LentEnv | None) -> Iterator[LentEnv | DefaultIsolatedEnv]:
    """Give an environment with what the project in *tree* requires: the *lent* one, if nobody has changed it."""
    requires = ProjectBuilder(tree).build_system_requires
    if lent is not None and requires == lent.requires and files(lent.folder) == lent.found:
        yield lent
        return
    with DefaultIsolatedEnv(installer="uv") as env:
        env.install(requires)
        yield env


def build(tree: Path, kind: Literal["sdist", "wheel"], out: Path, lent: LentEnv | None) -> Path:
    """Build one distribution into *out* and return it."""
    with environment(tree, lent) as env:
        builder = ProjectBuilder.from_isolated_env(env, tree)
        if env is not lent:
            env.install(builder.get_requires_for_build(kind))
            return Path(builder.build(kind, out))
        with Hooks() as hooks:
            warm = ProjectBuilder.from_isolated_env(env, tree, runner=hooks.call)
            beside = warm.get_requires_for_build(kind)
            if not beside:
                return Path(warm.build(kind, out))
        # A backend may look at its import for what it wants beside: with that, it is imported anew.
        env.install(beside)
        return Path(builder.build(kind, out))


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist into *folder* and return its only folder, which must have its metadata."""
    with tarfile.open(sdist) as archive:
        # Older Pythons have no filter; what is unpacked is run right after, by the same user.
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)  # noqa: S202
    tops = list(folder.iterdir())
    if len(tops) != 1 or not (tops[0] / "PKG-INFO").is_file():
        raise BuildException(f"{sdist.name} must contain one folder, and PKG-INFO in it")
    return tops[0]


def main(told: str) -> None:
    """Do what is asked, and end with 1 where that fails."""
    gc.freeze()  # what is imported stays, and no look for garbage goes through it
    asked = json.loads(told)
    tree, out, env = Path(asked["tree"]), Path(asked["out"]), asked.get("env")
    lent = LentEnv(Path(env), frozenset(asked["requires"]), files(Path(env))) if env else None
    try:
        if not asked["sdist"]:
            build(tree, "wheel", out, lent)
            return
        with tempfile.TemporaryDirectory() as folder:
            made = build(tree, "sdist", out, lent)
            build(unpacked(made, Path(folder)), "wheel", out, lent)
    except BuildBackendException as error:
        if not isinstance(error.exception, subprocess.CalledProcessError):
            traceback.print_exception(error.exception, limit=-1)
        sys.exit(f"ERROR {error}")
    except subprocess.CalledProcessError as error:
        # What uv said was kept for whoever asks.
        for said in filter(None, (error.stdout, error.stderr)):
            sys.stderr.write(said if isinstance(said, str) else said.decode(errors="replace"))
        sys.exit(f"ERROR {error}")
    except (BuildException, FailedProcessError, tarfile.TarError) as error:
        sys.exit(f"ERROR {error}")


if __name__ == "__main__":
    main(sys.argv[1])
