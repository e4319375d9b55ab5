"""Every command in the documents is one that the program understands: its name, its options, nothing left over.

``tests/integration/test_docs_run.py`` runs those that can be run on a sample pair.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from documented import OURS, ROOT, found
from invoke.exceptions import Exit, ParseError

from releasegate.core.errors import ConfigurationError
from releasegate.frontends.invoke import ns
from releasegate.frontends.program import Releasegate

COMMANDS = found()


@pytest.fixture(scope="module")
def sessions() -> set[str]:
    listing = [sys.executable, "-m", "nox", "--list", "--nocolor", "-f", str(ROOT / "noxfile.py")]
    done = subprocess.run(listing, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(re.findall(r"^[*-] (\w+)", done.stdout, re.MULTILINE))


def misunderstood(words: list[str]) -> str:
    """Return what the program does not understand of a command, and nothing where that is nothing; none is run."""
    program = Releasegate()
    program.create_config()
    try:
        program.parse_core(["releasegate", *words])
        program.parse_collection()
        program.parse_tasks()
    except Exit:  # it only prints
        return ""
    except (ParseError, ConfigurationError) as error:
        return str(error)
    return program.core.remainder


def test_there_are_commands_of_every_kind_in_the_documents() -> None:
    assert len(COMMANDS) > 60
    assert {words[0] for words in COMMANDS.values()} == OURS


@pytest.mark.parametrize("line", sorted(COMMANDS))
def test_every_command_is_understood(line: str, sessions: set[str]) -> None:
    words = COMMANDS[line]
    if words[0] != "nox":
        named = words[1:2] == ["COMMAND"] or (len(words) == 2 and words[1] in ns.task_names)
        assert named or misunderstood(words[1:]) == ""
        return
    assert words[1] in {"-s", "-l"}
    if len(words) == 2:
        return  # any session
    name, rest = words[2].rstrip(","), words[3:]
    if name == "SESSION":
        return
    assert name in sessions
    assert rest[:1] in ([], ["--"])
    if name in {"versions", "build", "install_check", "e2e"} and "--help" not in rest:
        assert misunderstood([name, *rest[1:]]) == ""


@pytest.mark.parametrize(
    "words", [["watch", "--since"], ["statu"], ["e2e", "--netboxes", "4"], ["waive", "--package"], ["show", "left"]]
)
def test_what_the_program_does_not_know_is_found(words: list[str]) -> None:
    assert misunderstood(words) != ""
