"""A command that begins by a fork ends as one that begins anew, whatever ran before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from forked import forks


def anew(*words: str, cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    argv = [sys.executable, "-m", "releasegate", *words]
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("words", [("--version",), ("nope",), ("status",), ("--help",)], ids=" ".join)
def test_a_command_says_and_ends_as_one_that_begins_anew(tmp_path: Path, words: tuple[str, ...]) -> None:
    for columns in ("80", "200"):
        env = {**os.environ, "COLUMNS": columns}
        assert forks("releasegate.__main__").run(words, cwd=tmp_path, env=env) == anew(*words, cwd=tmp_path, env=env)


def test_one_that_is_ended_by_a_signal_says_so_and_the_next_is_begun_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "falls.py").write_text("import os, sys\n\n\ndef main():\n    os.kill(os.getpid(), int(sys.argv[1]))\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    falls = forks("falls")
    assert falls.run(["9"], cwd=tmp_path, env=os.environ) == (-9, "")
    assert falls.run(["0"], cwd=tmp_path, env=os.environ) == (0, "")


def test_a_process_that_was_ended_between_two_commands_is_begun_anew(tmp_path: Path) -> None:
    program = forks("releasegate.__main__")
    for _ in range(2):
        assert program.run(["--version"], cwd=tmp_path, env=os.environ)[0] == 0
        program.begun[-1].kill()
        program.begun[-1].wait()
