"""How the work grows: one task at several sizes, each size in a process of its own.

``python -m tests.bench.growth TASK SIZE`` prints the seconds of a processor and the memory that the task itself took.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.git.command import Git
from releasegate.adapters.index.get import Response
from releasegate.adapters.index.page import JSON_PAGE, read_page
from releasegate.adapters.kit_folders import kit_folders
from releasegate.adapters.ledger.doubt import Doubt
from releasegate.adapters.ledger.files import FileLedger
from releasegate.adapters.ledger.git_notes import GitNotes
from releasegate.adapters.ledger.heard import Heard
from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.adapters.ledger.signatures import Signatures
from releasegate.app.project import load
from releasegate.core.config.stack import Stack
from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.e2e.matrix import Wanted, matrix, read_cell
from releasegate.core.evidence.merge import merge
from releasegate.core.release.entry import Entry
from releasegate.core.release.next_version import next_base, next_candidate
from releasegate.core.release.record import record
from releasegate.core.release.versions import consumed
from releasegate.frontends.commands import status as looks
from releasegate.frontends.screen.console import Screen
from tests.bench.commands import AUTHOR
from tests.bench.measured import used_here

Task = Callable[[], object]
KEYS = 'version-files = [{ toml = "pyproject.toml", key = "project.version" }]\npythons = ["3.12"]\n'
MOMENT = "2026-01-01T{:02}:{:02}:{:02}.{:06}+00:00"


@dataclass(frozen=True)
class Growth:
    """One thing that grows: what is made ready of a size returns what is measured."""

    name: str
    unit: str
    sizes: tuple[int, ...]
    prepare: Callable[[int], Task]


def apart(make: Callable[[], object]) -> None:
    """Make something ready in a process of its own: what that takes of memory is none of the task's."""
    child = os.fork()
    if child == 0:
        make()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("What is to be measured could not be made ready.")


def packages(size: int) -> Task:
    """Read a configuration."""
    folder = Path(tempfile.mkdtemp())
    tables = [f'[[tool.releasegate.packages]]\nname = "part-{n}"\npath = "part-{n}"\n{KEYS}' for n in range(size)]
    (folder / "pyproject.toml").write_text("[tool.releasegate]\n" + "\n".join(tables), encoding="utf-8")
    return lambda: load(folder, environ={"HOME": str(folder)})


def status(size: int) -> Task:
    """Look where each package stands, each in a repository of its own, while no index answers."""
    folder = Path(tempfile.mkdtemp())
    nowhere = 'upload = "http://127.0.0.1:9/"\nsimple = "http://127.0.0.1:9/simple"\n'
    tables = [f"[tool.releasegate.indexes.{name}]\n{nowhere}" for name in ("testpypi", "pypi")]
    for number in range(size):
        clone, project = folder / f"part-{number}", f'[project]\nname = "part-{number}"\nversion = "1.0.0"\n'
        clone.mkdir()
        (clone / "pyproject.toml").write_text(project, encoding="utf-8")
        for words in (("init", "--quiet"), ("add", "--all"), (*AUTHOR, "commit", "--quiet", "--message=Part")):
            subprocess.run(("git", *words), cwd=clone, check=True, capture_output=True)
        tables.append(f'[[tool.releasegate.packages]]\nname = "{clone.name}"\npath = "{clone.name}"\n{KEYS}')
    (folder / "pyproject.toml").write_text("\n".join(tables), encoding="utf-8")
    os.chdir(folder)
    return lambda: looks.status(Screen(), package="")


def versions(size: int) -> Task:
    """Read the page of a project, and find the next candidate."""
    files = [
        {
            "filename": f"part-1.{n}.0-py3-none-any.whl",
            "url": f"https://files.example/part-1.{n}.0-py3-none-any.whl",
            "hashes": {"sha256": "0" * 64},
            "size": 1,
            "upload-time": "2026-01-01T00:00:00Z",
        }
        for n in range(size)
    ]
    body = {"name": "part", "meta": {"api-version": "1.1"}, "files": files}
    body["versions"] = [f"1.{n}.0" for n in range(size)]
    answer = Response(200, "https://index.example/simple/part/", JSON_PAGE, json.dumps(body).encode())

    def task() -> Version:
        page = read_page(answer, "part")
        places = {"pypi": page.versions, "tag": page.versions, "ledger": ()}
        seen = consumed(places, production="pypi")
        return next_candidate(next_base(declared=Version("1.0.0"), consumed=seen), consumed=seen)

    return task


