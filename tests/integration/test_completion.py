"""Shell completion of ``releasegate``: the words that may come next, and the script as a real shell runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from releasegate.frontends.options import E2E
from releasegate.frontends.program import Releasegate

BIN = Path(sys.executable).parent


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        Releasegate().run(["releasegate", *words])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out + captured.err


def test_every_command_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    code, words = said(capsys, "--complete", "--", "releasegate ")
    assert code == 0
    assert {"adopt", "status", "watch", "e2e", "install-check", "release"} <= set(words.split())


def test_every_option_of_a_gate_and_of_a_task_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    _, words = said(capsys, "--complete", "--", "releasegate e2e --")
    assert {option.flag for option in E2E.options} <= set(words.split())
    _, words = said(capsys, "--complete", "--", "releasegate waive --")
    assert {"--package", "--gate", "--reason"} <= set(words.split())


@pytest.mark.parametrize(
    "line", ["releasegate waive --reason 'still open", "releasegate nothing --", "releasegate e2e -x"]
)
def test_a_line_that_makes_no_sense_has_no_next_word_and_no_error(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = said(capsys, "--complete", "--", line)
    assert code == 0
    assert "Traceback" not in words
    assert "->" not in words


def test_a_shell_without_a_script_is_told_with_those_that_have_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, words = said(capsys, "--print-completion-script", "tcsh")
    assert code == 2
    assert "There is no completion for 'tcsh'." in words
    assert "bash, zsh, fish" in words


def run(shell: str, script: str) -> str:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not here")
    env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run([program, "-c", script], env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_bash_completes_a_command_and_an_option() -> None:
    script = """
eval "$(releasegate --print-completion-script bash)"
COMP_WORDS=(releasegate sta); _complete_releasegate releasegate sta; echo "${COMPREPLY[*]}"
COMP_WORDS=(releasegate watch --l); _complete_releasegate releasegate --l; echo "${COMPREPLY[*]}"
"""
    assert run("bash", script).splitlines() == ["status", "--last"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_each_shell_has_its_own_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, script = said(capsys, "--print-completion-script", shell)
    assert code == 0
    assert "--complete -- " in script
    assert "releasegate" in script
