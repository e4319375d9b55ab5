"""One red cell of a real release in CI: the candidate is not sealed, the cell is named, what the others found is kept.

Everything is releasegate's own but the containers: a cell is judged by its name.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from actions_runner import Runner
from git_repositories import ENVIRON, git
from test_parity import DATES, FORGE, SECRETS, environment, started
from test_parity_pair import API, NAMED, PLUGIN, TOKENS, Both, opened
from testpair import PYTHON

from releasegate.core.evidence.note import read
from releasegate.core.release.record import record
from releasegate.core.release.taken_back import CELL

pytestmark = pytest.mark.slow

SHIM = f"""\
#!{sys.executable}
import os, time
from releasegate.adapters.containers import reports
from releasegate.adapters.containers.observed import Observed
from releasegate.adapters.containers.runner import ContainerRunner
from releasegate.adapters.machine import LocalMachine
from releasegate.frontends.program import Releasegate
from releasegate.ports import CellReport, EndToEndReport


def run(self, delivery, *, companions, progress, known=()):
    cells = self.cells(delivery.source)
    ended = dict((report.cell, (report, seen)) for report, seen in reports.recalled(known, [c.name for c in cells]))
    for cell in cells:
        if cell.name not in ended:
            red = os.environ["RED"] in cell.name and delivery.package.name == "{PLUGIN}"
            problems = (f"sync of {{cell.name}} lost a machine",) if red else ()
            ended[cell.name] = (CellReport(cell.name, "fail" if red else "pass", problems, (), 1.0), Observed())
            with open(os.environ["LOG"], "a") as log:
                print(delivery.package.name, cell.name, file=log)
    red = [line for report, _ in ended.values() for line in report.problems]
    rows = [reports.summary(*each) for each in ended.values()]
    return EndToEndReport("fail" if red else "pass", tuple(red), (), 1.0, {{"cells": rows, "report": "played"}})


ContainerRunner.run = run
LocalMachine.containers = lambda self: "played"
Releasegate().run()
"""
STACK = f"""
[tool.releasegate.stack]
kit = "proxbox"
packages = {{ plugin = ["{PLUGIN}"], backend = ["{API}"] }}
dimensions = {{ netbox = ["4.7.2", "4.7.3"] }}
variables = {{ PLUGIN_MODULE = "tiny_plugin" }}
pythons = ["{PYTHON}"]
paths = ["fresh"]
"""


def laptop(both: Both, told: dict[str, str], name: str, *words: str) -> str:
    for each, world in both.worlds.items():
        clone = both.root / "laptop" / each
        if not clone.exists():
            clone.parent.mkdir(exist_ok=True)
            git(clone.parent, "clone", "--quiet", "--branch=develop", str(world.remote), each)
        git(clone, "pull", "--quiet", "--ff-only", "--tags", "origin", "develop")
    argv = [str(both.root / "bin" / "releasegate"), "release", "--yes", "--package", name, *words]
    env = {**environment(), **dict.fromkeys(FORGE, TOKENS[name]), **NAMED, **told}
    return started(argv, both.root / "laptop" / name, env)


def ci(both: Both, told: dict[str, str], tag: str) -> tuple[int, str]:
    """Run the plugin's workflow for a pushed tag, whatever comes of it."""
    who = {key: value for key, value in ENVIRON.items() if key.endswith(("_NAME", "_EMAIL"))}
    runner = Runner(
        both.root / "runs",
        both.worlds[PLUGIN].remote,
        f"octo/{PLUGIN}",
        both.address,
        secrets=SECRETS,
        token=TOKENS[PLUGIN],
        variables=NAMED,
        environ={**DATES, **who, **told, "TERM": "dumb", "PATH": f"{both.root / 'bin'}:{os.environ['PATH']}"},
        others={f"octo/{API}": both.worlds[API].remote},
    )
    done = runner.run("push", f"refs/tags/{tag}", {"ref": f"refs/tags/{tag}"})
    return done.returncode, done.stdout + done.stderr


def test_a_red_cell_leaves_the_candidate_open_is_named_and_keeps_what_the_others_found(tmp_path: Path) -> None:
    with ExitStack() as stack:
        both = opened(tmp_path / "both", stack, ports={}, settings=STACK)
        shim = both.root / "bin" / "releasegate"
        shim.parent.mkdir()
        shim.write_text(SHIM)
        shim.chmod(0o755)
        log = both.root / "log"
        told = {"RED": "4.7.3", "LOG": str(log)}
        laptop(both, told, API, "--rc", "--to", "1.1.0")
        laptop(both, told, PLUGIN, "--rc", "--to", "1.1.0", "--until", "upload")
        log.write_text("")
        code, said = ci(both, told, "v1.1.0rc1")
        (tmp_path / "said").write_text(said)
        assert code != 0
        assert "lost a machine" in said
        remote = both.worlds[PLUGIN].remote
        notes = git(remote, "notes", f"--ref=refs/notes/releasegate/{PLUGIN}", "list").splitlines()
        entries = [
            entry
            for line in notes
            for _, found in read(git(remote, "cat-file", "blob", line.split()[0]).encode(), package=PLUGIN).items()
            for entry in found
        ]
        assert record(entries).seal is None
        cells = {e.evidence["cell"]: e.evidence["verdict"] for e in entries if e.step == CELL and e.event == "done"}
        red = [name for name, verdict in cells.items() if verdict == "fail"]
        green = [name for name, verdict in cells.items() if verdict == "pass"]
        assert len(red) == 1
        assert "4.7.3" in red[0]
        assert len(green) == 1
        (failed,) = (e for e in entries if e.event == "failed")
        assert failed.step == "e2e:staging"
        # Each cell was run once, on a runner of its own: who judges runs none again.
        assert sorted(log.read_text().splitlines()) == sorted(f"{PLUGIN} {name}" for name in cells)
        assert not both.worlds[PLUGIN].indexes["pypi"].stored
