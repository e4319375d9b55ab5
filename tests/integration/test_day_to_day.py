"""Every block of the page "day to day" runs, in its order, on a pair of which one candidate is proven."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from begun import begun
from testpair import AUTHOR

PAGE = Path(__file__).parents[2] / "docs" / "day-to-day.md"
BLOCKS = re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```console\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
NAMES = {"my-service": "tiny-api", "my-plugin": "tiny-plugin"}
UNPROVEN = re.compile(r"releasegate (doctor|pairs|release --rc --package my-plugin)\b")
"""What may say that the plugin has no companion yet, or that its candidate was not run."""
BIN = Path(sys.executable).parent


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a person does who has both tokens."""
    for name, own in NAMES.items():
        line = line.replace(name, own)
    env = {**os.environ, **AUTHOR, "STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
    env["PATH"] = f"{BIN}:{os.environ['PATH']}"
    argv = [shutil.which("bash") or "bash", "-c", line]
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=280, check=False)


def served_pair(root: Path, stack: ExitStack) -> Path:
    """Return the folder of a pair whose service has a proven candidate, with its two indexes until *stack* closes."""
    words = ("releasegate", "release", "--rc", "--package", "tiny-api", "--yes")
    return stack.enter_context(begun(root / "pair", words)).pair.root


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with ExitStack() as stack:
        yield served_pair(tmp_path_factory.mktemp("pair"), stack)


def test_every_how_to_of_the_page_that_has_commands_is_tried() -> None:
    headings = re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE)
    assert [each for each in headings if each not in dict(BLOCKS)] == ["Keep a cold runner warm"], "it needs Docker"


@pytest.mark.parametrize("heading", [heading for heading, _ in BLOCKS])
def test_every_command_of_a_block_runs(heading: str, folder: Path) -> None:
    for line in dict(BLOCKS)[heading].splitlines():
        done = shell(folder, line)
        said = done.stdout + done.stderr
        allowed = {0, 3, 75} if UNPROVEN.match(line) else {0}
        assert done.returncode in allowed, f"{line}: {done.returncode}\n{said}"
        assert "Traceback" not in said