def _entry(number: int, step: str, verdict: str = "pass") -> Entry:
    seconds, parts = divmod(number, 1000)
    at = MOMENT.format(seconds // 3600, seconds // 60 % 60, seconds % 60, parts * 1000)
    cell = {"cell": "3.12", "cells": [{"cell": "3.12", "verdict": "pass"}], "files": {"a.whl": "a"}}
    return Entry(at, f"run {number % 7}", step, "done", "a", step, verdict=verdict, evidence=cell)


def ledger(size: int) -> Task:
    """Read a version's ledger, half of it red, and say what it comes to."""

    def make() -> None:
        cells = (_entry(n, "e2e:cell", "pass" if n < size // 2 else "fail") for n in range(2, size))
        store.replace(Version("1.0"), [_entry(0, "e2e"), _entry(1, "seal"), *cells])

    store = FileLedger(Path(tempfile.mkdtemp()))
    apart(make)

    def task() -> object:
        read = record(merge(store.read(Version("1.0"))))
        return read.seal, read.taken_back, read.failure, read.attempted, read.done("e2e", subject="a"), read.by_step()

    return task


def heard(size: int) -> Task:
    """Tell what another machine said, all of it red, beside as much that was made here."""
    folder, git, version = Path(tempfile.mkdtemp()), Git(Path(), {}), Version("1.0")
    shared = SharedLedger(
        files=FileLedger(folder),
        heard=Heard(folder / "heard", "part"),
        notes=GitNotes(git, "origin", "part"),
        tags=dict,
        head=str,
        stated=lambda: None,
        until=str,
        doubt=Doubt("part", Signatures(git, lambda: None), lambda *_: False),
        prefix="v",
    )

    def make() -> None:
        ours = (_entry(n, "e2e:cell") for n in range(2, size // 2))
        shared.files.replace(version, [_entry(0, "e2e"), _entry(1, "seal"), *ours])
        (folder / "heard").mkdir()
        shared.heard.add(version, [_entry(n, "e2e:cell", "fail") for n in range(size // 2, size)], ())

    apart(make)
    return lambda: (record(shared.read(version)).seal, record(shared.believed(version)).seal)


def cells(size: int) -> Task:
    """Plan a matrix."""
    kit = kit_folders("proxbox", beside=Path()).kit
    pythons, sources = (
        tuple(f"{start}{n}" for n in range(many)) for start, many in (("3.", 10), ("index", size // 10))
    )
    stack = Stack("proxbox", ("3.13",), {"plugin": ("part",), "backend": ("back",)}, kit=kit)
    narrow = Wanted(pythons=pythons, sources=sources, paths=("fresh",))
    return lambda: [read_cell(cell.name) for cell in matrix(stack, narrow)]


def wheel(size: int) -> Task:
    """Read a wheel of many members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(size):
            archive.writestr(f"part/{number // 100}/m{number}.py", f"X = {number}\n")
    data = packed.getvalue()
    return lambda: read_wheel("part-1.0-py3-none-any.whl", data)


def sdist(size: int) -> Task:
    """Read an sdist of so many MB, which pack badly."""
    file = Path(tempfile.mkdtemp(), "part-1.0.tar.gz")

    def make() -> None:
        chance = random.Random(1)  # noqa: S311 - nothing is secret
        with tarfile.open(file, mode="w:gz", compresslevel=1) as archive:
            for number in range(size):
                member = tarfile.TarInfo(f"part-1.0/data/{number}.bin")
                member.size = 10**6
                archive.addfile(member, io.BytesIO(chance.randbytes(10**6)))

    apart(make)
    return lambda: read_sdist(file.name, file.read_bytes())


GROWTHS: Mapping[str, Growth] = {
    each.name: each
    for each in (
        Growth("configuration", "packages", (2, 10, 50), packages),
        Growth("status", "packages", (2, 10, 50), status),
        Growth("index page", "versions", (1_000, 10_000), versions),
        Growth("ledger", "lines", (10_000, 100_000), ledger),
        Growth("ledger, half of it heard", "lines", (10_000, 100_000), heard),
        Growth("matrix", "cells", (100, 1_000), cells),
        Growth("wheel", "members", (2_000, 20_000), wheel),
        Growth("sdist", "MB", (10, 100), sdist),
    )
}


def main(name: str, size: int) -> None:
    """Do the task once, and print what it took."""
    task = GROWTHS[name].prepare(size)
    before, _ = used_here()
    task()
    after, memory = used_here()
    print(json.dumps({"cpu": after - before, "memory": memory}))  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
