"""A fresh clone has the commits, the tags and the notes, and goes on from wherever another machine ended."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from begun import ALONE, begun
from git_repositories import git
from test_doctor import Folder, folder

__all__ = ["folder"]

pytestmark = pytest.mark.no_cover  # what is tested runs in processes of its own

API = ("--package", "tiny-api", "--yes")
RC, FINAL = ("releasegate", "release", "--rc", *API), ("releasegate", "release", *API)
AS_ADA = ("-c", "user.name=Ada", "-c", "user.email=ada@example.test")
UNTIL = [(*RC, "--until", gate) for gate in ("upload", "install", "seal")]
BEFORE = (*UNTIL, RC, (*FINAL, "--until", "install"))
"""How a release goes on, command by command; a clone is made anew after each of them."""
NEXT = re.compile(r"^  next      releasegate (.*)$", re.MULTILINE)


def anew(folder: Folder) -> None:
    """Put a fresh clone in the place of the one that was released from; nothing that was kept is here any more."""
    clone = folder.pair.clone("tiny-api")
    remote = git(clone, "remote", "get-url", "origin")
    shutil.rmtree(clone)
    shutil.rmtree(folder.pair.root / ".releasegate")
    git(folder.pair.root, "clone", "--quiet", "--branch", "develop", remote, str(clone))


def told(folder: Folder) -> tuple[str, str]:
    """Return where the package stands as status tells it, and the next command."""
    _, output = folder.type("releasegate", "status", "--package", "tiny-api")
    (command,) = NEXT.findall(output)
    return output.partition("\n")[0], command


@pytest.fixture
def released(tmp_path: Path, last: int) -> Iterator[Folder]:
    """Give a project whose release went as far as the command of this number."""
    # Its dependent is another test's; nobody has it yet.
    with begun(tmp_path, *BEFORE[: last + 1], changed=ALONE) as folder:
        yield folder


@pytest.mark.parametrize("last", range(len(BEFORE)), ids=lambda last: "-".join(BEFORE[last][2:]))
def test_the_next_command_of_a_fresh_clone_goes_on(released: Folder) -> None:
    here = told(released)
    anew(released)
    state, command = told(released)
    # What a laptop proved nobody vouches for on another one: the same command asks it again.
    assert state == here[0] or "asked again" in state
    assert command == here[1]
    code, output = released.type("releasegate", *command.split(), "--yes")
    assert code == 0, output
    assert told(released)[0] != state


def test_a_fresh_clone_goes_on_from_what_another_machine_left_red(folder: Folder) -> None:
    folder.configure(*ALONE)
    clone = folder.pair.clone("tiny-api")
    check = clone / "check.py"
    good = check.read_text(encoding="utf-8")
    check.write_text("raise SystemExit('it is red')\n", encoding="utf-8")
    git(clone, *AS_ADA, "commit", "--quiet", "--all", "--message=A mistake")
    code, output = folder.type(*RC)
    assert code == 4, output
    anew(folder)
    state, command = told(folder)
    assert state == "tiny-api: 1.0.0rc1 failed at e2e:staging"
    check.write_text(good, encoding="utf-8")
    git(clone, *AS_ADA, "commit", "--quiet", "--all", "--message=Mended")
    code, output = folder.type("releasegate", *command.split(), "--yes")
    assert code == 0, output
    assert told(folder)[0] == "tiny-api: 1.0.0rc2 is proven"
