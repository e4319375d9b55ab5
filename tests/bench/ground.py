"""The ground of the rows: the real pair as PyPI has it, in clones that can be released from, empty files, and peers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import tomlkit
from packaging.version import Version

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.adapters.venvs.interpreters import uv as uv_words
from releasegate.app.rehearse.published import unpack
from releasegate.core.config.keys import IndexConfig
from releasegate.steps.fetch import newest, published
from tests.bench.commands import AUTHOR, run

_Result = TypeVar("_Result")
TOP = Path(__file__).parents[2]
BACKEND, PLUGIN = "proxbox-api", "netbox-proxbox"
EXTRA = "cli"
PYTHONS = ("3.12", "3.13")
PEERS = ("build", "bump-my-version", "hatch", "tbump", "twine")
NOWHERE = "http://127.0.0.1:9"
"""Where no index answers."""

STATED = """
import ast, pathlib, tomllib
project = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["project"]
locked = next(p for p in tomllib.loads(pathlib.Path("uv.lock").read_text())["package"] if p["name"] == project["name"])
code = ast.parse(pathlib.Path("netbox_proxbox/__init__.py").read_text())
held = [s for c in code.body if isinstance(c, ast.ClassDef) for s in c.body if isinstance(s, ast.Assign)]
own = next(s.value.value for s in held if s.targets[0].id == "version")
assert project["version"] == locked["version"] == own
"""
"""What the pair's own workflow looks at."""

TASKS = "from invoke.tasks import task\n\n\n@task\ndef status(_):\n    pass\n"
SESSION = "import nox\n\n\n@nox.session(venv_backend='none')\ndef versions(session):\n    pass\n"


@dataclass(frozen=True)
class Ground:
    """Where the rows are measured, below *folder*: the real pair, the same offline, empty files, peers."""

    folder: Path

    def made(self) -> Ground:
        """Make it and return it."""
        sources = self.folder / "sources"
        for package, version in self.versions.items():
            _apart(_unpacked, package, version, sources, self.folder)
        for name in ("pair", "offline", "candidate", "shell"):
            shutil.copytree(sources, self.folder / name)
            self._configured(self.folder / name, offline=name == "offline")
        (self.folder / "empty").mkdir()
        (self.folder / "empty" / "tasks.py").write_text(TASKS, encoding="utf-8")
        (self.folder / "empty" / "noxfile.py").write_text(SESSION, encoding="utf-8")
        run(*uv_words(), "venv", "--quiet", str(self.folder / "peers"), cwd=self.folder)
        python = str(self.folder / "peers" / "bin" / "python")
        run(*uv_words(), "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *PEERS, cwd=self.folder)
        return self

    @cached_property
    def versions(self) -> dict[str, str]:
        """Which version of each package this is: the newest plugin, and the backend that is configured with it."""
        paired = next(each["companion"]["default"] for each in _table()["packages"] if each["name"] == PLUGIN)
        return {PLUGIN: _apart(_newest, self.folder), BACKEND: str(paired)}

    def python(self, number: str) -> str:
        """Return the path of an interpreter."""
        found = Interpreters(os.environ).find(number)
        if found is None:
            raise SystemExit(f"Python {number} is not here, which the pair is tried with: uv python install {number}")
        return str(found)

    def peer(self, name: str) -> str:
        """Return the path of a peer's program."""
        return str(self.folder / "peers" / "bin" / name)

    def _configured(self, place: Path, *, offline: bool) -> None:
        """Make clones with a remote each of what was copied, and a project around them."""
        table = _table()
        del table["stack"]  # without containers
        for package in table["packages"]:
            package["path"] = package["name"]
            del package["forge"]
        if offline:
            table["indexes"] = {
                name: {"upload": f"{NOWHERE}/", "simple": f"{NOWHERE}/simple"} for name in ("testpypi", "pypi")
            }
        text = tomlkit.dumps({"tool": {"releasegate": table}})
        (place / "pyproject.toml").write_text(text, encoding="utf-8")
        for name in ("noxfile.py", "tasks.py"):
            shutil.copy(TOP / "examples" / name, place)
        for name in (BACKEND, PLUGIN):
            _cloned(place / name, place / f"{name}.git")


def _table() -> dict[str, Any]:
    """Return how the pair is configured here."""
    text = (TOP / "pyproject.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomlkit.parse(text).unwrap()["tool"]["releasegate"]
    return table


def pypi(folder: Path) -> SimpleIndex:
    """Return PyPI, read with what lies in *folder*."""
    return SimpleIndex(IndexConfig("pypi"), environ=os.environ, workdir=folder)


def _apart(work: Callable[..., _Result], *words: object) -> _Result:
    """Do *work* in a process of its own: what a process once had in memory is counted to all that it begins."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        return other.submit(work, *words).result()


def _newest(folder: Path) -> str:
    return str(newest(pypi(folder), PLUGIN))


def _unpacked(package: str, number: str, sources: Path, folder: Path) -> None:
    """Write what the package's sdist holds, as a work tree; without the workflows, which would publish it, too."""
    index = pypi(folder)
    sdist = next(each for each in published(index, package, Version(number)) if each.filename.endswith(".tar.gz"))
    path = folder / sdist.filename
    path.write_bytes(index.fetch(sdist))
    unpack(path, sources / package)
    for forge in (".github", ".gitea"):
        shutil.rmtree(sources / package / forge, ignore_errors=True)


def _cloned(clone: Path, remote: Path) -> None:
    run("git", "init", "--quiet", "--initial-branch=develop", cwd=clone)
    run("git", "add", "--all", cwd=clone)
    for setting in AUTHOR[1::2]:
        run("git", "config", *setting.split("=", 1), cwd=clone)
    run("git", "commit", "--quiet", "--message=As it is on PyPI", cwd=clone)
    run("git", "repack", "-adq", cwd=clone)  # as what is cloned from a forge
    run("git", "init", "--quiet", "--bare", str(remote), cwd=clone)
    run("git", "remote", "add", "origin", str(remote), cwd=clone)
    run("git", "push", "--quiet", "origin", "develop", cwd=clone)
