"""The rows: what this project does beside what people would use instead, on the sample pair."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.adapters.venvs.interpreters import uv as uv_words
from releasegate.rehearsal.index import EmbeddedIndex
from tests.bench.commands import AUTHOR, Command, Row, run
from tests.bench.further_rows import TOKEN, bump_row, rehearsal_row, served_rows

EXAMPLES = Path(__file__).parents[2] / "examples"
PACKAGE = "harbor-api"
PEERS = ("build", "bump-my-version", "hatch", "tbump", "twine")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
NOWHERE = "http://127.0.0.1:9"
"""Where no index answers."""

TASKS = "from invoke.tasks import task\n\n\n@task\ndef status(_):\n    pass\n"
SESSION = "import nox\n\n\n@nox.session(venv_backend='none')\ndef versions(session):\n    pass\n"


@dataclass(frozen=True)
class Ground:
    """Where the rows are measured, below *folder*: the sample pair, the same offline, empty files, peers."""

    folder: Path

    def made(self) -> Ground:
        """Make it and return it."""
        for name in ("pair", "offline", "candidate", "shell"):
            self._pair(name)
        (self.folder / "empty").mkdir()
        (self.folder / "empty" / "tasks.py").write_text(TASKS, encoding="utf-8")
        (self.folder / "empty" / "noxfile.py").write_text(SESSION, encoding="utf-8")
        run(*uv_words(), "venv", "--quiet", str(self.folder / "peers"), cwd=self.folder)
        python = str(self.folder / "peers" / "bin" / "python")
        run(*uv_words(), "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *PEERS, cwd=self.folder)
        return self

    @property
    def pythons(self) -> tuple[str, ...]:
        """The Pythons to install on: two, where they are here."""
        found = [each for each in PYTHONS if Interpreters(os.environ).find(each) is not None]
        return tuple(found[:2])

    def peer(self, name: str) -> str:
        """Return the path of a peer's program."""
        return str(self.folder / "peers" / "bin" / name)

    def _pair(self, name: str) -> None:
        place = self.folder / name
        shutil.copytree(EXAMPLES, place)
        settings = place / "pyproject.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(
            text.replace('pythons = ["3.11"]', f"pythons = {json.dumps(self.pythons)}"), encoding="utf-8"
        )
        if name == "offline":
            tables = (
                f'\n[tool.releasegate.indexes.{index}]\nupload = "{NOWHERE}/"\nsimple = "{NOWHERE}/simple"\n'
                for index in ("testpypi", "pypi")
            )
            with settings.open("a", encoding="utf-8") as stream:
                stream.writelines(tables)
        for package in (PACKAGE, "harbor-plugin"):
            clone, remote = place / package, place / f"{package}.git"
            run("git", "init", "--quiet", "--initial-branch=develop", cwd=clone)
            run("git", "add", "--all", cwd=clone)
            for setting in AUTHOR[1::2]:
                run("git", "config", *setting.split("=", 1), cwd=clone)
            run("git", "commit", "--quiet", "--message=Sample", cwd=clone)
            run("git", "init", "--quiet", "--bare", str(remote), cwd=place)
            run("git", "remote", "add", "origin", str(remote), cwd=clone)
            run("git", "push", "--quiet", "origin", "develop", cwd=clone)


def rows(ground: Ground) -> Iterator[Row]:
    """Yield the rows, in the order of the table."""
    pair, offline, empty = (ground.folder / each for each in ("pair", "offline", "empty"))
    ours, clone, kept = Path(sys.executable).parent, pair / PACKAGE, pair / ".releasegate"
    invoke, nox = str(ours / "invoke"), str(ours / "nox")
    for work, aim, argv, others in (
        ("start: the list of tasks", 1.3, (invoke, "--list"), ()),
        ("start: the list of sessions", 1.3, (nox, "-l"), ()),
        ("status without network", 2.0, (invoke, "status"), ()),
        ("all version files of the pair", 1.6, (nox, "-s", "versions"), _version_peers(ground, clone)),
    ):
        named = " ".join((Path(argv[0]).name, *argv[1:]))
        # Without an index, status ends with what says so.
        shown = Command(named, argv, offline, exits=6 if "status" in argv else 0)
        yield Row(work, aim, shown, (Command("the same tool with an empty file", argv, empty), *others))
    out = ground.folder / "out"
    yield Row(
        "build, verify, audit, manifest",
        1.3,
        Command("nox -s build", (nox, "-s", "build", "--", "--package", PACKAGE), pair, (kept,)),
        (
            Command("uv build", (*uv_words(), "build", "--quiet", "--out-dir", str(out)), clone, (out,)),
            Command("python -m build", (ground.peer("pyproject-build"), "--outdir", str(out)), clone, (out,)),
        ),
    )
    files = kept / "dist" / PACKAGE
    same, all_pip = (_installs(ground, files, by_pip=each) for each in (False, True))
    check = (nox, "-s", "install_check", "--", "--package", PACKAGE, "--source", "dist")
    yield Row(
        f"install check, wheel and sdist, Python {' and '.join(ground.pythons)}",
        1.5,
        Command("nox -s install_check", check, pair),
        (
            Command("the bare installs by the same installers", ("sh", "-c", same), ground.folder),
            Command("pip for all, in sequence", ("sh", "-c", all_pip), ground.folder),
        ),
    )

    yield bump_row(ground.folder, ground.folder / "peers" / "bin")
    with EmbeddedIndex(name="testpypi", root=ground.folder / "index", token=TOKEN) as index:
        if not files.is_dir():
            run(nox, "-s", "build", "--", "--package", PACKAGE, cwd=pair)
        yield from served_rows(ground.folder, ground.folder / "peers" / "bin", files, index, ground.pythons)
    yield rehearsal_row(ground.folder)


def _version_peers(ground: Ground, clone: Path) -> tuple[Command, ...]:
    return (
        Command("hatch version", (ground.peer("hatch"), "version"), clone),
        Command(
            "tbump current-version", cannot="it prints what its own table says, and looks at no file before a bump"
        ),
    )


def _installs(ground: Ground, files: Path, *, by_pip: bool) -> str:
    """Return the lines of a shell that install each file on each Python, with the installers that the check has.

    Where all is to be done *by_pip*, uv makes no more than the environments.
    """
    uv, pip = " ".join(uv_words()), f"{sys.executable} -m pip --python"
    lines = ["set -e", f"rm -rf {ground.folder}/bare"]
    for (place, python), kind in product(enumerate(ground.pythons), ("*.whl", "*.tar.gz")):
        env = f"{ground.folder}/bare/{python}{kind[-3:]}"
        lines.append(f"{uv} venv --quiet --python {Interpreters(os.environ).find(python)} {env}")
        piped = by_pip or place == (0 if kind == "*.whl" else len(ground.pythons) - 1)
        installer = f"{pip} {env}/bin/python install" if piped else f"{uv} pip install --python {env}/bin/python"
        lines.append(f"{installer} --quiet {files}/*/{kind}")
    return "\n".join(lines)
