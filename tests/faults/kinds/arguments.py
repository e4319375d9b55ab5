"""Command lines that nobody meant to type."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

from testpair import configuration

from releasegate.frontends.program import Releasegate
from tests.faults.fault import Fault, Verdict
from tests.faults.judge import Ran, spoken
from tests.faults.mutation import ODD, torn
from tests.faults.stages import Bench

KIND = "arguments"
COUNT = 120
TYPED = (
    *("release --rc --package tiny-api --plan", "release --post --plan", "status --help", "doctor", "help", "--list"),
    *("release --to 1.0.0 --package tiny-api --plan", "release --event", "release --rc --until bui --plan", "versions"),
    *("release --event --job build --index staging --taken x --given y", "status", "status --package tiny-api"),
    *("waive --package tiny-api --version 1.0 --gate e2e --reason x", "adopt .", "adopt x", "workflows --check"),
    *("build --package tiny-api", "install_check --source dist", "e2e --source testpypi --version 1.0", "--version"),
)
"""Command lines that are understood; none of them, however it is changed, reaches beyond its folder."""
NEVER = frozenset({"rehearse", "cache", "--yes", "-y"})


def faults(seed: int) -> tuple[Fault, ...]:
    """Return command lines of which words are missing, there twice, odd, or torn."""
    return tuple(Fault(KIND, f"line {number}", seed, typed) for number in range(COUNT))


def typed(_: Bench, chance: Random) -> Verdict:
    """Type a line, in a folder that has a configuration or none."""
    words = [word for word in mistyped(chance.choice(TYPED).split(), chance) if word not in NEVER]
    with tempfile.TemporaryDirectory() as folder:
        if chance.random() < 0.5:
            Path(folder, "pyproject.toml").write_text(configuration(), encoding="utf-8")
        return spoken(run(words, Path(folder)))


def mistyped(words: list[str], chance: Random) -> list[str]:
    """Return the words of a line, one to three of them changed."""
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(words)) if words else 0
        here = words[at : at + 1]
        odd = str(chance.choice(ODD))[:2000].replace("\x00", "")
        new: list[Any] = [[], here * 2, [odd], [torn(word, chance).replace("\x00", "") for word in here], ["--"], ["-"]]
        words = [*words[:at], *chance.choice(new), *words[at + 1 :]]
    return words


def run(words: list[str], folder: Path) -> Ran:
    """Run the real command in this process, in *folder*."""
    said, code = io.StringIO(), 0
    kept = dict(os.environ)
    try:
        with chdir(folder), redirect_stdout(said), redirect_stderr(said):
            Releasegate().run(["releasegate", *words])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        os.environ.clear()
        os.environ.update(kept)
    return Ran(tuple(words), code, said.getvalue())
