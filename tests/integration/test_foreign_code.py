"""What builds, installs, imports and commands of a package can see of whoever releases it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from spied import EXPORTED, KEPT, plant

from releasegate.adapters.foreign.isolation import obstacle
from releasegate.ports import PushAnswer

SPIED = Path(__file__).with_name("spied.py")
PLACES = {"build", "install", "import", "smoke", "service", "end-to-end", "pre-commit", "pre-push"}
LACKING = obstacle(os.environ)
apart = pytest.mark.skipif(LACKING is not None, reason=f"foreign code cannot be run apart here: {LACKING}")


def seen(folder: Path, *reason: str) -> dict[str, set[str]]:
    """Release the spying package under a shell that exports every secret; return what was found in which place."""
    home = plant(folder)
    environ = {**os.environ, **EXPORTED, "HOME": str(home)}
    # The shell stays: it is one of the processes above.
    words = ("/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, str(SPIED), str(folder), *reason)
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["pass ()"] * 3 + [str(PushAnswer())]  # the wheel, the sdist, and the pair
    found: dict[str, set[str]] = {}
    for path in (folder / "out").iterdir():
        place = path.name.rpartition("-")[0]
        found.setdefault(place, set()).update(json.loads(path.read_text(encoding="utf-8")))
    return found


@apart
def test_foreign_code_finds_no_secret_in_any_process_nor_in_the_home_folder(tmp_path: Path) -> None:
    assert seen(tmp_path) == {place: set() for place in PLACES}


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc to look into")
def test_where_there_are_no_namespaces_it_would_find_all_of_them(tmp_path: Path) -> None:
    """So the spy is one: what it finds nothing of, it could have found."""
    everything = {*EXPORTED.values(), *KEPT.values()}

    assert seen(tmp_path, "none here") == dict.fromkeys(PLACES, everything)
