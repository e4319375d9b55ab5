"""Planted tokens: whatever foreign code can read is written down by it, and looked through."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from random import Random

from git_repositories import git

from tests.faults.fault import NOT_REACHED, Fault, Verdict, together
from tests.faults.judge import judged
from tests.faults.kinds.releases import told
from tests.faults.project import TOKENS, Project
from tests.faults.stages import STAGES, Bench

KIND = "tokens"
SPY = """
def _look():
    import glob, os
    found = [repr(dict(os.environ)).encode()]
    for path in PATHS and [each for pattern in PATHS for each in glob.glob(pattern)]:
        try:
            with open(path, "rb") as file:
                found.append(file.read(1 << 16))
        except OSError:
            pass
    try:
        with open(OUT, "ab") as file:
            file.write(b"\\n".join(found))
    except OSError:
        pass


_look()
"""
OWN = ("~/.pypirc", "~/.netrc", "~/.config/pip/pip.conf")
OTHERS = ("/proc/[0-9]*/environ",)
APART = ("unshare", "-Urpf", "--mount-proc", "true")
"""Whether this system lets processes be kept apart: where it does not, the preflight tells of exported tokens."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return the spies: in their own environment and the home folder, and in the processes around them."""
    return tuple(
        Fault(KIND, name, seed, partial(spied, others=others), "rc", whole=True)
        for name, others in (
            ("the spies look at their environment and at home", False),
            ("the spies look at other processes", True),
        )
    )


def spied(bench: Bench, _: Random, *, others: bool) -> Verdict:
    """Release a package whose build, module and checks are spies."""
    if others and not _apart():
        return NOT_REACHED
    with bench.open(STAGES["rc"]) as project:
        home = project.root / "home"
        paths = OTHERS if others else tuple(path.replace("~", str(home)) for path in OWN)
        _plant(project, paths)
        for path in OWN:
            file = project.root / path.replace("~", "home")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"password = {TOKENS['PRODUCTION_TOKEN']}\n", encoding="utf-8")
        with project.started(more={"HOME": str(home)}):
            pass
        shutil.rmtree(home)
        project.again()
        seen = project.seen()
        if not (project.root / "out").is_file():
            return NOT_REACHED
        return together(judged(project.ran, seen, seen), told(project))


def _apart() -> bool:
    if shutil.which(APART[0]) is None:
        return False
    return not subprocess.run(APART, check=False, capture_output=True).returncode


def _plant(project: Project, paths: tuple[str, ...]) -> None:
    known = f"\nPATHS, OUT = {paths!r}, {str(project.root / 'out')!r}\n{SPY}"
    for name in ("backend.py", "check.py", "tiny_api/__init__.py"):
        file = project.clone / name
        file.write_text(file.read_text(encoding="utf-8") + known, encoding="utf-8")
    git(project.clone, "commit", "--quiet", "--all", "--message=Look around")
